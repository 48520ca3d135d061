"""How far everybody is derived by the policy of now: one row, for the policy that was seen last."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from shared.db.asyncpg_connection import Driver, driver

_BEGIN = """
    INSERT INTO rederivation (fingerprint, after_id, done, total, begun_at)
    SELECT $1, '00000000-0000-0000-0000-000000000000', 0,
        (SELECT count(DISTINCT person_id) FROM relationships WHERE sequence > 0), $2
    WHERE NOT EXISTS (SELECT FROM rederivation WHERE fingerprint = $1)
    ON CONFLICT (is_only) DO UPDATE SET fingerprint = excluded.fingerprint, after_id = excluded.after_id, done = excluded.done,
        total = excluded.total, begun_at = excluded.begun_at
    """
# A subquery, so that the index gives the next persons, and none at once where all were derived: joined, all rows are read. The
# mark is locked, so that nobody begins anew between a look at it and its move: whom older rules derive is derived again after.
_NEXT = """
    SELECT DISTINCT person_id FROM relationships WHERE sequence > 0 AND person_id > (
        SELECT after_id FROM rederivation WHERE fingerprint = $1 AND after_id IS NOT NULL FOR NO KEY UPDATE
    ) ORDER BY person_id LIMIT $2
    """
_MOVE = "UPDATE rederivation SET after_id = $2, done = done + $3 WHERE fingerprint = $1 AND after_id IS NOT NULL"
_PROGRESS = "SELECT done, total, after_id IS NULL FROM rederivation"


@dataclass(frozen=True, slots=True)
class Progress:
    """How many persons of how many were derived since the policy changed."""

    done: int
    total: int
    is_complete: bool


async def begin(session: AsyncSession, fingerprint: str, now: datetime) -> None:
    """Have everybody derived anew, unless the last policy seen was this one."""
    await (await driver(session)).fetch(_BEGIN, fingerprint, now)


async def next_people(session: AsyncSession, fingerprint: str, limit: int) -> Sequence[UUID]:
    """The next persons, by id; none where all were derived, or other rules were seen since. The caller derives and moves on."""
    return [row[0] for row in await (await driver(session)).fetch(_NEXT, fingerprint, limit)]


async def move(session: AsyncSession, fingerprint: str, people: Sequence[UUID], limit: int) -> None:
    """These persons were derived. Fewer than ``limit``: they were the last. No mark of other rules moves."""
    after = people[-1] if len(people) == limit else None
    await (await driver(session)).fetch(_MOVE, fingerprint, after, len(people))


async def progress(connection: Driver) -> Progress | None:
    """How far it is; None before the first policy was seen."""
    rows = await connection.fetch(_PROGRESS)
    return Progress(*rows[0]) if rows else None
