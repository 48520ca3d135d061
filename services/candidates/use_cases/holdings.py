"""What candidates holds of the topics it owns, for reconciliation."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from services.candidates.storage import pool_events, snapshots
from shared.db.asyncpg_connection import driver
from shared.events import Event, Topic
from shared.ids import shard_of

TOPICS = (Topic.CANDIDATES, Topic.POSITIONS, Topic.POOL)


@dataclass(frozen=True, slots=True)
class CandidatesHoldings:
    """Of compacted topics the newest event of a stream says all; of rekindle.pool.v1 every event is held."""

    shards: int

    async def heads(
        self, session: AsyncSession, topic: Topic, shard: int, from_stream: UUID, to_stream: UUID
    ) -> Mapping[UUID, int]:
        """The version, or last sequence, of every stream of a shard between two ids, both included."""
        connection = await driver(session)
        if topic is Topic.POOL:
            versions = await pool_events.heads(connection, from_stream, to_stream)
        else:
            versions = await snapshots.versions(connection, topic, first=from_stream, last=to_stream)
        return {stream: version for stream, version in versions.items() if shard_of(stream, self.shards) == shard}

    async def events_after(self, session: AsyncSession, topic: Topic, stream: UUID, after: int, limit: int) -> Sequence[Event]:
        """The newest event of a stream when it is newer than ``after``; of rekindle.pool.v1 all that follow it."""
        if topic is Topic.POOL:
            return await pool_events.events_after(await driver(session), stream, after, limit)
        events = await snapshots.events(await driver(session), topic, [stream])
        return [event for event in events if event.sequence is not None and event.sequence > after][:limit]
