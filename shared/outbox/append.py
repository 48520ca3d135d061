"""Putting events into the outbox, on the caller's transaction."""

from collections.abc import Sequence

from sqlalchemy.ext.asyncio import AsyncSession

from shared.db.asyncpg_connection import driver
from shared.events import Event, Topic
from shared.ids import shard_of

_COLUMNS = ("shard", "topic", "event_id", "type", "source", "subject", "sequence", "time", "value", "traceparent", "counts")


async def append(session: AsyncSession, topic: Topic, events: Sequence[Event], *, shards: int, repeats: bool = False) -> None:
    """Put events into the outbox, in order; they are published after the caller's commit, or never.

    ``shards`` is the number of partitions of the topic. ``repeats`` says that the broker was given these events before, so
    that they add nothing to the shard's total.
    """
    if not events:
        return
    counts = 0 if repeats or not topic.is_sequenced else 1
    records = [
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
            counts,
        )
        for event in events
    ]
    await (await driver(session)).copy_records_to_table("outbox", records=records, columns=_COLUMNS)
