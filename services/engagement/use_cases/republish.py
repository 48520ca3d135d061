"""Publishing the log again, for a broker that lost it; and what reconciliation compares and repeats."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from services.engagement.domain.logged import on_bus
from services.engagement.storage import log, queue_log, streams
from shared import outbox
from shared.db.engine import Sessions
from shared.events import Event, Topic
from shared.ids import shard_of

STREAMS = 200
EVENTS = 1000
FIRST = UUID(int=0)


@dataclass(frozen=True, slots=True)
class EngagementHoldings:
    """What engagement holds of its two topics (shared.reconciliation.responder.Holdings)."""

    shards: int

    async def heads(
        self, session: AsyncSession, topic: Topic, shard: int, from_stream: UUID, to_stream: UUID
    ) -> Mapping[UUID, int]:
        """The last sequence of every stream of a shard between two ids, both included."""
        read = queue_log.heads if topic is Topic.REENGAGEMENT else streams.heads
        found = await read(session, from_stream, to_stream)
        return {stream: sequence for stream, sequence in found.items() if shard_of(stream, self.shards) == shard}

    async def events_after(self, session: AsyncSession, topic: Topic, stream: UUID, after: int, limit: int) -> Sequence[Event]:
        """The events of a stream that follow a sequence, in order."""
        if topic is Topic.REENGAGEMENT:
            return await queue_log.events_after(session, stream, after, limit)
        return [on_bus(row) for row in await log.after(session, stream, after, limit)]


async def republish(
    sessions: Sessions,
    topic: Topic,
    *,
    shards: int,
    progress: Callable[[int], None] = lambda _count: None,
) -> int:
    """Append every event of ``topic`` to the outbox, as repeats, each stream in order; returns how many.

    A transaction for each chunk of streams, in id order; ``progress`` gets the count so far after each.
    """
    last, count = FIRST, 0
    while True:
        async with sessions.begin() as session:
            of = await streams.after(session, last, STREAMS)
            events = await _events_of(session, topic, of)
            for start in range(0, len(events), EVENTS):
                await outbox.append(session, topic, events[start : start + EVENTS], shards=shards, repeats=True)
        if not of:
            return count
        last = of[-1]
        count += len(events)
        progress(count)


async def _events_of(session: AsyncSession, topic: Topic, of: Sequence[UUID]) -> list[Event]:
    if not of:
        return []
    if topic is Topic.REENGAGEMENT:
        heads = await queue_log.heads(session, of[0], of[-1])
        of_each = [await queue_log.events_after(session, one, 0, heads[one]) for one in sorted(heads)]
        return [event for events in of_each for event in events]
    rows = await log.of_streams(session, of)
    return [on_bus(row) for row in sorted(rows, key=lambda row: (row.candidate_id, row.sequence))]
