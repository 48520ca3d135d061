"""engagement.records: what candidates publishes about people and positions."""

from collections import defaultdict
from collections.abc import Sequence
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from services.engagement.storage.contacts import ContactRecord
from services.engagement.storage.positions import PositionSnapshot
from services.engagement.use_cases.take_over_records import take_over_records
from shared import clock
from shared.events import CandidateChanged, CandidateErased, Event, PositionChanged, Topic
from shared.kafka.consumer import Subscription

GROUP = "engagement.records"


async def take_over(session: AsyncSession, events: Sequence[Event]) -> None:
    """Store the newest state of each record in the batch, and each state of it on the way, one after the other."""
    people: dict[UUID, UUID] = {}
    erased: dict[UUID, UUID | None] = {}
    records: dict[UUID, list[ContactRecord]] = defaultdict(list)
    snapshots: dict[UUID, list[PositionSnapshot]] = defaultdict(list)
    for event in events:
        data = event.data
        if isinstance(data, CandidateErased):
            erased[data.candidate_id] = data.erasure_id
            people.pop(data.candidate_id, None)
            records.pop(data.candidate_id, None)
        elif isinstance(data, CandidateChanged):
            people[data.candidate_id] = data.person_id
            records[data.candidate_id].append(
                ContactRecord(
                    data.country,
                    data.time_zone,
                    None if data.channels is None else frozenset(data.channels),
                    data.level,
                    data.years_experience,
                    tuple(data.skills),
                    data.tier,
                    event.time,
                )
            )
        elif isinstance(data, PositionChanged):
            snapshots[data.position_id].append(
                PositionSnapshot(event.sequence or 0, data.reference, data.title, tuple(data.closings), event.raw, event.time)
            )
    await take_over_records(session, people, erased, snapshots, now=clock.now(), records=records)


SUBSCRIPTION = Subscription(GROUP, (Topic.CANDIDATES, Topic.POSITIONS), take_over)
