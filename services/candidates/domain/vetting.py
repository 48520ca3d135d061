"""Vetted: somebody of the team has looked into a person, by an interview, references or a test, and that holds for a time."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

HOLDS_FOR = timedelta(days=365)
"""How long it holds where nobody says until when."""


class Method(StrEnum):
    """How somebody was looked into."""

    INTERVIEW = "interview"
    REFERENCES = "references"
    TEST = "test"


@dataclass(frozen=True, slots=True)
class Vetting:
    """By what, who and when a person was vetted, and until when that holds, in UTC."""

    methods: tuple[Method, ...]
    by: str
    vetted_at: datetime
    valid_until: datetime


def read_vetting(stored: Mapping[str, Any] | None) -> Vetting | None:
    """What is stored of a stream, from its JSON form."""
    if stored is None:
        return None
    times = (datetime.fromisoformat(stored[name]) for name in ("vetted_at", "valid_until"))
    return Vetting(tuple(map(Method, stored["methods"])), stored["by"], *times)


def vetting_of(known: Iterable[Vetting | None]) -> Vetting | None:
    """The vetting of a person whose streams have these: that which holds longest."""
    return max((one for one in known if one is not None), key=lambda one: (one.valid_until, one.vetted_at), default=None)
