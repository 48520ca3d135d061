"""What candidates holds of the topics it owns, for reconciliation."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from services.candidates.storage import snapshots
from shared.db.asyncpg_connection import driver
from shared.events import Event, Topic
from shared.ids import shard_of

TOPICS = (Topic.CANDIDATES, Topic.POSITIONS)


@dataclass(frozen=True, slots=True)
class SnapshotHoldings:
    """Holdings of compacted topics: the newest event of a stream says all."""

    shards: int

    async def heads(
        self, session: AsyncSession, topic: Topic, shard: int, from_stream: UUID, to_stream: UUID
    ) -> Mapping[UUID, int]:
        """The version of every stream of a shard between two ids, both included."""
        versions = await snapshots.versions(await driver(session), topic, first=from_stream, last=to_stream)
        return {stream: version for stream, version in versions.items() if shard_of(stream, self.shards) == shard}

    async def events_after(self, session: AsyncSession, topic: Topic, stream: UUID, after: int, limit: int) -> Sequence[Event]:
        """The newest event of a stream when it is newer than ``after``."""
        events = await snapshots.events(await driver(session), topic, [stream])
        return [event for event in events if event.sequence is not None and event.sequence > after][:limit]
