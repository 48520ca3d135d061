"""Which events were accepted before, and what was answered."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import asyncpg
import orjson
from sqlalchemy.ext.asyncio import AsyncSession

from shared.db.asyncpg_connection import driver


@dataclass(frozen=True, slots=True)
class EventKey:
    """An accepted event: the hash of its content and the first answer (None once its candidate is erased)."""

    event_id: UUID
    content_hash: bytes
    answer: dict[str, Any] | None


class KeyTakenError(Exception):
    """Another transaction accepted one of the events meanwhile; the transaction must be begun again."""


# LATERAL, so that each id is looked up in its own partition alone.
_FIND = """
    SELECT event_id, content_hash, answer FROM unnest($1::uuid[]) AS given (id)
    CROSS JOIN LATERAL (SELECT * FROM event_keys WHERE event_id = given.id LIMIT 1) AS known
    """


async def find(session: AsyncSession, ids: Collection[UUID]) -> dict[UUID, EventKey]:
    """The events among ``ids`` that were accepted before."""
    rows = await (await driver(session)).fetch(_FIND, list(ids))
    return {row[0]: EventKey(*row) for row in rows}


async def claim(session: AsyncSession, keys: Sequence[EventKey]) -> None:
    """Accept events with their first answers, in id order. Raises KeyTakenError when one of them is accepted already.

    Where another transaction is just accepting one of them, this waits to see whether it does.
    """
    ordered = sorted(keys, key=lambda key: key.event_id.int)
    records = [(key.event_id, key.content_hash, orjson.dumps(key.answer).decode()) for key in ordered]
    try:
        await (await driver(session)).copy_records_to_table(
            "event_keys", records=records, columns=["event_id", "content_hash", "answer"]
        )
    except asyncpg.UniqueViolationError as taken:
        raise KeyTakenError from taken
