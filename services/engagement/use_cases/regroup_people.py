"""Taking over what candidates says of its records: whose streams belong together, and whose are erased.

Streams are linked and unlinked, erased streams keep stubs alone; then every pursuit of the persons concerned is folded
anew, and their queue items are made anew.
"""

from collections.abc import Collection, Mapping
from datetime import datetime
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from services.engagement.settings import EngagementSettings
from services.engagement.storage import log, pursuits, relationships
from services.engagement.storage.relationships import PeopleMovedError, Stream
from services.engagement.use_cases.folding import fold_pursuits, hold_closings
from services.engagement.use_cases.refresh_queue import refresh_people
from shared.web.kept_answers import forget_answers

TRIES = 20


async def regroup_people(
    session: AsyncSession,
    people: Mapping[UUID, UUID],
    erased: Collection[UUID],
    *,
    now: datetime,
    settings: EngagementSettings,
) -> None:
    """Set the person of each stream and erase streams, on the caller's transaction.

    ``people`` maps streams to the streams that stand for their persons; unknown streams become known.
    """
    for trial in range(TRIES):
        try:
            # A savepoint: rolled back, it gives up the locks, so that they can be taken again in id order.
            async with session.begin_nested():
                await _regroup(session, people, erased, now, settings)
            return
        except PeopleMovedError:
            if trial == TRIES - 1:
                raise


async def _regroup(
    session: AsyncSession,
    people: Mapping[UUID, UUID],
    erased: Collection[UUID],
    now: datetime,
    settings: EngagementSettings,
) -> None:
    await relationships.ensure(session, dict.fromkeys({*people, *people.values(), *erased}))
    before = await relationships.people_of(session, {*people, *erased})
    moved = {stream: person for stream, person in people.items() if before[stream] != person}
    if not moved and not erased:
        return
    concerned = {*(before[stream] for stream in {*moved, *erased}), *moved.values()}
    streams = await relationships.lock_people(session, concerned)
    if not streams.keys() >= {*moved, *erased}:
        raise PeopleMovedError
    if moved:
        await relationships.link(session, moved)
        for stream, person in moved.items():
            streams[stream].person_id = person
    if erased:
        await log.scrub(session, erased)
        await relationships.erase(session, erased, now)
        await forget_answers(session, erased)
    await _refold(session, concerned, streams, now, settings)
    await refresh_people(session, concerned, now=now, settings=settings)
    if erased:
        await pursuits.forget_empty(session, concerned)


async def _refold(
    session: AsyncSession,
    people: Collection[UUID],
    streams: Mapping[UUID, Stream],
    now: datetime,
    settings: EngagementSettings,
) -> None:
    """Fold every pursuit that the persons have or had; those that are left without a fact become empty."""
    keys = await pursuits.of_people(session, people)
    for stream, position in await log.pursuits_of_streams(session, streams):
        keys.add((streams[stream].person_id, position))
    closings = await hold_closings(session, {position for _, position in keys}, now=now)
    folded = await fold_pursuits(session, keys, streams, closings, ghost_after=settings.ghost_after, now=now)
    await pursuits.save(session, [one.row for one in folded.values()])
