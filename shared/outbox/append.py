"""Putting events into the outbox, on the caller's transaction."""

from collections.abc import Sequence

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from shared.events import Event, Topic
from shared.references import shard_of

_INSERT = text(
    """
    INSERT INTO outbox (shard, topic, event_id, type, source, subject, sequence, time, value, traceparent, counts)
    SELECT * FROM unnest(
        CAST(:shards AS smallint[]), CAST(:topics AS text[]), CAST(:ids AS uuid[]), CAST(:types AS text[]),
        CAST(:sources AS text[]), CAST(:subjects AS uuid[]), CAST(:sequences AS bigint[]), CAST(:times AS timestamptz[]),
        CAST(:values AS bytea[]), CAST(:traceparents AS text[]), CAST(:counts AS integer[]))
    """
)


async def append(session: AsyncSession, topic: Topic, events: Sequence[Event], *, shards: int, repeats: bool = False) -> None:
    """Put events into the outbox, in order; they are published after the caller's commit, or never.

    ``shards`` is the number of partitions of the topic. ``repeats`` says that the broker was given these events before, so
    that they add nothing to the shard's total.
    """
    if not events:
        return
    await session.execute(
        _INSERT,
        {
            "shards": [shard_of(event.subject or event.id, shards) for event in events],
            "topics": [topic.value] * len(events),
            "ids": [event.id for event in events],
            "types": [event.type for event in events],
            "sources": [event.source for event in events],
            "subjects": [event.subject for event in events],
            "sequences": [event.sequence for event in events],
            "times": [event.time for event in events],
            "values": [event.value for event in events],
            "traceparents": [event.traceparent for event in events],
            "counts": [0 if repeats or not topic.is_sequenced else 1] * len(events),
        },
    )
