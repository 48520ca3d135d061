"""Apply a batch of events: store the facts, fold what they touch, add new minus old to the counters."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from services.analytics.domain.items import item_of, market_changes
from services.analytics.metrics.subjects import Items
from services.analytics.storage import attempts, facts, items, locks, outcome_details, people, positions
from services.analytics.use_cases.refold import Fresh, Touched, refold
from shared.attempts import RETRACTION
from shared.db.asyncpg_connection import Driver, driver
from shared.erasures import Removed, confirmations
from shared.events import FACTS, CandidateChanged, CandidateErased, Event, PositionChanged
from shared.events.vocabulary import HARD_NOS
from shared.inbox.forgetting import forget_kept_records

AT_ONCE = 1000
"""Pursuits of a position that are folded at once."""


@dataclass(slots=True)
class _Batch:
    """Events by what they mean; of snapshots the last of each record."""

    facts: list[Event] = field(default_factory=list)
    people: dict[UUID, tuple[CandidateChanged, datetime]] = field(default_factory=dict)
    """With the time of the snapshot."""
    changes: list[tuple[UUID, CandidateChanged, datetime]] = field(default_factory=list)
    """All snapshots in their order, each with its id: of these the market status is followed."""
    items: Items = field(default_factory=Items)
    erased: dict[UUID, UUID | None] = field(default_factory=dict)
    """The erasure of each erased stream."""
    positions: dict[UUID, PositionChanged] = field(default_factory=dict)

    @classmethod
    def of(cls, events: Sequence[Event]) -> "_Batch":
        batch = cls()
        for event in events:
            if event.type in FACTS:
                batch.facts.append(event)  # by its type alone: what our own log holds is not validated again
                continue
            data = event.data
            if isinstance(data, CandidateChanged):
                batch.people[data.candidate_id] = data, event.time
                batch.changes.append((event.id, data, event.time))
            elif isinstance(data, CandidateErased):
                batch.people.pop(data.candidate_id, None)
                batch.erased[data.candidate_id] = data.erasure_id
            elif isinstance(data, PositionChanged):
                batch.positions[data.position_id] = data
            elif (item := item_of(event)) is not None:
                batch.items.add(item)
        return batch


async def project(session: AsyncSession, events: Sequence[Event], *, now: datetime, ghost_after: timedelta) -> Sequence[Event]:
    """Apply events on the consume loop's transaction. Whatever the order and the batches, the same tables come out.

    Returns the confirmations of the erasures among them, for after the commit.
    """
    connection = await driver(session)
    batch = _Batch.of(events)
    confirmed = await _erase(connection, batch.erased, now=now) if batch.erased else ()
    moved = await _save_people(connection, batch)
    closed = await _closed(connection, batch)
    if batch.items.by_key:
        await items.save(connection, batch.items)
    alone = bool(moved or closed)
    if alone:
        await locks.lock_exclusive(connection)
    touched = Touched()
    to_read = batch.items.planned
    if moved:
        before = await people.links_of(connection, moved)
        touched.whole |= {before.person_of(stream) for stream in moved} | set(moved.values())
        await people.link(connection, moved)
    if batch.positions:
        await positions.save(connection, batch.positions.values())
    await _refold_closed(connection, closed, now=now, ghost_after=ghost_after)
    fresh = Fresh(batch.facts, [facts.read(event) for event in batch.facts])
    barring = _touch(touched, to_read, fresh)
    if (touched.pairs or touched.whole) and not alone:
        await locks.share(connection)
    if touched.pairs or touched.whole or fresh.events:
        to_read |= await refold(connection, touched, fresh, alone=alone, now=now, ghost_after=ghost_after)
    if barring or touched.whole:
        await people.mark(connection, barring | touched.whole)
    if to_read:
        await outcome_details.read_anew(connection, to_read)
    return confirmed


def _touch(touched: Touched, to_read: set[UUID], fresh: Fresh) -> set[UUID]:
    """Note what the facts touch, and who is to be read anew; returns whose bars may be others now."""
    barring: set[UUID] = set()
    for stream, position, fact, _ in fresh.facts:
        if fact.type == RETRACTION or fact.data.get("reason") in HARD_NOS:
            barring.add(stream)
        if position is not None:
            touched.pairs.add((stream, position))
        elif fact.type == RETRACTION:
            touched.whole.add(stream)  # it may be of any of the person's pursuits
        else:
            to_read.add(stream)  # since when the person is known may be another time now
    return barring


async def _erase(connection: Driver, erased: Mapping[UUID, UUID | None], *, now: datetime) -> Sequence[Event]:
    """Drop what describes people; returns the confirmations."""
    removed = Removed()
    removed.add("descriptions", await people.described(connection, erased))
    await forget_kept_records(connection, erased, removed)
    totals = await people.forget(connection, {stream: removed.of(stream) for stream in erased})
    return confirmations("analytics", erased, totals, now=now)


async def _refold_closed(connection: Driver, closed: Sequence[UUID], *, now: datetime, ghost_after: timedelta) -> None:
    """Fold the pursuits of positions whose closings changed, some at a time: a position may have any number."""
    pursuits = await attempts.pursuits_at(connection, closed) if closed else []
    for start in range(0, len(pursuits), AT_ONCE):
        touched = Touched(pairs=set(pursuits[start : start + AT_ONCE]))
        await refold(connection, touched, Fresh(), alone=True, now=now, ghost_after=ghost_after)


async def _save_people(connection: Driver, batch: _Batch) -> dict[UUID, UUID]:
    """Keep what is known of people; returns the streams that belong to another person now.

    Only one projector is given a stream's snapshots, so no lock is needed.
    """
    if not batch.people:
        return {}
    before = await people.save(connection, batch.people.values())
    for change in market_changes(batch.changes, before):
        batch.items.add(change)
    return {stream: one.person_id for stream, (one, _) in batch.people.items() if before[stream].person != one.person_id}


async def _closed(connection: Driver, batch: _Batch) -> list[UUID]:
    """The positions whose closing times are others now."""
    if not batch.positions:
        return []
    known = await positions.closings(connection, batch.positions)
    return [position for position, one in batch.positions.items() if known.get(position, []) != one.closings]
