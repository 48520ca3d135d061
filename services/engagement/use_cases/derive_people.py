"""Deriving persons anew from all that is known of them, and storing what changed: the only writer of what is derived.

It is run for those of whom the bus brings an event, whose streams were linked or erased, or whose position closed; by the clock,
by actions in the queue, and for everybody by `rekindle rebuild`.
"""

import asyncio
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from services.engagement.domain.derive import Derived, Person, derive
from services.engagement.settings import EngagementSettings
from services.engagement.storage import people, positions, streams
from services.engagement.use_cases.announce_changes import announce_changes
from services.engagement.use_cases.remember_rules import policies_of
from services.engagement.use_cases.transactions import transact
from shared.db.engine import Sessions
from shared.observability.heartbeats import beat

IN_ONE_GO = 10
"""So many persons are derived before the other tasks of the process have their turn."""
COMPARED = 50_000
"""So many persons times open positions are compared before the persons are stored."""
CHUNK = 500
"""Persons in one transaction: each takes a lock of its own."""
FIRST = UUID(int=0)


async def derive_streams(session: AsyncSession, of: Collection[UUID], *, now: datetime, settings: EngagementSettings) -> None:
    """Derive the persons that the streams belong to, on the caller's transaction. The caller has shared the map."""
    if found := await streams.lock_people_of(session, of):
        await _derive_locked(session, found, now=now, settings=settings)


async def derive_people(
    session: AsyncSession, of: Collection[UUID], *, now: datetime, settings: EngagementSettings
) -> Mapping[UUID, Derived]:
    """Derive these persons and store what changed. The caller has shared the map; this locks the persons."""
    if not of:
        return {}
    await streams.lock_people(session, of)
    return await _derive_locked(session, of, now=now, settings=settings)


async def _derive_locked(
    session: AsyncSession, of: Collection[UUID], *, now: datetime, settings: EngagementSettings
) -> Mapping[UUID, Derived]:
    """Derive persons who are locked.

    ``now`` may have passed by while the locks were waited for, and the clock may have followed a closing meanwhile that is still
    ahead of it. So the clock is asked to come again at every closing that is ahead.
    """
    loaded = await people.load(session, of, now=now)
    policy = replace(settings.policy, contacts=policies_of(loaded.rules, settings))
    derived: dict[UUID, Derived] = {}
    for part in _parts(loaded.people):
        beat()
        found: dict[UUID, Derived] = {}
        for number, person in enumerate(part, 1):
            found[person.id] = derive(person, policy, now=now)
            if number % IN_ONE_GO == 0:
                await asyncio.sleep(0)
        of_facts = {fact.stream for person in part for fact in person.facts}
        changed = await people.save(session, found, of_facts, now=now, erased=loaded.erased & found.keys())
        await announce_changes(session, changed, found, now=now, settings=settings)
        derived |= found
    if loaded.ahead:
        await positions.add_ahead(session, loaded.ahead)
    return derived


def _parts(loaded: Sequence[Person]) -> Iterator[Sequence[Person]]:
    """The persons in parts that are quickly derived: where thousands of positions are open, each is compared with all of them."""
    size = max(1, COMPARED // max([1, *(len(one.openings) for one in loaded)]))
    return (loaded[first : first + size] for first in range(0, len(loaded), size))


async def derive_stale(sessions: Sessions, *, now: datetime, settings: EngagementSettings) -> int:
    """Derive the persons whose streams were linked, parted or erased, a transaction for each chunk; returns how many."""
    count = 0

    async def work(session: AsyncSession) -> int:
        await streams.share_map(session)
        found = await streams.stale(session, CHUNK)
        await derive_people(session, found, now=now, settings=settings)
        await streams.unmark_stale(session, found)
        return len(found)

    while done := await transact(sessions, work):
        count += done
    return count


async def derive_all(sessions: Sessions, *, now: datetime, settings: EngagementSettings) -> int:
    """Derive everybody, while everything is in use; returns how many streams there are. The result equals what was there."""
    after, count = FIRST, 0
    while True:
        async with sessions.begin() as session:
            chunk = await streams.after(session, after, CHUNK)
        if not chunk:
            return count
        # A person is among them as the stream that stands for it; the other streams are persons without facts, who lose theirs.
        await transact(sessions, lambda session, chunk=chunk: _derive_chunk(session, chunk, now, settings))  # type: ignore[misc]
        after, count = chunk[-1], count + len(chunk)


async def _derive_chunk(session: AsyncSession, chunk: Collection[UUID], now: datetime, settings: EngagementSettings) -> None:
    await streams.share_map(session)
    await derive_people(session, chunk, now=now, settings=settings)
