"""Fold pursuits anew from all their facts, replace their attempts, and add new minus old to the counters."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from uuid import UUID

from services.analytics.domain.pursuits import AttemptRow, Key, attempt_rows
from services.analytics.storage import facts, locks, people, pursuits
from services.analytics.storage.facts import Stored
from services.analytics.storage.people import PersonLinks
from services.analytics.storage.pursuits import Known
from shared.attempts import RETRACTION
from shared.db.asyncpg_connection import Driver
from shared.events import Event


@dataclass(slots=True)
class Grouped:
    """Facts by pursuit, and the retractions that name no position by person. The fold takes a fact once that is there twice."""

    placed: dict[Key, list[Stored]] = field(default_factory=dict)
    unplaced: dict[UUID, list[Stored]] = field(default_factory=dict)

    @classmethod
    def of(cls, stored: Iterable[Stored], links: PersonLinks) -> "Grouped":
        """Group facts by the persons that the links say. Keys are looked up once a fact: it is the projector's hottest loop."""
        known = links.links
        placed: dict[Key, list[Stored]] = {}
        unplaced: dict[UUID, list[Stored]] = {}
        for one in stored:
            stream, position, fact, _ = one
            person = known.get(stream, stream) if known else stream
            if position is not None:
                placed.setdefault((person, position), []).append(one)
            elif fact.type == RETRACTION:
                unplaced.setdefault(person, []).append(one)
        return cls(placed, unplaced)

    def facts_of(self, pursuit: Key) -> list[Stored]:
        """All facts of a pursuit with the retractions of its person; none where nothing but retractions is left of it."""
        found = self.placed.get(pursuit, [])
        everywhere = self.unplaced.get(pursuit[0])
        return [*found, *everywhere] if found and everywhere else found


@dataclass(slots=True)
class Touched:
    """What is to be folded: some pursuits, by stream and position, and every pursuit of whole persons, by stream.

    A person's id will do for a stream of theirs.
    """

    pairs: set[tuple[UUID, UUID]] = field(default_factory=set)
    whole: set[UUID] = field(default_factory=set)


@dataclass(frozen=True, slots=True)
class Fresh:
    """Facts that are not stored yet, and the events that carry them, in parallel."""

    events: Sequence[Event] = ()
    facts: Sequence[Stored] = ()


async def refold(
    connection: Driver, touched: Touched, fresh: Fresh, *, alone: bool, now: datetime, ghost_after: timedelta
) -> set[UUID]:
    """Store the fresh facts and bring everything that is touched up to date; returns who has a pursuit without an attempt.

    The caller holds the lock, ``alone`` says whether exclusively; persons of several streams are locked here.
    """
    known, links = await _known(connection, touched, alone=alone)
    grouped = Grouped.of([*known.facts, *fresh.facts], links)
    keys = {(links.person_of(stream), position) for stream, position in touched.pairs}
    if touched.whole:
        # Pursuits whose facts went to another person have attempts and no facts here.
        persons = {links.person_of(stream) for stream in touched.whole} | touched.whole
        keys |= {key for key in (*grouped.placed, *known.counted) if key[0] in persons}
    rows = fold_again(keys, grouped, known, now=now, ghost_after=ghost_after)
    fresh_rows = facts.rows(fresh.events, [one.position for one in fresh.facts])
    await pursuits.replace(connection, rows, known.counted, fresh=fresh_rows)
    return {person for (person, _), some in rows.items() if not some}


async def _known(connection: Driver, touched: Touched, *, alone: bool) -> tuple[Known, PersonLinks]:
    """What is known of all that is touched. Most persons are one stream; only of the others everything is read, once locked."""
    known, linked = await pursuits.at(connection, touched.pairs) if touched.pairs else (Known(), set())
    if not (linked or touched.whole):
        return known, PersonLinks({})
    links = await people.links_of(connection, linked | touched.whole)
    if not alone:
        await locks.lock_persons(connection, links.persons)
    streams = linked | touched.whole
    persons = {links.person_of(stream) for stream in streams} | streams
    whole = await pursuits.of(connection, links.streams_of(persons), persons)
    counted = {key: found for key, found in known.counted.items() if key[0] not in persons} | whole.counted
    return Known([*known.facts, *whole.facts], known.closings | whole.closings, counted), links


def fold_again(
    keys: Iterable[Key], grouped: Grouped, known: Known, *, now: datetime, ghost_after: timedelta
) -> dict[Key, list[AttemptRow]]:
    """The rows of pursuits; none for one that has no facts any more."""
    closings = known.closings
    found: dict[Key, list[AttemptRow]] = {}
    for key in keys:
        stored = grouped.facts_of(key)
        folded, received = [one.fact for one in stored], [one.received_at for one in stored]
        found[key] = attempt_rows(key, folded, received, closings.get(key[1], ()), ghost_after=ghost_after, now=now)
    return found
