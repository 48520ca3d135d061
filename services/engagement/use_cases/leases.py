"""What every action on a leased item has in common: it needs the lease, is put on record, and moves the item."""

from datetime import datetime
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from services.engagement.domain.queue import Moved, QueueItem, item_id, moved
from services.engagement.domain.queue_errors import ItemUnknown, LeaseLost, LeaseUsed
from services.engagement.domain.queue_log import Done, Lease
from services.engagement.settings import EngagementSettings
from services.engagement.storage import queue, queue_log, streams
from services.engagement.storage.queue_log import Finished, Leased, Line
from services.engagement.use_cases.derive_people import derive_people
from services.engagement.use_cases.queue_events import event_of
from services.engagement.use_cases.transactions import transact
from shared.db.engine import Sessions
from shared.errors import Invalid
from shared.timestamps import written


async def finish(
    sessions: Sessions,
    id: UUID,
    lease: UUID,
    done: Done,
    *,
    now: datetime,
    settings: EngagementSettings,
) -> Moved:
    """Put what is done with a leased item on record; returns how the item stands then.

    The same again with the same lease is answered as it was the first time, whatever has come of the item since. Raises
    ItemUnknown, LeaseUsed when something else was done with the lease, and LeaseLost when it is not the item's or over. An item
    that has left the queue by itself while it was leased can still be finished. Raises Invalid for a snooze to the past.
    """

    async def work(session: AsyncSession) -> Moved:
        await streams.share_map(session)
        person = await lock_person(session, await leased(session, id, lease, now))
        finished = (await leased(session, id, lease, now)).finished
        if finished is not None:
            return _answer_again(finished, done)
        item, held = await held_item(session, id, person, lease, now)
        check_ahead(done, now)
        line = Line(
            done=done,
            event=event_of(done, item, held.recruiter, now),
            at=now,
            recruiter=held.recruiter,
            lease=lease,
            newest_close=held.newest_close,
        )
        return await put_on_record(session, line, person, lease, now=now, settings=settings)

    return await transact(sessions, work)


async def put_on_record(
    session: AsyncSession, line: Line, person: UUID, lease: UUID, *, now: datetime, settings: EngagementSettings
) -> Moved:
    """Write a line about the locked person's item; returns how the item stands then, which is kept as the answer of the lease."""
    await queue_log.write(session, [line], shards=settings.partitions)
    derived = await derive_people(session, [person], now=now, settings=settings)
    answer = moved(derived[person].item, now)
    await queue_log.keep_answer(session, lease, answer)
    return answer


def check_ahead(done: Done, now: datetime) -> None:
    """Raises Invalid where an item would be put off to a time that is past."""
    if done.until is not None and done.until <= now:
        raise Invalid.of("until", f"must be in the future: it is now {now:%Y-%m-%dT%H:%M:%SZ}")


async def leased(session: AsyncSession, id: UUID, lease: UUID, now: datetime) -> Leased:
    """What is on record of the lease on an item. Raises ItemUnknown, and LeaseLost where it is none of this item."""
    found = await queue_log.of_lease(session, lease)
    if found is not None and item_id(found.stream) == id:
        return found
    item = await queue.one(session, id)
    if item is None:
        raise ItemUnknown(f"There is no queue item {id}.")
    raise LeaseLost.to(id, item.lease, now)


async def lock_person(session: AsyncSession, leased: Leased) -> UUID:
    """The person whose item was leased, locked: another one than at the time of the claim, where streams were linked since."""
    person = (await streams.person_map(session, [leased.stream]))[leased.stream]
    await streams.lock_people(session, {person, leased.stream})
    return person


def _answer_again(finished: Finished, done: Done) -> Moved:
    """How the first was answered. Raises LeaseUsed unless the same was done."""
    if finished.done.is_again(done):
        return finished.answer
    before = {
        "action": finished.done.action,
        "outcome": finished.done.outcome,
        "until": written(finished.done.until),
        "at": written(finished.at),
    }
    said = f"{finished.done.action}" + (f" as {finished.done.outcome}" if finished.done.outcome else "")
    raise LeaseUsed(
        f"The item was {said} with this lease at {finished.at:%Y-%m-%dT%H:%M:%SZ}; nothing was changed.",
        extra={"done": {name: value for name, value in before.items() if value is not None}},
    )


async def held_item(session: AsyncSession, id: UUID, person: UUID, lease: UUID, now: datetime) -> tuple[QueueItem, Lease]:
    """The locked person's item and the lease on it. Raises LeaseLost."""
    item = await queue.one(session, item_id(person))
    held = None if item is None else item.lease
    if item is None or held is None or held.id != lease:
        raise LeaseLost.to(id, held, now)
    if not held.holds(now):
        raise LeaseLost(f"The lease on the item {id} expired at {held.expires_at:%Y-%m-%dT%H:%M:%SZ}; claim it again.")
    return item, held
