"""Searching the conditions of soft nos by index: whom a position may bring back. The exact rule decides afterwards."""

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import orjson

from services.engagement.domain.matching import PositionState
from services.engagement.domain.matching.conditions import DAYS_A_YEAR, words_of
from services.engagement.domain.matching.rows import UNKNOWN_LEVEL, level_number
from shared.db.asyncpg_connection import Driver
from shared.events.vocabulary import Level
from shared.fit import Rates

Query = tuple[str, Sequence[Any]]

_NEAR = "SELECT person_id FROM return_conditions WHERE level = ANY($1::smallint[]) AND"
_SALARY = """
    SELECT own.person_id FROM unnest($2::text[], $3::float8[]) AS paid (currency, amount) CROSS JOIN LATERAL (
        SELECT person_id FROM return_conditions
        WHERE kind = 'salary' AND currency = paid.currency AND level = ANY($1::smallint[]) AND amount <= paid.amount
        OFFSET 0) AS own
    """
"""``OFFSET 0`` keeps the look into the index for each currency: as one join, all salaries of these levels would be read."""
_REMOTE = f"{_NEAR} kind = 'location' AND remote IS DISTINCT FROM false"
_COUNTRIES = f"{_NEAR} kind = 'location' AND countries && $2::text[]"
_CITIES = f"{_NEAR} kind = 'location' AND cities && $2::text[]"
_EXPERIENCE = f"{_NEAR} kind = 'experience' AND career_from <= $2"
_ALIKE = "position_id IN (SELECT position_id FROM positions WHERE snapshot -> 'skills' ?| $2::text[])"
_SKILLS = f"{_NEAR} kind = 'skills' AND NOT skills && $3::text[] AND (position_id = $4 OR {_ALIKE})"
_LEVEL = "SELECT person_id FROM return_conditions WHERE kind = 'role_fit' AND wanted_level = $1"
_ROLE = f"{_NEAR} kind = 'role_fit' AND role_words <@ $2::text[]"
_SPONSOR = (
    f"{_NEAR} kind = 'rejected_by_sponsor' AND sponsor < $2 UNION ALL {_NEAR} kind = 'rejected_by_sponsor' AND sponsor > $2"
)
"""Two ranges of the index: everybody but the sponsor's own, of whom no row is read."""
_SIMILAR = f"{_NEAR} kind IN ('preferred_another', 'position_closed') AND {_ALIKE}"
_START = f"{_NEAR} kind = 'availability' AND available_from <= $2"
_BROUGHT = "SELECT person_id FROM queue_items WHERE reasons @> $1::jsonb"
_DECLINED = "SELECT person_id FROM return_conditions WHERE position_id = $1"


async def people_to_compare(connection: Driver, position: PositionState, rates: Rates, *, now: datetime) -> list[UUID]:
    """Everybody about whom the position may decide otherwise than before, by id.

    That is whom it may bring back, whom it has brought back, and whose soft no was about it.
    """
    reason = orjson.dumps([{"position_id": str(position.id)}]).decode()
    found = {row[0] for row in await connection.fetch(_BROUGHT, reason)}
    found |= {row[0] for row in await connection.fetch(_DECLINED, position.id)}
    return sorted(found | await people_it_may_bring(connection, position, rates, now=now))


async def people_it_may_bring(connection: Driver, position: PositionState, rates: Rates, *, now: datetime) -> set[UUID]:
    """All persons whom the position brings back, and others with them; nobody where it is not open."""
    found: set[UUID] = set()
    if position.is_open:
        for query, values in _queries(position, rates, now):
            found.update(row[0] for row in await connection.fetch(query, *values))
    return found


def _queries(position: PositionState, rates: Rates, now: datetime) -> Iterator[Query]:
    near = _levels_near(position.level)
    if position.pays_to is not None and position.salary_currency is not None:
        # A cent more than the rule allows for rounding.
        paid = dict(rates.everywhere(position.pays_to + 0.02, position.salary_currency))
        yield _SALARY, (near, list(paid), list(paid.values()))
    if position.remote:
        yield _REMOTE, (near,)
    if position.countries:
        yield _COUNTRIES, (near, sorted(position.countries))
    if position.cities:
        yield _CITIES, (near, sorted(position.cities))
    if position.years is not None:
        yield _EXPERIENCE, (near, now - timedelta(days=DAYS_A_YEAR * position.years))
    yield _SKILLS, (near, sorted(position.skills), sorted(position.asked), position.id)
    if position.skills:
        yield _SIMILAR, (near, sorted(position.skills))
    if position.level is not None:
        yield _LEVEL, (level_number(position.level),)
    if position.title is not None:
        yield _ROLE, (near, sorted(words_of(position.title)))
    if position.sponsor is not None:
        yield _SPONSOR, (near, position.sponsor)
    if position.starts_on is not None:
        yield _START, (near, position.starts_on)


def _levels_near(level: Level | None) -> list[int]:
    """The levels, as numbers, that are at most one away, and the unknown one; all of them where it is not known."""
    own = level_number(level)
    everywhere = range(UNKNOWN_LEVEL, len(Level))
    return [UNKNOWN_LEVEL, *(one for one in everywhere if one > UNKNOWN_LEVEL and (level is None or abs(one - own) <= 1))]
