"""Every operation of the API, read from the OpenAPI documents: its path, filled in, and the scopes of which it needs one."""

from dataclasses import dataclass
from typing import Any

from tools.documents import services

METHODS = ("get", "put", "post", "delete", "patch")
_FILLED = {
    "candidate": "ats:somebody",
    "position": "ats:something",
    "ref": "ats:somebody",
    "reference": "ats:alias",
    "delivery_id": "0" * 64,
    "name": "reached",
    "list_name": "stale",
    "number": "12",
}
_ANY_ID = "0190b5b4-1111-5222-8333-444455556666"


@dataclass(frozen=True)
class Operation:
    """One method of one path. ``scopes``: a token with any of them may; empty where no token is asked for."""

    method: str
    path: str
    scopes: frozenset[str]
    has_body: bool
    query: frozenset[str]
    """The names of its query parameters."""

    @property
    def url(self) -> str:
        """The path with something in place of each parameter."""
        parts = self.path.split("/")
        return "/".join(_FILLED.get(part[1:-1], _ANY_ID) if part.startswith("{") else part for part in parts)

    def __str__(self) -> str:
        return f"{self.method.upper()} {self.path}"


def operations() -> list[Operation]:
    """All operations of all services; what every service has (health, metrics) once."""
    found: dict[str, Operation] = {}
    for document in services.documents().values():
        for path, methods in document["paths"].items():
            for method in METHODS:
                if method in methods:
                    operation = _operation(method, path, methods[method])
                    found.setdefault(str(operation), operation)
    return list(found.values())


def _operation(method: str, path: str, described: dict[str, Any]) -> Operation:
    scopes = {scope for choice in described.get("security", []) for scope in choice["bearer"]}
    query = frozenset(one["name"] for one in described.get("parameters", []) if one["in"] == "query")
    return Operation(method, path, frozenset(scopes), "requestBody" in described, query)
