"""Publish all current snapshots again, for a broker that lost them."""

from collections.abc import Callable

from services.candidates.storage import snapshots
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
    """Append the last event of every record of ``topic`` to the outbox, as repeats; returns how many.

    A transaction for each chunk, in id order; ``progress`` gets the count so far after each.
    """
    after, count = None, 0
    while True:
        async with sessions.begin() as session:
            events = await snapshots.events_from(await driver(session), topic, after, chunk)
            await outbox.append(session, topic, events, shards=shards, repeats=True)
        if not events:
            return count
        after = events[-1].subject
        count += len(events)
        progress(count)
