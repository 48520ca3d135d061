"""Which operation an address names: the path is split as it was sent, and each segment is percent-decoded for itself.

So a segment may hold any character, a slash too: ``acme:x%2Fhistory`` is one name, ``acme:x/history`` is the history of acme:x.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import unquote

from fastapi.middleware.asyncexitstack import AsyncExitStackMiddleware
from starlette.exceptions import HTTPException
from starlette.routing import BaseRoute, Route
from starlette.types import ASGIApp

from shared.web.routing import RawRoute


@dataclass(frozen=True, slots=True)
class Operation:
    """A route, what runs it, and the names of its path's parameters in order."""

    route: Route
    run: ASGIApp
    parameters: tuple[str, ...]


@dataclass(slots=True)
class _Node:
    """A place in the tree of paths."""

    literals: dict[str, "_Node"] = field(default_factory=dict)
    parameter: "_Node | None" = None
    operations: dict[str, Operation] = field(default_factory=dict)
    """By method; none where no path ends."""


class AddressTable:
    """The operations of an application by path and method. A literal segment goes before a parameter."""

    def __init__(self, routes: Iterable[BaseRoute]) -> None:
        self._root = _Node()
        self._plain: dict[bytes, _Node] = {}
        """Paths without parameters, as nearly everybody writes them."""
        for route in routes:
            self._add(route)

    def find(self, method: str, raw_path: bytes) -> tuple[Operation, dict[str, Any]]:
        """The operation of an address, and its path's parameters by name. Raises HTTPException 404 and 405."""
        plain = self._plain.get(raw_path)
        if plain is not None and method in plain.operations:
            return plain.operations[method], {}
        # What is no UTF-8 stays recognisable; routes refuse it once they know that the caller may ask.
        segments = [unquote(part, errors="surrogateescape") for part in raw_path.decode("latin-1").split("/")[1:]]
        allowed: set[str] = set()
        for node, values in _matching(self._root, segments):
            operation = node.operations.get(method)
            if operation is not None:
                return operation, dict(zip(operation.parameters, values, strict=True))
            allowed |= node.operations.keys()
        if allowed:
            raise HTTPException(405, headers={"Allow": ", ".join(sorted(allowed))})
        raise HTTPException(404)

    def _add(self, route: BaseRoute) -> None:
        if not isinstance(route, Route):
            raise TypeError(f"{route!r} is not served: an operation has a path and methods")
        node, parameters = self._root, []
        for segment in route.path.split("/")[1:]:
            if segment.startswith("{") and segment.endswith("}") and ":" not in segment:
                parameters.append(segment[1:-1])
                node.parameter = node = node.parameter or _Node()
            elif "{" in segment:
                raise ValueError(f"{route.path}: a parameter of a path is one segment, whatever it holds")
            else:
                node = node.literals.setdefault(segment, _Node())
        operation = Operation(route, _runs(route), tuple(parameters))
        for method in route.methods or ():
            node.operations.setdefault(method, operation)
        if "GET" in node.operations:  # RFC 9110, 9.3.2: the server sends the answer without its body
            node.operations.setdefault("HEAD", node.operations["GET"])
        if not parameters:
            self._plain[route.path.encode()] = node


def _matching(node: _Node, segments: Sequence[str]) -> Iterator[tuple[_Node, tuple[str, ...]]]:
    """Where a path may end, and the values of its parameters."""
    if not segments:
        yield node, ()
        return
    first, rest = segments[0], segments[1:]
    if first in node.literals:
        yield from _matching(node.literals[first], rest)
    if node.parameter is not None and first:
        for found, values in _matching(node.parameter, rest):
            yield found, (first, *values)


def _runs(route: Route) -> ASGIApp:
    """What answers a request to the route. FastAPI's own routes want a stack for what they open; they leave it empty."""
    return route.answer if isinstance(route, RawRoute) else AsyncExitStackMiddleware(route.app)
