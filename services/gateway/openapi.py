"""One OpenAPI document of several services."""

import copy
from collections.abc import Mapping
from typing import Any

from shared.web.openapi import LICENSE, SERVERS

Document = dict[str, Any]


class SchemasClash(Exception):
    """Two services describe different things under one name, which the message says."""


def merge(documents: Mapping[str, Document], *, title: str, description: str) -> Document:
    """Merge the services' documents. Raises SchemasClash: what clients know under one name is one thing."""
    merged: Document = {
        "openapi": "3.1.0",
        "info": {"title": title, "version": "1", "description": description, "license": LICENSE},
        "servers": SERVERS,
        "tags": [],
        "paths": {},
        "components": {},
    }
    for service, document in documents.items():
        own = copy.deepcopy(document)
        merged["tags"] += [tag for tag in own.get("tags", []) if tag not in merged["tags"]]
        for path, operations in own.get("paths", {}).items():
            # Health and metrics are every service's; the first one's stand for all.
            merged["paths"].setdefault(path, operations)
        for kind, entries in own.get("components", {}).items():
            known = merged["components"].setdefault(kind, {})
            if different := sorted(name for name in entries.keys() & known.keys() if entries[name] != known[name]):
                raise SchemasClash(f"{service} has another {kind} {', '.join(different)} than a service before it; rename one.")
            known.update(entries)
    # What every service has stands behind what it is for.
    merged["tags"].sort(key=lambda tag: tag["name"] == "health")
    return merged
