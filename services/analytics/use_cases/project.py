"""Apply a batch of events: store the facts, fold what they touch, add new minus old to the counters."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from services.analytics.storage import attempts, facts, locks, people, positions
from services.analytics.use_cases.refold import Fresh, Grouped, Touched, refold
from shared.events import CandidateChanged, CandidateErased, Event, Fact, PositionChanged

AT_ONCE = 1000
"""Pursuits of a position that are folded at once."""


@dataclass(slots=True)
class _Batch:
    """Events by what they mean; of snapshots the last of each record."""

    facts: list[Event] = field(default_factory=list)
    people: dict[UUID, CandidateChanged] = field(default_factory=dict)
    erased: set[UUID] = field(default_factory=set)
    positions: dict[UUID, PositionChanged] = field(default_factory=dict)

    @classmethod
    def of(cls, events: Sequence[Event]) -> "_Batch":
        batch = cls()
        for event in events:
            data = event.data
            if isinstance(data, Fact):
                batch.facts.append(event)
            elif isinstance(data, CandidateChanged):
                batch.people[data.candidate_id] = data
            elif isinstance(data, CandidateErased):
                batch.people.pop(data.candidate_id, None)
                batch.erased.add(data.candidate_id)
            elif isinstance(data, PositionChanged):
                batch.positions[data.position_id] = data
        return batch


async def project(session: AsyncSession, events: Sequence[Event], *, now: datetime, ghost_after: timedelta) -> None:
    """Apply events on the consume loop's transaction. Whatever the order and the batches, the same tables come out."""
    batch = _Batch.of(events)
    moved = await _moved(session, batch)
    closed = await _closed(session, batch)
    if moved or closed:
        await locks.lock_exclusive(session)
    else:
        await locks.share(session)
    touched = Touched()
    if moved:
        before = await people.circle(session, moved)
        touched.whole |= {before.person_of(stream) for stream in moved} | set(moved.values())
        await people.link(session, moved)
    await _save(session, batch)
    await _refold_closed(session, closed, now=now, ghost_after=ghost_after)
    stored = [facts.read(event) for event in batch.facts]
    circle = await people.circle(session, {stream for stream, _, _ in stored} | touched.persons)
    grouped = Grouped.of(stored, circle)
    if not (moved or closed):
        await locks.lock_persons(session, grouped.persons & circle.persons)
    touched.some |= grouped.placed.keys()
    touched.whole |= grouped.unplaced.keys()  # a retraction by id may be of any of the person's pursuits
    fresh = Fresh(batch.facts, [position for _, position, _ in stored], grouped)
    await refold(session, touched, circle, fresh, now=now, ghost_after=ghost_after)


async def _refold_closed(session: AsyncSession, closed: Sequence[UUID], *, now: datetime, ghost_after: timedelta) -> None:
    """Fold the pursuits of positions whose closings changed, some at a time: a position may have any number."""
    pursuits = await attempts.pursuits_at(session, closed) if closed else []
    for start in range(0, len(pursuits), AT_ONCE):
        some = set(pursuits[start : start + AT_ONCE])
        circle = await people.circle(session, {person for person, _ in some})
        await refold(session, Touched(some=some), circle, Fresh(), now=now, ghost_after=ghost_after)


async def _moved(session: AsyncSession, batch: _Batch) -> dict[UUID, UUID]:
    """The streams that belong to another person now. Only one projector is given a stream's snapshots, so no lock is needed."""
    if not batch.people:
        return {}
    known = await people.circle(session, batch.people)
    return {stream: one.person_id for stream, one in batch.people.items() if known.person_of(stream) != one.person_id}


async def _closed(session: AsyncSession, batch: _Batch) -> list[UUID]:
    """The positions whose closing times are others now."""
    if not batch.positions:
        return []
    known = await positions.closings(session, batch.positions)
    return [position for position, one in batch.positions.items() if known.get(position, []) != one.closings]


async def _save(session: AsyncSession, batch: _Batch) -> None:
    if batch.people:
        await people.save(session, list(batch.people.values()))
    if batch.erased:
        await people.forget(session, batch.erased)
    if batch.positions:
        await positions.save(session, list(batch.positions.values()))
