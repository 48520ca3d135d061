"""The API's document is for people: names, tags, access. Each failure says what to write where."""

import json
import re
from collections.abc import Iterator
from typing import Any

import pytest
from jsonschema import Draft202012Validator, FormatChecker

from shared.web.idempotency import IdempotentRoute
from shared.web.openapi import operations
from shared.web.uploads import KIND
from tools.documents import services

LONGEST = 40
"""Characters of a name."""


@pytest.fixture(scope="module")
def document() -> dict[str, Any]:
    return services.merged(services.documents())


def test_schemas_have_names_that_a_client_would_give_them(document: dict[str, Any]) -> None:
    wrong = [
        name for name in document["components"]["schemas"] if not re.fullmatch(rf"[A-Z][A-Za-z0-9]{{1,{LONGEST - 1}}}", name)
    ]

    assert wrong == [], (
        "name the model as a client would, in at most 40 characters; two models of one name get their module's path"
    )


def test_operation_ids_are_verbs_and_each_is_given_once(document: dict[str, Any]) -> None:
    ids = [operation["operationId"] for _, _, operation in operations(document)]

    assert [one for one in ids if not re.fullmatch(rf"[a-z]+[A-Z][A-Za-z]{{1,{LONGEST}}}", one)] == [], (
        "the id is the function's name: name it verb and noun, such as claim_queue_items"
    )
    assert len(set(ids)) == len(ids)


def test_every_operation_says_who_may_and_has_a_described_tag(document: dict[str, Any]) -> None:
    tags = {tag["name"]: tag["description"] for tag in document["tags"]}

    for path, method, operation in operations(document):
        assert isinstance(operation["security"], list), f"{method} {path}"
        assert operation.get("description"), f"{method} {path} has no docstring"
        assert all(tags.get(tag) for tag in operation["tags"]), f"{method} {path}: describe its tag in create_service_app"


def test_a_body_has_one_content_type(document: dict[str, Any]) -> None:
    for path, method, operation in operations(document):
        content = operation.get("requestBody", {"content": {"application/json": {}}})["content"]
        takes_files = (method, path) in {("post", "/v1/imports"), ("post", "/v1/candidates/{candidate}/files")}
        kind = KIND if takes_files else "application/json"
        assert list(content) == [kind], f"{method} {path}: generators make one function for each content type"


def headers_of(operation: dict[str, Any]) -> dict[str, dict[str, Any]]:
    return {one["name"]: one for one in operation.get("parameters", []) if one["in"] == "header"}


def test_every_header_that_is_honoured_is_declared_with_an_example(document: dict[str, Any]) -> None:
    honours = {
        (route.path, "post")
        for application in services.applications().values()
        for route in application.routes
        if isinstance(route, IdempotentRoute) and "POST" in (route.methods or ())
    }
    headers = {(path, method): headers_of(operation) for path, method, operation in operations(document)}
    declared = {one for one, found in headers.items() if "Idempotency-Key" in found}

    assert declared == honours
    assert set(headers["/v1/candidates/{candidate}", "get"]) == {"If-None-Match"}
    assert set(headers["/v1/candidates/{candidate}", "patch"]) == {"If-Match", "If-None-Match"}
    for header in (header for found in headers.values() for header in found.values()):
        assert header["description"], header
        assert "example" in header or header["schema"]["examples"], header


def properties(name: str, schema: dict[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    """Every property of a schema and of what stands in it, with the path to it."""
    for field, one in schema.get("properties", {}).items():
        yield f"{name}.{field}", one
        yield from properties(f"{name}.{field}", one)
        yield from properties(f"{name}.{field}[]", one.get("items", {}))


def holds_plain_values(schema: dict[str, Any]) -> bool:
    """Whether an example can be shown beside the property; that of an object, or of a word of a list, is in its own schema."""
    kinds = [schema.get("items", schema), *schema.get("anyOf", [])]
    return not any("$ref" in one or one.get("type") == "object" or "$ref" in one.get("items", {}) for one in kinds)


def test_every_property_is_described_with_an_example(document: dict[str, Any]) -> None:
    found = [one for name, schema in document["components"]["schemas"].items() for one in properties(name, schema)]
    hint = "write Field(description=..., examples=[...]), or a line in shared/glossary.py"

    assert [path for path, one in found if not one.get("description")] == [], hint
    assert [path for path, one in found if "examples" not in one and holds_plain_values(one)] == [], hint


def test_every_example_fits_its_schema(document: dict[str, Any]) -> None:
    wrong = []
    for name, schema in document["components"]["schemas"].items():
        for path, one in [(name, schema), *properties(name, schema)]:
            validator = Draft202012Validator({**one, "components": document["components"]}, format_checker=FormatChecker())
            wrong += [
                f"{path}: {error.message}" for example in one.get("examples", []) for error in validator.iter_errors(example)
            ]

    assert wrong == []


def test_every_parameter_is_described(document: dict[str, Any]) -> None:
    wrong = [
        f"{method} {path} {parameter['name']}"
        for path, method, operation in operations(document)
        for parameter in operation.get("parameters", [])
        if not parameter.get("description")
    ]

    assert wrong == [], "write Query(description=...), or a line in shared/glossary.py"


def texts_of(document: dict[str, Any]) -> list[str]:
    found = re.findall(r'"(?:description|summary)": ("(?:[^"\\]|\\.)*")', json.dumps(document))
    return [json.loads(text) for text in found]


def test_no_text_names_a_file_that_a_reader_does_not_have(document: dict[str, Any]) -> None:
    texts = texts_of(document)

    assert len(texts) > 500
    assert [text for text in texts if re.search(r"\b[\w-]+\.(py|md|toml|html)\b|\bservices/|\bshared/", text)] == []


def test_no_text_has_what_a_page_takes_for_html(document: dict[str, Any]) -> None:
    wrong = [text for text in texts_of(document) if re.search(r"<\w", re.sub(r"`[^`]*`", "", text))]

    assert wrong == [], "put it between backticks"


def test_no_property_has_a_default_which_generators_take_for_always_there(document: dict[str, Any]) -> None:
    assert [
        path
        for name, schema in document["components"]["schemas"].items()
        for path, one in properties(name, schema)
        if "default" in one
    ] == []
