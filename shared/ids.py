"""How candidates and positions are named: an id, or the sender's own name for the record.

A reference is ``<source>:<external_id>``, split at the first colon. The id of a record is derived from its first
reference alone, so every service arrives at the same id without asking another.
"""

import re
import unicodedata
from dataclasses import dataclass
from functools import lru_cache
from hashlib import sha1
from typing import Literal, Self
from uuid import UUID

NAMESPACE = UUID("6f1f7a0e-5c8b-5d0c-9d63-0f7c2c1d7a55")
"""Rekindle's fixed namespace. It never changes: every id ever given was derived from it."""

_SPACE = NAMESPACE.bytes
_VERSION_AND_VARIANT = (0xF000 << 64) | (0xC000 << 48)
_VERSION_5 = (0x5000 << 64) | (0x8000 << 48)


def derived_id(name: str) -> UUID:
    """UUIDv5 of a name in the namespace. The same as ``uuid.uuid5``, in half the time: ingest derives several an event."""
    digest = sha1(_SPACE + name.encode(), usedforsecurity=False).digest()
    return UUID(int=int.from_bytes(digest[:16]) & ~_VERSION_AND_VARIANT | _VERSION_5)


SOURCE = re.compile(r"[a-z0-9][a-z0-9._-]{0,49}")
_UUID = re.compile(r"[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}")

Thing = Literal["candidate", "position"]


class MalformedReferenceError(ValueError):
    """The text is neither a UUID nor ``<source>:<external_id>``; the message says which part breaks which rule."""


def spelled(text: str) -> str:
    """A reference in the one spelling that is stored and gives the id (NFC): Unicode writes some letters in several ways."""
    return text if text.isascii() else unicodedata.normalize("NFC", text)


@dataclass(frozen=True, slots=True, order=True)
class Reference:
    """A sender's own name for a record."""

    source: str
    external_id: str

    @classmethod
    def parse(cls, text: str) -> Self:
        """Read ``<source>:<external_id>``. Raises MalformedReferenceError."""
        source, colon, external_id = spelled(text).partition(":")
        if not colon:
            raise MalformedReferenceError("must be a UUID or <source>:<external_id>")
        if not SOURCE.fullmatch(source):
            raise MalformedReferenceError(
                "must begin with a source before the first colon: 1 to 50 of a-z, 0-9, '.', '_', '-', the first a letter or digit"
            )
        if not 1 <= len(external_id) <= 200 or not external_id.isprintable():
            raise MalformedReferenceError("must have 1 to 200 printable characters after the first colon")
        return cls(source, external_id)

    def id_of(self, thing: Thing) -> UUID:
        """The id that this reference gives the record it names first."""
        return derived_id(f"{thing}:{self}")

    def __str__(self) -> str:
        return f"{self.source}:{self.external_id}"


def is_id(text: str) -> bool:
    """Whether the text is a UUID in its canonical form."""
    return _UUID.fullmatch(text) is not None


@lru_cache(maxsize=16_384)
def _resolve(thing: Thing, text: str) -> UUID:
    return UUID(text) if is_id(text) else Reference.parse(text).id_of(thing)


def candidate_id(text: str) -> UUID:
    """The id of the candidate that ``text`` names, an id or a reference. Raises MalformedReferenceError."""
    return _resolve("candidate", text)


def position_id(text: str) -> UUID:
    """The id of the position that ``text`` names, an id or a reference. Raises MalformedReferenceError."""
    return _resolve("position", text)


def event_id(source: str, external_id: str) -> UUID:
    """The id an event has on the bus. The sender's own id may hold anything, so it never leaves the service."""
    return derived_id(f"event:{source}\n{external_id}")


def pursuit_id(person: UUID, position: UUID) -> UUID:
    """The id of the pursuit of a person for a position."""
    return derived_id(f"pursuit:{person}:{position}")


def shard_of(stream: UUID, shards: int) -> int:
    """The shard, which is also the partition, that holds a stream."""
    return int.from_bytes(stream.bytes[-6:]) % shards
