"""One OpenAPI document of several services."""

import copy
from collections.abc import Mapping, Sequence
from typing import Any

Document = dict[str, Any]

_REFERENCE = "#/components/schemas/"


def merge(documents: Mapping[str, Document], *, title: str, description: str) -> Document:
    """Merge the services' documents. Schemas that share a name but not their content get the service's before it."""
    merged: Document = {
        "openapi": "3.1.0",
        "info": {"title": title, "version": "1", "description": description},
        "paths": {},
        "components": {},
    }
    for service, document in documents.items():
        own = _renamed(copy.deepcopy(document), service, merged["components"].get("schemas", {}))
        for path, operations in own.get("paths", {}).items():
            # Health and metrics are every service's; the first one's stand for all.
            merged["paths"].setdefault(path, operations)
        for kind, entries in own.get("components", {}).items():
            merged["components"].setdefault(kind, {}).update(entries)
    return merged


def _renamed(document: Document, service: str, known: Mapping[str, Any]) -> Document:
    schemas = document.get("components", {}).get("schemas", {})
    clashing = {name for name, schema in schemas.items() if name in known and known[name] != schema}
    if not clashing:
        return document
    names = {name: f"{service.capitalize()}{name}" for name in clashing}
    renamed: Document = _point(document, {f"{_REFERENCE}{old}": f"{_REFERENCE}{new}" for old, new in names.items()})
    schemas = renamed["components"]["schemas"]
    renamed["components"]["schemas"] = {names.get(name, name): schema for name, schema in schemas.items()}
    return renamed


def _point(value: Any, names: Mapping[str, str]) -> Any:
    if isinstance(value, dict):
        return {
            key: names.get(held, held) if key == "$ref" and isinstance(held, str) else _point(held, names)
            for key, held in value.items()
        }
    if isinstance(value, Sequence) and not isinstance(value, str):
        return [_point(held, names) for held in value]
    return value
