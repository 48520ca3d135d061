"""A raw body without what it says of its person: what is left can still be read again for its application."""

from collections.abc import Mapping
from typing import Any

import orjson

_PEOPLE = frozenset({"candidate", "person"})
_KEPT = frozenset({"id", "can_email", "recruiter", "recruiter_id", "recruiter_user_id"})


def redacted(raw: bytes) -> bytes:
    """The body with the ids, the recruiter and the e-mail flag of its person alone. Raises where it is no JSON."""
    return orjson.dumps(_redacted(orjson.loads(raw)))


def _redacted(value: Any) -> Any:
    if isinstance(value, Mapping):
        return {name: _person(inner) if name in _PEOPLE else _redacted(inner) for name, inner in value.items()}
    return [_redacted(inner) for inner in value] if isinstance(value, list) else value


def _person(value: Any) -> Any:
    return {name: inner for name, inner in value.items() if name in _KEPT} if isinstance(value, Mapping) else None
