"""Read positions: one, a list, a record's history."""

from collections.abc import Collection, Mapping
from datetime import datetime
from uuid import UUID

from services.candidates.domain.errors import PositionUnknown
from services.candidates.storage import history, positions
from services.candidates.use_cases.read_history import history_page
from services.candidates.use_cases.views import Page, RecordView, position_view
from shared.db.engine import Sessions
from shared.naming import Name


async def read_position(sessions: Sessions, name: Name) -> RecordView:
    """The position's record. Raises PositionUnknown."""
    async with sessions.alone() as connection:
        position = await positions.find(connection, name.id)
    if position is None:
        raise PositionUnknown.named(str(name))
    return position_view(position)


async def find_positions(sessions: Sessions, names: Collection[Name]) -> list[RecordView]:
    """The records of these positions, each once, in id order. Who is unknown has none."""
    async with sessions.alone() as connection:
        return [position_view(one) for one in await positions.of_ids(connection, {name.id for name in names})]


async def list_positions(
    sessions: Sessions, *, skill: str | None, equal: Mapping[str, str | None], after: UUID | None, limit: int
) -> Page:
    """Positions' records in id order."""
    async with sessions.alone() as connection:
        found = await positions.search(connection, skill=skill, equal=equal, after=after, limit=limit + 1)
    shown = [position_view(position) for position in found[:limit]]
    return Page(list(shown), [str(shown[-1].id)] if len(found) > limit else None)


async def read_position_history(
    sessions: Sessions, name: Name, *, field: str | None, after: tuple[datetime, int] | None, limit: int
) -> Page:
    """All that was stated of the position's fields, the latest observed first. Raises PositionUnknown."""
    async with sessions.alone() as connection:
        position = await positions.find(connection, name.id)
        if position is None:
            raise PositionUnknown.named(str(name))
        entries = await history.page(connection, "position", [position.id], field=field, hidden=(), after=after, limit=limit + 1)
    return history_page(entries, {position.id: position.heads}, limit)
