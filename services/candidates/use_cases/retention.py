"""Whose time is over: list them, note who was asked whether they may be kept, and erase who is to go."""

import asyncio
import logging
from collections.abc import Callable, Collection, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import datetime
from functools import partial
from uuid import UUID

from services.candidates.domain.pursuits import is_in_play
from services.candidates.domain.retention import Due, RetentionPolicy, due, is_listed, may_go
from services.candidates.storage import candidates, positions, retention
from services.candidates.storage.file_store import FileStore
from services.candidates.storage.retention import HeldPerson
from services.candidates.use_cases.erase_candidate import PersonStays, erase_candidate
from services.candidates.use_cases.read_candidates import person_among
from services.candidates.use_cases.views import Redirected
from shared import clock
from shared.db.asyncpg_connection import Driver, write_together
from shared.db.engine import Sessions, is_transient
from shared.naming import Name
from shared.observability.heartbeats import beat
from shared.shutdown import pause

logger = logging.getLogger(__name__)

BATCH = 1_000
"""People that are read at once."""
MOST_LOOKED_AT = 20_000
"""People that one page looks at, so that it is answered soon, however few of them are due."""
LOOK_EVERY = 3_600.0
"""Seconds between two rounds of the clock: rules count in months."""
BY_CLOCK = "retention"
"""Who asked for an erasure that the clock made."""


@dataclass(frozen=True, slots=True)
class DuePerson:
    """A person whose time is over, or soon will be."""

    person: HeldPerson
    due: Due


@dataclass(frozen=True, slots=True)
class DuePage:
    """People who are due, in the order of their ids; ``last`` is whom the next page begins behind, None on the last page."""

    items: list[DuePerson]
    last: UUID | None


async def list_due(
    sessions: Sessions,
    policy: RetentionPolicy,
    wanted: Callable[[DuePerson], bool],
    *,
    after: UUID | None,
    limit: int,
    now: datetime,
) -> DuePage:
    """People who are due and wanted. A page may hold fewer than ``limit``, or nobody, and not be the last."""
    items: list[DuePerson] = []
    looked_at = 0
    last = after
    async with sessions.alone() as connection:
        while batch := await retention.after(connection, last, BATCH):
            beat()
            found = {one.person.candidate_id: one for one in await _due_among(connection, batch, policy, now)}
            for held in batch:
                if len(items) == limit or looked_at == MOST_LOOKED_AT:
                    return DuePage(items, last)
                looked_at += 1
                last = held.candidate_id
                one = found.get(last)
                if one is not None and wanted(one):
                    items.append(one)
    return DuePage(items, None)


async def _due_among(connection: Driver, people: Sequence[HeldPerson], policy: RetentionPolicy, now: datetime) -> list[DuePerson]:
    """Those of the people whose time is over or will be within the warning, as they are now."""
    listed = [one for one in people if (found := due(one.held, policy)) is not None and is_listed(found, policy, now)]
    named = {fact.position for one in listed for fact in one.evidence if fact.position is not None}
    closings = await positions.closings(connection, named) if named else {}
    judged = []
    for one in listed:
        held = replace(one.held, is_in_play=is_in_play(one.evidence, closings, now))
        found = due(held, policy)
        assert found is not None, "a pursuit that is open changes no rule"
        judged.append(DuePerson(replace(one, held=held), found))
    return judged


async def note_question(sessions: Sessions, name: Name, *, at: datetime, by: str) -> HeldPerson | Redirected:
    """Note that the person was asked whether they may be kept. Raises CandidateUnknown, CandidateErased."""
    async with sessions.begin_raw(candidates.SHARE_MAP) as transaction:
        person = person_among((await candidates.lock_people(transaction.connection, {name.id})).values(), name)
        if isinstance(person, Redirected):
            return person
        transaction.id = await write_together(transaction.connection, [retention.asking(name.id, at, by)])
    async with sessions.alone() as connection:
        held = await retention.of_person(connection, person[0].id)
    assert held is not None, "a person with a record is held"
    return held


@dataclass(frozen=True, slots=True)
class Eraser:
    """Erases people whose time is over. ``services`` must confirm each erasure."""

    sessions: Sessions
    store: FileStore
    policy: RetentionPolicy
    services: Collection[str]
    shards: int

    async def erase(self, page: DuePage, *, requested_by: str, now: datetime) -> dict[UUID, UUID]:
        """Erase the people of a page who may go once nobody else can change them; returns the erasures, by person."""
        erasures = {}
        for one in page.items:
            beat()
            candidate = one.person.candidate_id
            with suppress(PersonStays):
                erasure, _ = await erase_candidate(
                    *(self.sessions, Name(candidate, None)),
                    store=self.store,
                    requested_by=requested_by,
                    services=self.services,
                    shards=self.shards,
                    now=now,
                    condition=partial(self._may_go, candidate, now),
                )
                erasures[candidate] = erasure.id
        return erasures

    async def _may_go(self, candidate: UUID, now: datetime, connection: Driver) -> bool:
        held = await retention.of_person(connection, candidate)
        found = [] if held is None else await _due_among(connection, [held], self.policy, now)
        return any(may_go(one.due, now) for one in found)


@dataclass(frozen=True, slots=True)
class RetentionClock:
    """Erases, from time to time, all whose time is over: a part of the worker where a setting wants it."""

    eraser: Eraser

    async def run(self, stop: asyncio.Event) -> None:
        """Work until ``stop`` is set."""
        while not stop.is_set():
            try:
                await self.erase_all(stop, now=clock.now())
            except Exception as error:
                if not is_transient(error):
                    raise
                logger.warning("retention: the database does not answer, trying again: %r", error)
            await pause(stop, LOOK_EVERY)

    async def erase_all(self, stop: asyncio.Event, *, now: datetime) -> int:
        """Erase all who are to go now; returns how many went."""
        sessions, policy = self.eraser.sessions, self.eraser.policy
        gone, place = 0, None
        while not stop.is_set():
            page = await list_due(sessions, policy, lambda one: may_go(one.due, now), after=place, limit=BATCH, now=now)
            gone += len(await self.eraser.erase(page, requested_by=BY_CLOCK, now=now))
            place = page.last
            if place is None:
                break
        return gone
