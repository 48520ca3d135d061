"""The queue as recruiters read it: live items, strongest first."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from services.engagement.domain.queue import QueueItem, QueueStatus
from services.engagement.storage import positions, queue, streams
from services.engagement.storage.positions import KnownPosition
from services.engagement.storage.queue import After, Wanted
from services.engagement.use_cases.reading import references_of
from shared.db.engine import Sessions


@dataclass(frozen=True, slots=True)
class Listed:
    """An item, what senders call its person, and the positions of its reasons as far as they are known."""

    item: QueueItem
    references: tuple[str, ...]
    positions: Mapping[UUID, KnownPosition]


@dataclass(frozen=True, slots=True)
class Page:
    """Some items, and after which the next page begins; None on the last."""

    items: list[Listed]
    next: After | None


async def list_queue(sessions: Sessions, wanted: Wanted, *, now: datetime, after: After | None, limit: int) -> Page:
    """A page of the queue as it is at ``now``: by priority, then by how long they have been due."""
    async with sessions.begin() as session:
        found = await queue.page(session, wanted, now=now, after=after, limit=limit + 1)
        items = await with_names(session, found[:limit])
    last = found[limit - 1] if len(found) > limit else None
    if last is None or last.due_at is None:
        return Page(items, None)
    return Page(items, After(last.priority, last.due_at, last.id))


async def count_items(sessions: Sessions, wanted: Wanted, *, now: datetime) -> dict[QueueStatus, int]:
    """How many items there are of each status at ``now``; a single statement, so that no item is counted twice or not at all."""
    async with sessions.begin() as session:
        return await queue.counts(session, wanted, now=now)


async def with_names(session: AsyncSession, items: Sequence[QueueItem]) -> list[Listed]:
    """The items with what their persons and positions are called."""
    found = await streams.of_people(session, [item.person_id for item in items])
    known = await positions.read(session, positions_of(items))
    return [Listed(item, tuple(references_of(found.get(item.person_id, ()))), known) for item in items]


def positions_of(items: Iterable[QueueItem]) -> set[UUID]:
    """The positions of the reasons."""
    return {reason.position_id for item in items for reason in item.reasons if reason.position_id is not None}
