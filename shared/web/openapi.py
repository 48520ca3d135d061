"""A service's OpenAPI document: what FastAPI makes of the code, in the words and the form that clients are given."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from copy import deepcopy
from typing import Any

from fastapi import APIRouter, FastAPI
from fastapi.openapi.utils import get_openapi

from shared.glossary import describe_parameter, describe_properties, marked
from shared.observability.health import probes
from shared.web.problem_details import PROBLEM_SCHEMA
from shared.web.routing import StrictRoute, scopes_of

Document = dict[str, Any]

SERVERS = [{"url": "/", "description": "The address that this document was read from."}]
LICENSE = {"name": "Apache-2.0", "identifier": "Apache-2.0"}
TAGS = {"health": "Whether the parts work, and their metrics. Open to everybody who reaches them."}
METHODS = ("get", "put", "post", "patch", "delete")

_PROBLEM = {
    "description": "A problem: a stable code, and the fields and rules that were broken.",
    "content": {"application/problem+json": {"schema": {"$ref": "#/components/schemas/Problem"}}},
}


def describe(
    app: FastAPI,
    routers: Sequence[APIRouter],
    *,
    tags: Mapping[str, str],
    schemas: Callable[[], Mapping[str, Document]] | None = None,
) -> None:
    """Replace the application's document. ``tags`` describes each tag; ``schemas`` makes further components, by name."""

    def openapi() -> Document:
        if app.openapi_schema is None:
            document = get_openapi(
                title=app.title,
                version=app.version,
                description=app.description,
                routes=app.routes,
                openapi_version="3.1.0",
                servers=SERVERS,
                tags=[{"name": name, "description": text} for name, text in {**tags, **TAGS}.items()],
                license_info=LICENSE,
            )
            components = document.setdefault("components", {}).setdefault("schemas", {})
            components |= {**(schemas() if schemas else {}), "Problem": PROBLEM_SCHEMA}
            for unused in ("HTTPValidationError", "ValidationError"):
                components.pop(unused, None)
            for name, schema in components.items():
                _describe_schema(name, schema)
            _describe_operations([*routers, probes], document)
            app.openapi_schema = document
        return app.openapi_schema

    app.openapi = openapi  # type: ignore[method-assign]  # the documented way to extend FastAPI's document


def operations(document: Document) -> Iterable[tuple[str, str, Document]]:
    """Path, method and description of every operation of a document."""
    for path, methods in document.get("paths", {}).items():
        for method in METHODS:
            if method in methods:
                yield path, method, methods[method]


def _describe_operations(routers: Sequence[APIRouter], document: Document) -> None:
    """Each operation's id, scopes, problem answer and parameters."""
    routes = {
        (getattr(route, "path_format", ""), method.lower()): route
        for router in routers
        for route in router.routes
        for method in getattr(route, "methods", None) or ()
    }
    for path, method, operation in operations(document):
        route = routes[path, method]
        words = str(getattr(route, "name", "")).split("_")
        operation["operationId"] = "".join([words[0], *(word.capitalize() for word in words[1:])])
        operation["summary"] = " ".join(words).capitalize()
        _tidy(operation)
        scopes = scopes_of(route) if isinstance(route, StrictRoute) else ()
        if isinstance(route, StrictRoute) and method == "post" and route.post_headers:
            operation.setdefault("parameters", []).extend(deepcopy(route.post_headers))
        operation["security"] = [{"bearer": [scope]} for scope in scopes]
        responses = operation.setdefault("responses", {})
        responses.pop("422", None)
        responses |= {"4XX": _PROBLEM, "5XX": _PROBLEM}
        for parameter in operation.get("parameters", []):
            parameter["schema"].pop("description", None)  # the parameter has it
            describe_parameter(parameter)
        for media in operation.get("requestBody", {}).get("content", {}).values():
            if not {"example", "examples"} & media.keys() and (example := _example_of(media["schema"], document)) is not None:
                media["examples"] = {"first": {"summary": "Can be sent as it stands", "value": example}}


def _example_of(schema: Document, document: Document) -> Any:
    """The first example of a body's schema, which may be a reference; else one made of what it requires."""
    name = schema.get("$ref", "").rpartition("/")[2]
    described = document["components"]["schemas"][name] if name else schema
    if given := described.get("examples") or described.get("enum"):
        return given[0]
    return {name: _example_of(described["properties"][name], document) for name in described.get("required", [])} or None


def _describe_schema(name: str, schema: Document) -> None:
    """A component has its name as its title. Titles made of a field's name say nothing, and generators name classes by them."""
    _tidy(schema)
    schema["title"] = name
    describe_properties(name, schema)


def _tidy(value: Any) -> None:
    if isinstance(value, list):
        for one in value:
            _tidy(one)
    elif isinstance(value, dict):
        if isinstance(value.get("title"), str):
            del value["title"]
        if isinstance(value.get("description"), str):
            value["description"] = marked(value["description"])
        for name, one in value.items():
            if name == "properties":
                for held in one.values():
                    _tidy(held)
            elif name not in {"examples", "example", "default", "const", "enum"}:
                _tidy(one)
