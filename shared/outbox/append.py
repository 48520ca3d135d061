"""Putting events into the outbox, on the caller's transaction."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession

from shared.db.asyncpg_connection import Write, driver, inserting
from shared.db.engine import notify_after_commit
from shared.events import Event, Topic
from shared.ids import shard_of

_COLUMNS = (
    ("shard", "smallint"), ("topic", "text"), ("event_id", "uuid"), ("type", "text"), ("source", "text"), ("subject", "uuid"),
    ("sequence", "bigint"), ("time", "timestamptz"), ("value", "bytea"), ("traceparent", "text"), ("received_at", "timestamptz"),
    ("counts", "integer"),
)  # fmt: skip


async def append(session: AsyncSession, topic: Topic, events: Sequence[Event], *, shards: int, repeats: bool = False) -> None:
    """Put events into the outbox, in order; they are published soon after the caller's commit, or never.

    ``shards`` is the number of partitions of the topic. ``repeats`` says that the broker was given these events before, so
    that they add nothing to the shard's total.
    """
    if events:
        records = _records(topic, events, shards, repeats=repeats)
        columns = [name for name, _ in _COLUMNS]
        await (await driver(session)).copy_records_to_table("outbox", records=records, columns=columns)
        notify_after_commit(session)


def appending(topic: Topic, events: Sequence[Event], *, shards: int) -> list[Write]:
    """The same as a write, to be done together with others; the caller notifies the relay (``notify_after_commit``)."""
    if not events:
        return []
    return [inserting("outbox", _COLUMNS, _records(topic, events, shards, repeats=False))]


def _records(topic: Topic, events: Sequence[Event], shards: int, *, repeats: bool) -> list[tuple[Any, ...]]:
    counts = 0 if repeats or not topic.is_sequenced else 1
    return [
        (
            shard_of(event.subject or event.id, shards),
            topic.value,
            event.id,
            event.type,
            event.source,
            event.subject,
            event.sequence,
            event.time,
            event.value,
            event.traceparent,
            event.received_at,
            counts,
        )
        for event in events
    ]
