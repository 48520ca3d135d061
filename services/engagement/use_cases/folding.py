"""Folding pursuits anew: all their facts are loaded and folded, never onto earlier state."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from services.engagement.domain.incoming import Incoming
from services.engagement.domain.pursuit_view import PursuitRow, row_of
from services.engagement.storage import log, positions
from services.engagement.storage.relationships import Stream
from shared.attempts import FoldFact, Pursuit, fact_of, fold

PursuitKey = tuple[UUID, UUID]
"""A person and a position."""


@dataclass(frozen=True, slots=True)
class Folded:
    """A pursuit folded of all its facts; ``recorded`` are the ids of those that the clock put on record."""

    pursuit: Pursuit
    row: PursuitRow
    recorded: frozenset[UUID]


async def fold_pursuits(
    session: AsyncSession,
    keys: Collection[PursuitKey],
    streams: Mapping[UUID, Stream],
    closings: Mapping[UUID, Sequence[datetime]],
    *,
    fresh: Sequence[Incoming] = (),
    ghost_after: timedelta,
    now: datetime,
) -> dict[PursuitKey, Folded]:
    """Fold pursuits from the log and the ``fresh`` events that are not in it yet, with the time that has passed up to ``now``.

    An old touch that comes today is therefore seen as ghosted at once, before the clock puts that on record. ``streams`` are all
    streams of the persons; who stores the result holds their locks. ``closings`` are the positions'.
    """
    if not keys:
        return {}
    facts = await _facts(session, keys, streams, fresh)
    folded: dict[PursuitKey, Folded] = {}
    for key in keys:
        person, position = key
        of_pursuit = facts[key]
        pursuit = fold(of_pursuit, closings.get(position, ()), ghost_after, until=now)
        recorded = frozenset(fact.id for fact in of_pursuit if "by_clock" in fact.data)
        folded[key] = Folded(pursuit, row_of(person, position, pursuit, recorded), recorded)
    return folded


async def read_closings(session: AsyncSession, wanted: Collection[UUID], *, now: datetime) -> Mapping[UUID, Sequence[datetime]]:
    """When the positions closed; a closing that lies ahead of ``now`` closes nothing yet."""
    return _past(await positions.read(session, wanted), now)


async def hold_closings(
    session: AsyncSession, wanted: Collection[UUID], *, references: Mapping[UUID, str] | None = None, now: datetime
) -> Mapping[UUID, Sequence[datetime]]:
    """As ``read_closings``, and none changes until the transaction ends. ``references`` are what senders call the positions."""
    if not wanted:
        return {}
    references = references or {}
    known = await positions.share(session, wanted)
    unnamed = {
        one: references.get(one)
        for one in wanted
        if one not in known or (known[one].reference is None and references.get(one) is not None)
    }
    if unnamed:
        await positions.name(session, unnamed)
        known = await positions.share(session, wanted)
    return _past(known, now)


def _past(known: Mapping[UUID, positions.KnownPosition], now: datetime) -> dict[UUID, Sequence[datetime]]:
    return {one.position_id: [time for time in one.closings if time <= now] for one in known.values()}


async def _facts(
    session: AsyncSession, keys: Collection[PursuitKey], streams: Mapping[UUID, Stream], fresh: Sequence[Incoming]
) -> Mapping[PursuitKey, list[FoldFact]]:
    """The facts of each pursuit, and with them every retraction by name that its person has."""
    wanted = set(keys)
    people = {person for person, _ in wanted}
    of_person: dict[UUID, list[UUID]] = defaultdict(list)
    for stream in streams.values():
        if stream.person_id in people and stream.sequence:
            of_person[stream.person_id].append(stream.candidate_id)
    facts: dict[PursuitKey, list[FoldFact]] = defaultdict(list)
    retractions: dict[UUID, list[FoldFact]] = defaultdict(list)

    def add(candidate: UUID, position: UUID | None, fact: FoldFact, *, by_name: bool) -> None:
        person = streams[candidate].person_id
        if by_name:
            retractions[person].append(fact)
        elif position is not None and (person, position) in wanted:
            facts[person, position].append(fact)

    if of_person:
        pairs = [(stream, position) for person, position in wanted for stream in of_person[person]]
        for row in await log.of_pursuits(session, pairs, _flat(of_person.values())):
            fact = fact_of(row.event_id, row.type, row.time, row.data)
            add(row.candidate_id, row.position_id, fact, by_name="event" in row.data)
    for event in fresh:
        fact = fact_of(event.event_id, event.type, event.time, event.data)
        add(event.candidate_id, event.position_id, fact, by_name=event.retracts is not None)
    for key in wanted:
        facts[key] += retractions.get(key[0], ())
    return facts


def _flat(lists: Iterable[Iterable[UUID]]) -> list[UUID]:
    return [item for inner in lists for item in inner]
