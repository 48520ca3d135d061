"""Reading a person's timeline: every event of all their streams, in the order in which the fold takes them."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from services.engagement.domain.logged import Logged
from services.engagement.settings import EngagementSettings
from services.engagement.storage import log, positions
from services.engagement.use_cases.reading import derived_now, person_streams, references_of
from shared.attempts import Placement, fact_of
from shared.db.engine import Sessions
from shared.ids import pursuit_id

Place = tuple[datetime, int, UUID]
"""Where an event stands in the order of the fold: time, rank, id on the bus."""


@dataclass(frozen=True, slots=True)
class ShownEvent:
    """An event of the timeline, and where the fold places it. ``placement`` is None for what it leaves out."""

    logged: Logged
    position_reference: str | None
    pursuit_id: UUID | None
    placement: Placement | None


@dataclass(frozen=True, slots=True)
class Timeline:
    """A page of a person's events, oldest first."""

    person_id: UUID
    references: list[str]
    events: list[ShownEvent]
    following: Place | None


async def read_timeline(
    sessions: Sessions,
    candidate: UUID,
    *,
    types: Sequence[str],
    after: Place | None,
    limit: int,
    now: datetime,
    settings: EngagementSettings,
) -> Timeline:
    """The events that follow ``after``, of the given types or of all. Raises CandidateUnknown or CandidateErased."""
    async with sessions.begin() as session:
        of_person = await person_streams(session, candidate)
        person = of_person[0].person_id
        rows = [row for row in await log.of_streams(session, [one.candidate_id for one in of_person]) if row.data is not None]
        ordered = sorted(((_place(row), row) for row in rows if not types or row.type in types), key=lambda one: one[0])
        if after is not None:
            ordered = [one for one in ordered if one[0] > after]
        page = [row for _, row in ordered[:limit]]
        placements: dict[UUID, Placement] = {}
        for pursuit in (await derived_now(session, [person], now=now, settings=settings))[person].pursuits.values():
            placements |= pursuit.placements
        return Timeline(
            person,
            references_of(of_person),
            await _shown(session, person, page, placements),
            ordered[limit - 1][0] if len(ordered) > limit else None,
        )


def _place(row: Logged) -> Place:
    return fact_of(row.event_id, row.type, row.time, row.data or {}).order


async def _shown(
    session: AsyncSession, person: UUID, rows: Sequence[Logged], placements: Mapping[UUID, Placement]
) -> list[ShownEvent]:
    named = await positions.read(session, {row.position_id for row in rows if row.position_id is not None})
    references: dict[UUID, str | None] = defaultdict(lambda: None, {one.position_id: one.reference for one in named.values()})
    return [
        ShownEvent(
            row,
            None if row.position_id is None else references[row.position_id],
            None if row.position_id is None else pursuit_id(person, row.position_id),
            placements.get(row.event_id),
        )
        for row in rows
    ]
