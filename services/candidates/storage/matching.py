"""Who may meet the requirements of a position, and which positions are open."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from services.candidates.storage.listing import records_page
from shared.db.asyncpg_connection import Driver
from shared.events.snapshots import Part
from shared.events.vocabulary import Level
from shared.fit import order_of

MOST_COMPARED = 5_000
"""Of more, the first ones in the order of their ids are compared."""

_YEARS = "(record ->> 'years_experience')::float8"


async def people(connection: Driver, requirements: Sequence[Part], *, with_unknown: bool) -> list[tuple[UUID, dict[str, Any]]]:
    """Ids and records of people of whom no requirement is not met; without unknown ones all that are stated are met."""
    conditions: dict[str, Any] = {}
    for number, part in enumerate(requirements):
        levels = [one.value for one in Level if part.level_from and order_of(one) >= order_of(part.level_from)]
        asked = (
            ("skills && $n", "skills = '{}'", list(part.skills_any) or None),
            ("level = ANY($n)", "level IS NULL", levels or None),
            (f"{_YEARS} >= $n", f"{_YEARS} IS NULL", part.years_from),
        )
        for met, not_known, value in asked:
            condition = f"({met} OR {not_known})" if with_unknown else met
            conditions[f"{condition} /* {number} */"] = value
    return [tuple(row) for row in await records_page(connection, "candidates", "id, record", conditions, limit=MOST_COMPARED)]


async def open_positions(connection: Driver) -> list[tuple[UUID, dict[str, Any]]]:
    """Ids and records of the positions that are open."""
    rows = await records_page(connection, "positions", "id, record", {"status = $n": "open"}, limit=MOST_COMPARED)
    return [tuple(row) for row in rows]
