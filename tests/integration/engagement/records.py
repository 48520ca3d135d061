"""What candidates publishes about people and positions, as engagement's consumer hands it over."""

from datetime import UTC, datetime
from uuid import UUID, uuid4

from services.engagement.consumers.records import take_over
from services.engagement.settings import EngagementSettings
from services.engagement.use_cases.derive_people import derive_stale
from services.engagement.use_cases.search_positions import search_positions
from shared.db.engine import Sessions
from shared.events import CandidateChanged, CandidateErased, Event, EventData, PositionChanged


class Records:
    """What candidates publishes, as the consumer hands it over."""

    def __init__(self, sessions: Sessions, settings: EngagementSettings) -> None:
        self.sessions = sessions
        self.settings = settings
        self.version = 0

    async def publish(self, *news: tuple[UUID, EventData]) -> None:
        """Deliver snapshots in one batch, and derive whom they concern."""
        await self.take_over(*news)
        await derive_stale(self.sessions, now=datetime.now(UTC), settings=self.settings)
        await search_positions(self.sessions, now=datetime.now(UTC), settings=self.settings)

    async def take_over(self, *news: tuple[UUID, EventData]) -> None:
        """Deliver snapshots in one batch, and leave to the clock what follows."""
        events: list[Event] = []
        for subject, data in news:
            self.version += 1
            events.append(
                Event.of(data, id=uuid4(), source="rekindle", subject=subject, sequence=self.version, time=datetime.now(UTC))
            )
        async with self.sessions.begin() as session:
            await take_over(session, events)

    async def link(self, stream: UUID, person: UUID) -> None:
        await self.publish((stream, CandidateChanged(candidate_id=stream, person_id=person)))

    async def erase(self, *streams: UUID) -> UUID:
        """Erase streams together; returns the erasure."""
        erasure = uuid4()
        await self.publish(*[(stream, CandidateErased(candidate_id=stream, erasure_id=erasure)) for stream in streams])
        return erasure

    async def closings(self, position: UUID, *times: str) -> None:
        spans = [{"closed_at": time} for time in times]
        await self.publish((position, PositionChanged.model_validate({"position_id": position, "spans": spans})))
