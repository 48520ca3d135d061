"""What changed since a time, for systems that keep a copy: everything once more each time it changes, nothing missed."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from services.candidates.storage import candidates, positions, syncs
from services.candidates.use_cases.views import listed_candidate, position_view
from shared.db.engine import Sessions
from shared.errors import Invalid

OVERLAP = timedelta(minutes=10)
"""A change has the time of its request; it is committed a little later, and on a machine whose clock may differ."""


@dataclass(frozen=True, slots=True)
class Gone:
    """An id without a record of its own now. It was erased, or linked to another person, or what was linked to it was parted."""

    id: UUID
    is_erased: bool
    linked_to: UUID | None


@dataclass(frozen=True, slots=True)
class SyncPage:
    """Some changes. The sync goes on behind ``last``, at once where there is more, else whenever it likes."""

    items: list[Any]
    gone: list[Gone]
    last: int
    has_more: bool


async def sync_candidates(sessions: Sessions, since: datetime, *, after: int, limit: int, now: datetime) -> SyncPage:
    """The people and streams that changed, each as it is now. Raises Invalid for a time that has not come."""
    numbered = await _begin(sessions, "candidates", since, now)
    async with sessions.alone() as connection:
        found = await candidates.changed_since(connection, since - OVERLAP, after=after, limit=limit + 1)
        shown = [stream for _, stream in found[:limit]]
        beside = await candidates.beside_of(connection, [one.id for one in shown if one.record is not None])
    items = [listed_candidate(one, beside[one.id]) for one in shown if one.record is not None]
    gone = [
        Gone(one.id, one.erased_at is not None, one.person_id if one.person_id != one.id else None)
        for one in shown
        if one.record is None
    ]
    return _page(items, gone, [number for number, _ in found], after, limit, numbered)


async def sync_positions(sessions: Sessions, since: datetime, *, after: int, limit: int, now: datetime) -> SyncPage:
    """The positions that changed, each as it is now. Raises Invalid for a time that has not come."""
    numbered = await _begin(sessions, "positions", since, now)
    async with sessions.alone() as connection:
        found = await positions.changed_since(connection, since - OVERLAP, after=after, limit=limit + 1)
    items = [position_view(position) for _, position in found[:limit]]
    return _page(items, [], [number for number, _ in found], after, limit, numbered)


async def _begin(sessions: Sessions, table: syncs.Table, since: datetime, now: datetime) -> syncs.Numbered:
    if since > now + OVERLAP:
        raise Invalid.of("updated_since", f"must not lie in the future: it is now {now:%Y-%m-%dT%H:%M:%SZ}")
    return await syncs.number(sessions, table)


def _page(items: list[Any], gone: list[Gone], numbers: list[int], after: int, limit: int, numbered: syncs.Numbered) -> SyncPage:
    if len(numbers) > limit:
        return SyncPage(items, gone, numbers[limit - 1], has_more=True)
    # All up to the highest number were looked at, those of before the time too.
    return SyncPage(items, gone, max([after, numbered.last, *numbers[-1:]]), numbered.has_more)
