"""The directory of recruiters. A code that is not in it works all the same."""

from collections.abc import Collection
from dataclasses import dataclass

from shared.db.asyncpg_connection import Driver


@dataclass(frozen=True, slots=True)
class Recruiter:
    """``code`` is what events call them; ``daily_limit`` is how many outreach contacts they may make a day."""

    code: str
    name: str
    role: str | None
    time_zone: str | None
    daily_limit: int | None


_COLUMNS = "code, name, role, time_zone, daily_limit"
_SAVE = f"""
    INSERT INTO recruiters AS known ({_COLUMNS}) VALUES ($1, $2, $3, $4, $5)
    ON CONFLICT (code) DO UPDATE SET name = $2, role = $3, time_zone = $4, daily_limit = $5 RETURNING xmax = 0
    """  # noqa: S608 - the columns are a constant
_READ = f"SELECT {_COLUMNS} FROM recruiters WHERE code = ANY($1::text[])"  # noqa: S608
_AFTER = f"SELECT {_COLUMNS} FROM recruiters WHERE code > $1 ORDER BY code LIMIT $2"  # noqa: S608


async def save(connection: Driver, recruiter: Recruiter) -> bool:
    """Store an entry; whether it is a new one."""
    one = recruiter
    return bool(await connection.fetchval(_SAVE, one.code, one.name, one.role, one.time_zone, one.daily_limit))


async def read(connection: Driver, codes: Collection[str]) -> dict[str, Recruiter]:
    """Those of the codes that the directory has."""
    return {row["code"]: Recruiter(*row) for row in await connection.fetch(_READ, sorted(codes))}


async def after(connection: Driver, code: str, limit: int) -> list[Recruiter]:
    """Entries by code."""
    return [Recruiter(*row) for row in await connection.fetch(_AFTER, code, limit)]
