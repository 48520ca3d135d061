"""A recruiter snoozes or dismisses many items at once, without claiming them before."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from services.engagement.domain.queue import Moved, Presence, QueueItem, item_id, moved
from services.engagement.domain.queue_errors import ItemNotDue, ItemNotLive, ItemUnknown, LeaseLost
from services.engagement.domain.queue_log import Action, Done
from services.engagement.settings import EngagementSettings
from services.engagement.storage import queue, queue_log, streams
from services.engagement.storage.queue import Wanted
from services.engagement.storage.queue_log import Line
from services.engagement.use_cases.derive_people import derive_people
from services.engagement.use_cases.leases import check_ahead
from services.engagement.use_cases.queue_events import event_of
from services.engagement.use_cases.transactions import transact
from shared.db.engine import Sessions
from shared.errors import DomainError

MOST = 1000
CHUNK = 100
"""Items in one transaction, so that nobody waits long for a person's lock."""


@dataclass(frozen=True, slots=True)
class Bulk:
    """What is done with each item, by whom. ``request`` is the token of the request: for one, an item is acted on once."""

    done: Done
    recruiter: str
    request: UUID


Results = Mapping[UUID, Moved | DomainError]
"""How each item stands now, or why nothing was done with it, by id, in the order asked for."""


async def finish_many(
    sessions: Sessions, ids: Sequence[UUID], bulk: Bulk, *, now: datetime, settings: EngagementSettings
) -> Results:
    """Act on each of the items; one that is refused does not hinder the others. Raises Invalid for a time that is past.

    An item may be due, held by the recruiter, whose lease ends with it, or, to be put off, scheduled or snoozed. One that another
    holds is refused with LeaseLost, which names them, one that is not in the queue with ItemNotLive, one of which nothing is due
    with ItemNotDue, any other id with ItemUnknown.
    A second run of the same request finds what the first did.
    """
    check_ahead(bulk.done, now)
    results: dict[UUID, Moved | DomainError] = {}
    unique = list(dict.fromkeys(ids))
    for begin in range(0, len(unique), CHUNK):
        chunk = unique[begin : begin + CHUNK]
        results |= await transact(sessions, lambda session, chunk=chunk: _finish(session, chunk, bulk, now, settings))  # type: ignore[misc]
    return {one: results[one] for one in unique}


async def finish_wanted(
    sessions: Sessions, wanted: Wanted, bulk: Bulk, *, now: datetime, settings: EngagementSettings
) -> tuple[Results, bool]:
    """Act on the first 1,000 items that are wanted, strongest first; whether there are more.

    A second run of the same request goes on where the first ended, up to 1,000 in both.
    """
    async with sessions.begin() as session:
        before = [item_id(stream) for stream in await queue_log.answers_of(session, bulk.request)]
        found = await queue.ids_of(session, wanted, now=now, limit=MOST + 1)
    ids = list(dict.fromkeys([*before, *found]))
    results = await finish_many(sessions, ids[:MOST], bulk, now=now, settings=settings)
    return results, len(ids) > MOST


async def _finish(
    session: AsyncSession, ids: Sequence[UUID], bulk: Bulk, now: datetime, settings: EngagementSettings
) -> dict[UUID, Moved | DomainError]:
    await streams.share_map(session)
    known = await queue.of_ids(session, ids)
    await streams.lock_people(session, {item.person_id for item in known.values()})
    items = await queue.of_ids(session, ids, are_own=True)
    before = {item_id(stream): answer for stream, answer in (await queue_log.answers_of(session, bulk.request)).items()}
    results: dict[UUID, Moved | DomainError] = {}
    lines: list[Line] = []
    for asked in ids:
        item = items.get(asked)
        if asked in before:
            results[asked] = before[asked]
        elif item is None and asked in known:
            results[asked] = ItemNotLive(f"The item {asked} is not in the queue: its person became one with another.")
        elif item is None:
            results[asked] = ItemUnknown(f"There is no queue item {asked}.")
        elif item.presence is not Presence.LIVE:
            results[asked] = ItemNotLive(f"The item {asked} is not in the queue: {_why_not(item)}.")
        elif item.lease is not None and item.lease.holds(now) and item.lease.recruiter != bulk.recruiter:
            results[asked] = LeaseLost.to(asked, item.lease, now)
        elif bulk.done.action is Action.DISMISSED and (item.due_at is None or item.due_at > now):
            results[asked] = ItemNotDue(f"No reason of the item {asked} is due; only what is due can be taken out.")
        else:
            lines.append(_line(item, bulk, now))
    await queue_log.write(session, lines, shards=settings.partitions)
    derived = await derive_people(session, [line.stream for line in lines], now=now, settings=settings)
    answers = {line.stream: moved(derived[line.stream].item, now) for line in lines}
    if answers:
        await queue_log.keep_answers(session, bulk.request, answers)
    return results | {item_id(stream): answer for stream, answer in answers.items()}


def _why_not(item: QueueItem) -> str:
    return "the person is in play" if item.presence is Presence.HELD else "it has left by itself, or somebody is done with it"


def _line(item: QueueItem, bulk: Bulk, now: datetime) -> Line:
    held = item.lease if item.lease is not None and item.lease.holds(now) else None
    return Line(
        done=bulk.done,
        event=event_of(bulk.done, item, bulk.recruiter, now),
        at=now,
        recruiter=bulk.recruiter,
        lease=None if held is None else held.id,
        newest_close=item.newest_close if held is None else held.newest_close,
        request=bulk.request,
    )
