"""Counters compared with the attempts that they are the sums of, some at a time, and what came of it."""

from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from services.analytics.storage.contributions import COUNTED_AS, contributions

MOST_ATTEMPTS = 20_000
"""A position of more is not recomputed in passing: that would take more than a moment."""

# The next position at or after a place, of those that have a counter or an attempt, so that neither may be missing.
_NEXT = text(
    """
    SELECT least(
        (SELECT position_id FROM counters WHERE position_id >= :place ORDER BY position_id LIMIT 1),
        (SELECT position_id FROM attempts WHERE position_id >= :place ORDER BY position_id LIMIT 1)
    )
    """
)
_SIZE = text("SELECT count(*) FROM (SELECT FROM attempts WHERE position_id = :position LIMIT :most) AS found")
# One statement sees one state, and counters change in the transaction that changes the attempts.
_COMPARE = text(
    f"""
    SELECT count(*), count(*) FILTER (WHERE kept.count IS DISTINCT FROM made.count OR kept.seconds IS DISTINCT FROM made.seconds)
    FROM (
        SELECT measure, count, seconds FROM counters WHERE position_id = :position AND (count <> 0 OR seconds <> 0)
    ) AS kept
    FULL JOIN (
        SELECT {COUNTED_AS} AS measure, count(*) AS count, sum(one.seconds) AS seconds FROM attempts {contributions("attempts")}
        WHERE attempts.position_id = :position GROUP BY 1
    ) AS made USING (measure)
    """  # noqa: S608 - constants of this service
)
_NOTE = text(
    """
    INSERT INTO drift (checked, checked_at, wrong, wrong_at)
    VALUES (CAST(:checked AS bigint), CAST(:now AS timestamptz), CAST(:wrong AS bigint),
        CASE WHEN CAST(:wrong AS bigint) > 0 THEN CAST(:now AS timestamptz) END)
    ON CONFLICT (single) DO UPDATE SET checked = drift.checked + excluded.checked, checked_at = excluded.checked_at,
        wrong = drift.wrong + excluded.wrong, wrong_at = coalesce(excluded.wrong_at, drift.wrong_at)
    """
)


class Drift(NamedTuple):
    """How many counters were compared since the last rebuild, when last, how many of them were wrong, and when that was found."""

    checked: int = 0
    checked_at: datetime | None = None
    wrong: int = 0
    wrong_at: datetime | None = None


async def next_position(session: AsyncSession, place: UUID) -> UUID | None:
    """The next position at or after a place, of those that are counted; None at the end."""
    found: UUID | None = await session.scalar(_NEXT, {"place": place})
    return found


async def is_large(session: AsyncSession, position: UUID) -> bool:
    """Whether a position has so many attempts that it is left out."""
    found = await session.scalar(_SIZE, {"position": position, "most": MOST_ATTEMPTS + 1})
    return int(found or 0) > MOST_ATTEMPTS


async def compare(session: AsyncSession, position: UUID) -> tuple[int, int]:
    """How many counters a position has or should have, and how many of them are not what the attempts say."""
    checked, wrong = (await session.execute(_COMPARE, {"position": position})).one()
    return checked, wrong


async def note(session: AsyncSession, *, checked: int, wrong: int, now: datetime) -> None:
    """Keep what a check found."""
    await session.execute(_NOTE, {"checked": checked, "wrong": wrong, "now": now})


async def read(session: AsyncSession) -> Drift:
    """What all checks since the last rebuild found."""
    found = (await session.execute(text("SELECT checked, checked_at, wrong, wrong_at FROM drift"))).one_or_none()
    return Drift() if found is None else Drift(*found)


async def forget(session: AsyncSession) -> None:
    """Begin anew: everything was made again."""
    await session.execute(text("DELETE FROM drift"))
