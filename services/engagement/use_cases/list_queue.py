"""The queue as recruiters read it: live items, strongest first."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncSession

from services.engagement.domain.queue import QueueItem
from services.engagement.storage import queue, streams
from services.engagement.storage.queue import After, Wanted
from shared.db.engine import Sessions


@dataclass(frozen=True, slots=True)
class Listed:
    """An item, and what senders call its person."""

    item: QueueItem
    references: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Page:
    """Some items, and after which the next page begins; None on the last."""

    items: list[Listed]
    next: After | None


async def list_queue(sessions: Sessions, wanted: Wanted, *, now: datetime, after: After | None, limit: int) -> Page:
    """A page of the queue as it is at ``now``: by priority, then by how long they have been due."""
    async with sessions.begin() as session:
        found = await queue.page(session, wanted, now=now, after=after, limit=limit + 1)
        items = await with_references(session, found[:limit])
    last = found[limit - 1] if len(found) > limit else None
    if last is None or last.due_at is None:
        return Page(items, None)
    return Page(items, After(last.priority, last.due_at, last.id))


async def with_references(session: AsyncSession, items: Sequence[QueueItem]) -> list[Listed]:
    """The items with the references of their persons' streams."""
    found = await streams.of_people(session, [item.person_id for item in items])
    return [
        Listed(item, tuple(sorted(s.reference for s in found.get(item.person_id, ()) if s.reference is not None)))
        for item in items
    ]
