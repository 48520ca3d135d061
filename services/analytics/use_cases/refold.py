"""Fold pursuits anew from all their facts, replace their attempts, and add new minus old to the counters."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from services.analytics.domain.pursuits import AttemptRow, Key, attempt_rows
from services.analytics.storage import attempts, counters, facts, positions
from services.analytics.storage.facts import Stored
from services.analytics.storage.people import Circle
from shared.attempts import FoldFact
from shared.events import Event


@dataclass(slots=True)
class Touched:
    """The pursuits to fold: some of a person's, or all of them."""

    some: dict[UUID, set[UUID]] = field(default_factory=dict)
    whole: set[UUID] = field(default_factory=set)

    def add(self, person: UUID, position: UUID) -> None:
        """Fold this pursuit."""
        self.some.setdefault(person, set()).add(position)

    def takes(self, person: UUID, position: UUID) -> bool:
        """Whether this pursuit is to be folded."""
        return person in self.whole or position in self.some.get(person, ())

    @property
    def persons(self) -> set[UUID]:
        """Everybody of whom a pursuit is to be folded."""
        return self.whole | self.some.keys()


@dataclass(frozen=True, slots=True)
class Fresh:
    """Events that are not stored yet, with the facts they carry."""

    events: Sequence[Event] = ()
    stored: Sequence[Stored] = ()


async def refold(
    session: AsyncSession, touched: Touched, circle: Circle, fresh: Fresh, *, now: datetime, ghost_after: timedelta
) -> None:
    """Store the fresh facts and bring everything that is touched up to date. The caller holds the locks."""
    known = await _known(session, touched, circle)
    if fresh.events:
        await facts.insert(session, fresh.events, [stored.position for stored in fresh.stored])
    folded = pursuits([*known, *fresh.stored], touched, circle)
    for key in await attempts.pursuits_of(session, touched.whole) if touched.whole else ():
        folded.setdefault(key, [])  # its facts went to another person
    for person, some in touched.some.items():
        for position in some:
            folded.setdefault((person, position), [])
    if not folded:
        return
    closings = await positions.closings(session, {position for _, position in folded})
    rows = {
        key: attempt_rows(key, found, closings.get(key[1], ()), ghost_after=ghost_after, now=now) if found else []
        for key, found in folded.items()
    }
    await replace(session, rows)


async def _known(session: AsyncSession, touched: Touched, circle: Circle) -> list[Stored]:
    known: list[Stored] = []
    if touched.whole:
        known += await facts.of_streams(session, circle.streams_of(touched.whole))
    if some := touched.some.keys() - touched.whole:
        at = {position for person in some for position in touched.some[person]}
        known += await facts.at_positions(session, circle.streams_of(some), at)
    return known


def pursuits(stored: Iterable[Stored], touched: Touched, circle: Circle) -> dict[Key, list[FoldFact]]:
    """The facts of each touched pursuit, with the retractions of its person that name no position."""
    placed: dict[Key, dict[UUID, FoldFact]] = {}
    unplaced: dict[UUID, list[FoldFact]] = {}
    for stream, position, fact in stored:
        person = circle.person_of(stream)
        if position is None:
            if fact.name == facts.RETRACTION:
                unplaced.setdefault(person, []).append(fact)
        elif touched.takes(person, position):
            placed.setdefault((person, position), {})[fact.id] = fact
    return {key: [*found.values(), *unplaced.get(key[0], ())] for key, found in placed.items()}


async def replace(session: AsyncSession, rows: dict[Key, list[AttemptRow]]) -> None:
    """Put rows in the place of what is stored of these pursuits, and add the difference to the counters."""
    old = await attempts.counted(session, rows)
    await attempts.save(session, [row for some in rows.values() for row in some])
    shrunk = {key: len(rows[key]) for key, before in old.items() if len(before) > len(rows[key])}
    if shrunk:
        await attempts.keep(session, shrunk)
    await counters.add(
        session,
        counters.difference(
            ((position, one.measures, one.seconds) for (_, position), before in old.items() for one in before),
            ((row.position, row.measures, row.seconds) for some in rows.values() for row in some),
        ),
    )
