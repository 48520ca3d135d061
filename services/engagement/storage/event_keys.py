"""Which events were accepted before, and what was answered."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import orjson
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession


@dataclass(frozen=True, slots=True)
class EventKey:
    """An accepted event: the hash of its content and the first answer (None once its candidate is erased)."""

    event_id: UUID
    content_hash: bytes
    answer: dict[str, Any] | None


class KeyTakenError(Exception):
    """Another transaction accepted one of the events meanwhile; the transaction must be begun again."""


# LATERAL, so that each id is looked up in its own partition alone.
_FIND = text(
    """
    SELECT event_id, content_hash, answer FROM unnest(CAST(:ids AS uuid[])) AS given (id)
    CROSS JOIN LATERAL (SELECT * FROM event_keys WHERE event_id = given.id LIMIT 1) AS known
    """
)
_CLAIM = text(
    """
    INSERT INTO event_keys (event_id, content_hash, answer)
    SELECT * FROM unnest(CAST(:ids AS uuid[]), CAST(:hashes AS bytea[]), CAST(:answers AS jsonb[]))
    ON CONFLICT DO NOTHING
    RETURNING event_id
    """
)


async def find(session: AsyncSession, ids: Collection[UUID]) -> dict[UUID, EventKey]:
    """The events among ``ids`` that were accepted before."""
    rows = await session.execute(_FIND, {"ids": sorted(ids)})
    return {row.event_id: EventKey(row.event_id, row.content_hash, row.answer) for row in rows}


async def claim(session: AsyncSession, keys: Sequence[EventKey]) -> None:
    """Accept events with their first answers, in id order. Raises KeyTakenError when one of them is accepted already."""
    ordered = sorted(keys, key=lambda key: key.event_id)
    claimed = await session.scalars(
        _CLAIM,
        {
            "ids": [key.event_id for key in ordered],
            "hashes": [key.content_hash for key in ordered],
            "answers": [orjson.dumps(key.answer).decode() for key in ordered],
        },
    )
    if len(claimed.all()) != len(ordered):
        raise KeyTakenError
