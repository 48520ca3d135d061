"""Publish all current snapshots, and all events about pools, again, for a broker that lost them."""

from collections.abc import Callable
from uuid import UUID

from services.candidates.storage import pool_events, snapshots
from shared import outbox
from shared.db.asyncpg_connection import driver
from shared.db.engine import Sessions
from shared.events import Topic

CHUNK = 1000


async def republish(
    sessions: Sessions,
    topic: Topic,
    *,
    shards: int,
    chunk: int = CHUNK,
    progress: Callable[[int], None] = lambda _count: None,
) -> int:
    """Append what ``topic`` carried, of every record the last event alone, to the outbox, as repeats; returns how many.

    A transaction for each chunk, in id order; ``progress`` gets the count so far after each.
    """
    after, sequence, count = UUID(int=0), 0, 0
    while True:
        async with sessions.begin() as session:
            connection = await driver(session)
            if topic is Topic.POOL:
                events = await pool_events.events_from(connection, after, sequence, chunk)
            else:
                events = await snapshots.events_from(connection, topic, after, chunk)
            await outbox.append(session, topic, events, shards=shards, repeats=True)
        if not events:
            return count
        after, sequence = events[-1].subject or after, events[-1].sequence or 0
        count += len(events)
        progress(count)
