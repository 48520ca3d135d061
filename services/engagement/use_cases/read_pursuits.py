"""Reading pursuits, folded from the facts that are in the log at that moment."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from services.engagement.domain.errors import PursuitUnknown
from services.engagement.domain.pursuit_view import PursuitRow, describe
from services.engagement.settings import EngagementSettings
from services.engagement.storage import positions, pursuits, streams
from services.engagement.storage.positions import KnownPosition
from services.engagement.storage.pursuits import Wanted
from services.engagement.use_cases.reading import derived_now, person_streams, references_of
from shared.db.engine import Sessions

FIRST = UUID(int=0)

Key = tuple[UUID, UUID]
"""A person and a position."""


@dataclass(frozen=True, slots=True)
class ShownPursuit:
    """A pursuit with its attempts, what senders call its person, and what is known of its position."""

    row: PursuitRow
    attempts: list[dict[str, Any]]
    references: list[str]
    position: KnownPosition | None


async def read_pursuit(sessions: Sessions, id: UUID, *, now: datetime, settings: EngagementSettings) -> ShownPursuit:
    """The pursuit of that id; the person's, where the id is of before the person's records were linked.

    Raises PursuitUnknown, and CandidateErased where nothing of an erased person is left.
    """
    async with sessions.begin() as session:
        row = await pursuits.one(session, id)
        if row is not None:
            person = (await person_streams(session, row.person_id))[0].person_id
            shown = await _shown(session, [(person, row.position_id)], now, settings)
            if shown:
                return shown[0]
        raise PursuitUnknown(f"There is no pursuit {id}.")


async def list_pursuits(
    sessions: Sessions,
    *,
    candidate: UUID | None,
    wanted: Wanted,
    after: UUID | None,
    limit: int,
    now: datetime,
    settings: EngagementSettings,
) -> tuple[list[ShownPursuit], UUID | None]:
    """A page of pursuits by id, and where the next begins. Raises CandidateUnknown or CandidateErased.

    Those of a candidate are all that the log holds; of a position, or without both, those that were derived so far.
    """
    async with sessions.begin() as session:
        if candidate is not None:
            person = (await person_streams(session, candidate))[0].person_id
            derived = (await derived_now(session, [person], now=now, settings=settings))[person]
            rows = sorted((row for row in derived.rows.values() if row.attempt and _is(row, wanted)), key=lambda row: row.id)
            rows = [row for row in rows if after is None or row.id > after][: limit + 1]
        else:
            rows = list(await pursuits.page(session, wanted, after=after or FIRST, limit=limit + 1))
        following = rows[limit - 1].id if len(rows) > limit else None
        keys = [(row.person_id, row.position_id) for row in rows[:limit]]
        return await _shown(session, keys, now, settings), following


async def count_pursuits(sessions: Sessions, position: UUID) -> list[tuple[str | None, str, int]]:
    """How many of a position's pursuits are at each stage with each status, as they were derived so far."""
    async with sessions.begin() as session:
        return await pursuits.counts(session, position)


def _is(row: PursuitRow, wanted: Wanted) -> bool:
    asked = ((wanted.position, row.position_id), (wanted.stage, row.stage), (wanted.status, row.status))
    return all(value is None or value == found for value, found in asked)


async def _shown(session: AsyncSession, keys: Sequence[Key], now: datetime, settings: EngagementSettings) -> list[ShownPursuit]:
    of_people = await streams.of_people(session, {person for person, _ in keys})
    named = await positions.read(session, {position for _, position in keys})
    derived = await derived_now(session, {person for person, _ in keys}, now=now, settings=settings)
    shown: list[ShownPursuit] = []
    for person, position in keys:
        row = derived[person].rows.get(position)
        if row is None:
            continue  # its facts went to another person a moment ago
        attempts = [describe(attempt) for attempt in derived[person].pursuits[position].attempts]
        references = references_of(of_people.get(person, ()))
        shown.append(ShownPursuit(row, attempts, references, named.get(position)))
    return shown
