"""Reading pursuits, folded from their facts: one by id, or those of a candidate or a position."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from services.engagement.domain.errors import PursuitUnknown
from services.engagement.domain.pursuit_view import PursuitRow, describe
from services.engagement.settings import EngagementSettings
from services.engagement.storage import positions, pursuits, relationships
from services.engagement.use_cases.folding import fold_pursuits, read_closings
from services.engagement.use_cases.reading import person_streams
from shared.db.engine import Sessions
from shared.ids import pursuit_id

FIRST = UUID(int=0)


@dataclass(frozen=True, slots=True)
class ShownPursuit:
    """A pursuit with its attempts, and what senders call its person and its position."""

    row: PursuitRow
    attempts: list[dict[str, Any]]
    references: list[str]
    position_references: list[str]


async def read_pursuit(sessions: Sessions, id: UUID, *, now: datetime, settings: EngagementSettings) -> ShownPursuit:
    """The pursuit of that id; the person's, where the id is of before the person's records were linked.

    Raises PursuitUnknown, and CandidateErased where nothing of an erased person is left.
    """
    async with sessions.begin() as session:
        row = await pursuits.one(session, id)
        if row is not None:
            person = (await person_streams(session, row.person_id))[0].person_id
            if person != row.person_id:
                row = await pursuits.one(session, pursuit_id(person, row.position_id))
        if row is None:
            raise PursuitUnknown(f"No fact makes a pursuit {id}.")
        return (await _shown(session, [row], now, settings))[0]


async def list_pursuits(
    sessions: Sessions,
    *,
    candidate: UUID | None,
    position: UUID | None,
    after: UUID | None,
    limit: int,
    now: datetime,
    settings: EngagementSettings,
) -> tuple[list[ShownPursuit], UUID | None]:
    """A page of pursuits by id, and where the next begins. Raises CandidateUnknown or CandidateErased."""
    async with sessions.begin() as session:
        person = None if candidate is None else (await person_streams(session, candidate))[0].person_id
        rows = await pursuits.page(session, person=person, position=position, after=after or FIRST, limit=limit + 1)
        following = rows[limit - 1].id if len(rows) > limit else None
        return await _shown(session, rows[:limit], now, settings), following


async def _shown(
    session: AsyncSession, rows: Sequence[PursuitRow], now: datetime, settings: EngagementSettings
) -> list[ShownPursuit]:
    streams = await relationships.of_people(session, {row.person_id for row in rows})
    named = await positions.read(session, {row.position_id for row in rows})
    closings = await read_closings(session, named, now=now)
    keys = [(row.person_id, row.position_id) for row in rows]
    folded = await fold_pursuits(session, keys, streams, closings, ghost_after=settings.ghost_after, now=now)
    shown: list[ShownPursuit] = []
    for person, position in keys:
        one = folded[person, position]
        reference = named[position].reference if position in named else None
        references = sorted(s.reference for s in streams.values() if s.person_id == person and s.reference is not None)
        attempts = [describe(attempt) for attempt in one.pursuit.attempts]
        shown.append(ShownPursuit(one.row, attempts, references, [] if reference is None else [reference]))
    return shown
