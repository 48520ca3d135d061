"""Fold pursuits anew from all their facts, replace their attempts, and add new minus old to the counters."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from services.analytics.domain.pursuits import AttemptRow, Key, attempt_rows
from services.analytics.storage import attempts, counters, facts, positions
from services.analytics.storage.facts import Stored
from services.analytics.storage.people import PersonLinks
from shared.attempts import FoldFact
from shared.events import Event


@dataclass(slots=True)
class Grouped:
    """Facts by pursuit, and the retractions that name no position by person."""

    placed: dict[Key, list[FoldFact]] = field(default_factory=dict)
    unplaced: dict[UUID, list[FoldFact]] = field(default_factory=dict)

    @classmethod
    def of(cls, stored: Iterable[Stored], circle: PersonLinks) -> "Grouped":
        """Group facts by the persons that a circle says. Keys are looked up once a fact: it is the projector's hottest loop."""
        links = circle.links
        placed: dict[Key, list[FoldFact]] = {}
        unplaced: dict[UUID, list[FoldFact]] = {}
        for stream, position, fact in stored:
            person = links.get(stream, stream) if links else stream
            if position is not None:
                placed.setdefault((person, position), []).append(fact)
            elif fact.name == facts.RETRACTION:
                unplaced.setdefault(person, []).append(fact)
        return cls(placed, unplaced)

    @property
    def persons(self) -> set[UUID]:
        """Everybody of whom there is something."""
        return {person for person, _ in self.placed} | self.unplaced.keys()

    def pursuits(self, some: Iterable[Key], whole: set[UUID]) -> dict[Key, list[FoldFact]]:
        """All facts of some pursuits and of all pursuits of whole persons, each with the retractions of its person."""
        wanted = dict.fromkeys(some)
        if whole:
            wanted |= dict.fromkeys(key for key in self.placed if key[0] in whole)
        if not self.unplaced:
            return {key: self.placed.get(key, []) for key in wanted}
        return {key: [*found, *self.unplaced.get(key[0], ())] if (found := self.placed.get(key)) else [] for key in wanted}

    def add(self, other: "Grouped") -> None:
        """Take the facts of another, each once."""
        for mine, theirs in ((self.placed, other.placed), (self.unplaced, other.unplaced)):
            _merge(mine, theirs)  # type: ignore[arg-type]  # both are keyed alike within a pair


def _merge(mine: dict[object, list[FoldFact]], theirs: Mapping[object, list[FoldFact]]) -> None:
    for key, found in theirs.items():
        known = mine.get(key)
        if known is None:
            mine[key] = found
        else:
            ids = {fact.id for fact in known}
            known += [fact for fact in found if fact.id not in ids]


@dataclass(slots=True)
class Touched:
    """The pursuits to fold: some, and all of whole persons."""

    some: set[Key] = field(default_factory=set)
    whole: set[UUID] = field(default_factory=set)

    @property
    def persons(self) -> set[UUID]:
        """Everybody of whom a pursuit is to be folded."""
        return {person for person, _ in self.some} | self.whole


@dataclass(frozen=True, slots=True)
class Fresh:
    """Facts that are not stored yet: the events, their positions in parallel, and the facts grouped."""

    events: Sequence[Event] = ()
    positions: Sequence[UUID | None] = ()
    grouped: Grouped = field(default_factory=Grouped)


async def refold(
    session: AsyncSession, touched: Touched, circle: PersonLinks, fresh: Fresh, *, now: datetime, ghost_after: timedelta
) -> None:
    """Store the fresh facts and bring everything that is touched up to date. The caller holds the locks."""
    grouped = Grouped.of(await _known(session, touched, circle), circle)
    known = set(grouped.placed)
    if fresh.events:
        await facts.insert(session, fresh.events, fresh.positions)
        grouped.add(fresh.grouped)
    if touched.whole:
        # Pursuits whose facts went to another person have attempts and no facts here.
        touched.some |= set(await attempts.pursuits_of(session, touched.whole))
    folded = grouped.pursuits(touched.some, touched.whole)
    if not folded:
        return
    closings = await positions.closings(session, {position for _, position in folded})
    rows = {
        key: attempt_rows(key, found, closings.get(key[1], ()), ghost_after=ghost_after, now=now) if found else []
        for key, found in folded.items()
    }
    await replace(session, rows, counted=rows if touched.whole else known & rows.keys())


async def _known(session: AsyncSession, touched: Touched, circle: PersonLinks) -> list[Stored]:
    known: list[Stored] = []
    if touched.whole:
        known += await facts.of_streams(session, circle.streams_of(touched.whole))
    if some := [(person, position) for person, position in touched.some if person not in touched.whole]:
        streams = circle.streams_of(person for person, _ in some)
        known += await facts.at_positions(session, streams, {position for _, position in some})
    return known


async def replace(session: AsyncSession, rows: Mapping[Key, list[AttemptRow]], *, counted: Iterable[Key]) -> None:
    """Put rows in the place of what is stored of these pursuits, and add the difference to the counters.

    ``counted`` are those that may have been counted before.
    """
    old = await attempts.counted(session, counted)
    await attempts.save(session, [row for some in rows.values() for row in some])
    shrunk = {key: len(rows[key]) for key, before in old.items() if len(before) > len(rows[key])}
    if shrunk:
        await attempts.keep(session, shrunk)
    await counters.add(
        session,
        counters.difference(
            ((key[1], one.measures, one.seconds) for key, before in old.items() for one in before),
            ((row.position, row.measures, row.seconds) for some in rows.values() for row in some),
        ),
    )
