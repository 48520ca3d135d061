"""engagement.records: what candidates publishes about people and positions."""

from collections.abc import Sequence
from datetime import UTC, datetime
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from services.engagement.settings import EngagementSettings
from services.engagement.use_cases.keep_closings import Snapshot, keep_closings
from services.engagement.use_cases.regroup_people import regroup_people
from shared.events import CandidateChanged, CandidateErased, Event, PositionChanged
from shared.inbox.processor import Handler

GROUP = "engagement.records"


def records_handler(settings: EngagementSettings) -> Handler:
    """The handler of a batch: people first, then positions, in the order in which ingest takes its locks."""

    async def handle(session: AsyncSession, events: Sequence[Event]) -> None:
        now = datetime.now(UTC)
        people: dict[UUID, UUID] = {}
        erased: set[UUID] = set()
        snapshots: dict[UUID, Snapshot] = {}
        for event in events:
            data = event.data
            if isinstance(data, CandidateErased):
                erased.add(data.candidate_id)
                people.pop(data.candidate_id, None)
            elif isinstance(data, CandidateChanged):
                people[data.candidate_id] = data.person_id
            elif isinstance(data, PositionChanged):
                snapshots[data.position_id] = Snapshot(event.sequence or 0, tuple(data.closings), event.raw)
        if people or erased:
            await regroup_people(session, people, erased, now=now, settings=settings)
        if snapshots:
            await keep_closings(session, snapshots, now=now)

    return handle
