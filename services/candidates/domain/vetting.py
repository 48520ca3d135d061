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
    """By what, who and when a person was vetted, until when that holds, and when that was said, in UTC."""

    methods: tuple[Method, ...]
    by: str
    vetted_at: datetime
    valid_until: datetime
    said_at: datetime


def read_vetting(stored: Mapping[str, Any] | None) -> Vetting | None:
    """What is stored of a stream, from its JSON form."""
    if stored is None:
        return None
    said_at = stored.get("said_at", stored["vetted_at"])
    times = map(datetime.fromisoformat, (stored["vetted_at"], stored["valid_until"], said_at))
    return Vetting(tuple(map(Method, stored["methods"])), stored["by"], *times)


def vetting_of(known: Iterable[Vetting | None]) -> Vetting | None:
    """The vetting of a person whose streams have these: that which was said last, whether it still holds or not."""
    return max((one for one in known if one is not None), key=lambda one: (one.said_at, one.valid_until), default=None)
