"""Computing the queue items of persons anew, from the log, the positions' closings and the queue's log."""

import asyncio
from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from datetime import datetime
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from services.engagement.domain.facts import PersonFact
from services.engagement.domain.queue import QueueItem, item_of
from services.engagement.domain.queue_log import QueueEntry
from services.engagement.settings import EngagementSettings
from services.engagement.storage import log, people, positions, queue, queue_log
from services.engagement.storage.people import StreamOfPerson

BREATH = 10
"""So many persons are computed in one go."""


async def refresh_streams(
    session: AsyncSession, streams: Collection[UUID], *, now: datetime, settings: EngagementSettings
) -> None:
    """Refresh the persons that the streams belong to.

    Who links streams at the same time refreshes the persons concerned after having locked the streams, and so sees every
    event that reached the bus before: nothing is missed by looking the persons up without a lock.
    """
    await refresh_people(session, await people.people_of(session, streams), now=now, settings=settings)


async def refresh_people(session: AsyncSession, of: Collection[UUID], *, now: datetime, settings: EngagementSettings) -> None:
    """Make the items of these persons what the logs say; a person that was linked to another loses theirs.

    Whoever changes the stream → person map calls this with every person who gains or loses a stream, after writing the map.
    Locks: the caller may hold relationship rows; this takes the queue's own locks after them. A closing time ahead of ``now``
    closes nothing yet.
    """
    if not of:
        return
    looked_into = await queue.may_have_item(session, of)
    if not looked_into:
        return
    await queue.lock_people(session, looked_into)
    streams = await people.streams_of(session, looked_into)
    items = await _compute(session, streams, now=now, settings=settings)
    await queue.save(session, items)
    await queue.delete(session, looked_into - {item.person_id for item in items})
    erased = [stream.candidate_id for of_person in streams.values() for stream in of_person if stream.is_erased]
    if erased:
        await queue_log.forget_notes(session, erased)


async def _compute(
    session: AsyncSession,
    streams: Mapping[UUID, Collection[StreamOfPerson]],
    *,
    now: datetime,
    settings: EngagementSettings,
) -> list[QueueItem]:
    """The items of persons, none for those whose every stream was erased."""
    person_of = {stream.candidate_id: person for person, own in streams.items() for stream in own if not stream.is_erased}
    facts = await _facts(session, person_of)
    closings = await _closings(session, facts.values(), now)
    entries: dict[UUID, list[QueueEntry]] = defaultdict(list)
    for entry in await queue_log.of_streams(session, list(person_of)):
        entries[person_of[entry.stream]].append(entry)
    policy = settings.return_policy
    items: list[QueueItem] = []
    for number, person in enumerate(streams):
        if number % BREATH == 0:
            await asyncio.sleep(0)  # folding is pure computation: let the other parts of this process have their turn
        item = item_of(person, facts[person], closings, entries[person], policy=policy, ghost_after=settings.ghost_after)
        if item is not None:
            items.append(item)
    return items


async def _facts(session: AsyncSession, person_of: Mapping[UUID, UUID]) -> defaultdict[UUID, list[PersonFact]]:
    facts: defaultdict[UUID, list[PersonFact]] = defaultdict(list)
    for row in await log.of_streams(session, list(person_of)):
        if row.data is not None:
            facts[person_of[row.candidate_id]].append(
                PersonFact(row.candidate_id, row.event_id, row.type, row.time, row.position_id, row.data)
            )
    return facts


async def _closings(
    session: AsyncSession, of_people: Iterable[Iterable[PersonFact]], now: datetime
) -> Mapping[UUID, list[datetime]]:
    wanted = {fact.position for facts in of_people for fact in facts if fact.position is not None}
    known = await positions.read(session, wanted)
    return {where: [moment for moment in position.closings if moment <= now] for where, position in known.items()}
