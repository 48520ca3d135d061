"""What happened since a time, for those who come back to their desk."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from services.engagement.domain.activity import ActivityKind, Happened
from services.engagement.storage import activity, people, positions, streams
from services.engagement.storage.activity import Before, Row
from services.engagement.storage.positions import KnownPosition
from services.engagement.use_cases.reading import references_of
from shared.attempts import without_retracted
from shared.db.asyncpg_connection import driver
from shared.db.engine import Sessions


@dataclass(frozen=True, slots=True)
class Activity:
    """A page, what its people and positions are called, and after what the next page begins."""

    items: Sequence[Happened]
    references: Mapping[UUID, list[str]]
    positions: Mapping[UUID, KnownPosition]
    following: Before | None


async def read_activity(
    sessions: Sessions,
    kinds: Collection[ActivityKind],
    *,
    since: datetime,
    now: datetime,
    before: Before | None,
    recruiter: str | None,
    limit: int,
) -> Activity:
    """What happened up to now, newest first. A fact that was retracted did not, so a page may be shorter than ``limit``."""
    async with sessions.begin() as session:
        rows = await activity.page(
            await driver(session), kinds, since=since, until=now, before=before, recruiter=recruiter, limit=limit + 1
        )
        last = rows[limit - 1].happened if len(rows) > limit else None
        items = await _that_happened(session, rows[:limit], now)
        of_people = await streams.of_people(session, {one.person_id for one in items})
        known = await positions.read(session, {one.position_id for one in items if one.position_id is not None})
    return Activity(
        items,
        {person: references_of(of) for person, of in of_people.items()},
        known,
        None if last is None else Before(last.at, last.id),
    )


async def _that_happened(session: AsyncSession, rows: Sequence[Row], now: datetime) -> list[Happened]:
    """Without the facts that were retracted."""
    doubtful = {row.happened.person_id for row in rows if row.is_doubtful}
    if not doubtful:
        return [row.happened for row in rows]
    loaded = await people.load(session, doubtful, now=now)
    valid = {str(fact.id) for person in loaded.people for fact in without_retracted(person.facts)}
    return [row.happened for row in rows if not row.is_doubtful or row.happened.id in valid]
