"""Finding pursuits, as they were derived. Rows are written with all else of a person: ``storage.people``."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from services.engagement.domain.pursuit_view import PursuitRow
from shared.db.asyncpg_connection import driver

_COLUMNS = "id, person_id, position_id, attempt, stage, status, close_kind, close_reason, closed_at, clock_at"
_ONE = f"SELECT {_COLUMNS} FROM pursuits WHERE id = $1"  # noqa: S608 - the columns are a constant
_PAGE = f"""
    SELECT {_COLUMNS} FROM pursuits
    WHERE attempt > 0 AND id > $1 AND ($2::uuid IS NULL OR position_id = $2)
      AND ($3::text IS NULL OR stage = $3) AND ($4::text IS NULL OR status = $4)
    ORDER BY id LIMIT $5
    """  # noqa: S608 - the columns are a constant
_COUNTS = """
    SELECT stage, status, count(*) FROM pursuits WHERE attempt > 0 AND position_id = $1
    GROUP BY stage, status ORDER BY stage, status
    """
_OF_POSITION = "SELECT id, person_id FROM pursuits WHERE position_id = $1 AND id > $2 ORDER BY id LIMIT $3"
_DUE = "SELECT id, person_id FROM pursuits WHERE clock_at <= $1 ORDER BY clock_at LIMIT $2"
_NOT_DUE = "UPDATE pursuits SET clock_at = NULL WHERE id = ANY($1::uuid[])"


async def one(session: AsyncSession, id: UUID) -> PursuitRow | None:
    """The row of a pursuit, whether or not its person was linked to another since."""
    rows = await (await driver(session)).fetch(_ONE, id)
    return PursuitRow(*rows[0]) if rows else None


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which pursuits are asked for, by their latest attempt; None: any."""

    position: UUID | None = None
    stage: str | None = None
    status: str | None = None


async def page(session: AsyncSession, wanted: Wanted, *, after: UUID, limit: int) -> Sequence[PursuitRow]:
    """Pursuits that hold an attempt, of a position or of all, by id."""
    asked = (after, wanted.position, wanted.stage, wanted.status, limit)
    return [PursuitRow(*row) for row in await (await driver(session)).fetch(_PAGE, *asked)]


async def counts(session: AsyncSession, position: UUID) -> list[tuple[str | None, str, int]]:
    """How many of a position's pursuits are at each stage with each status, by their latest attempt."""
    return [(row[0], row[1], row[2]) for row in await (await driver(session)).fetch(_COUNTS, position)]


async def of_position(session: AsyncSession, position: UUID, *, after: UUID, limit: int) -> list[tuple[UUID, UUID]]:
    """(pursuit, person) of a position's pursuits that follow ``after`` by id."""
    return [(row[0], row[1]) for row in await (await driver(session)).fetch(_OF_POSITION, position, after, limit)]


async def due(session: AsyncSession, now: datetime, limit: int) -> dict[UUID, UUID]:
    """The person of each pursuit that the clock must put something on record for, longest due first."""
    return dict(await (await driver(session)).fetch(_DUE, now, limit))


async def leave_to_time(session: AsyncSession, ids: Collection[UUID]) -> None:
    """What was due for these pursuits is on record: the clock need not look at them again."""
    await (await driver(session)).fetch(_NOT_DUE, list(ids))
