"""Suspected duplicates: list them, look at one, make the two one person, or remember that they are not."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from services.candidates.domain.duplicates.pairs import Decision, Pair
from services.candidates.domain.duplicates.preview import PreviewedField, PreviewedItem, preview_fields, preview_lists
from services.candidates.domain.errors import DuplicateUnknown, MergeNotExact
from services.candidates.domain.links import Link, parting
from services.candidates.domain.links import survivor as survivor_of
from services.candidates.domain.people import Stream
from services.candidates.storage import candidates, duplicates, links
from services.candidates.use_cases.change_candidates import change_candidate
from services.candidates.use_cases.changes import RecordChange
from services.candidates.use_cases.views import CandidateView, Redirected
from shared.db.asyncpg_connection import Driver
from shared.db.engine import Sessions
from shared.errors import Invalid
from shared.naming import Name


@dataclass(frozen=True, slots=True)
class Suspicion:
    """A pair, with the records of the two, that with the smaller id first."""

    pair: Pair
    found_at: datetime
    records: Sequence[Mapping[str, Any]]


@dataclass(frozen=True, slots=True)
class Preview:
    """A pair, what would come of merging it, and who said that the two are not the same."""

    suspicion: Suspicion
    survivor: UUID
    """Who stands for the person unless another one is asked for."""
    fields: Sequence[PreviewedField]
    lists: Mapping[str, Sequence[PreviewedItem]]
    decision: Decision | None


@dataclass(frozen=True, slots=True)
class SuspicionPage:
    """A page; ``last`` is where the next one begins, None on the last."""

    items: Sequence[Suspicion]
    last: list[Any] | None


async def list_suspicions(
    sessions: Sessions, *, is_dismissed: bool, least: int, person: UUID | None, after: tuple[int, UUID] | None, limit: int
) -> SuspicionPage:
    """Pairs, the highest score (``least``: at least so many thousandths) first; of a person where one is given."""
    async with sessions.alone() as connection:
        if person is not None:
            known = await candidates.records_of(connection, [person])
            person = known[person].id if person in known else person
        found = await duplicates.page(
            connection, is_dismissed=is_dismissed, least=least, person=person, after=after, limit=limit + 1
        )
        shown = found[:limit]
        records = await duplicates.records(connection, {person for pair, _ in shown for person in (pair.one, pair.other)})
    items = [
        Suspicion(pair, found_at, [records[pair.one], records[pair.other]])
        for pair, found_at in shown
        if pair.one in records and pair.other in records
    ]
    last = shown[-1][0] if len(found) > limit else None
    return SuspicionPage(items, None if last is None else [round(last.score.value * 1000), str(last.id)])


async def preview(sessions: Sessions, pair: UUID) -> Preview:
    """What would come of merging a pair. Raises DuplicateUnknown."""
    async with sessions.alone() as connection:
        suspicion, one, other = await _find(connection, pair)
        said = await duplicates.decisions(connection, suspicion.pair)
    return Preview(
        suspicion, _survivor(one, other), preview_fields(one, other), preview_lists(one, other), said[0] if said else None
    )


async def merge(
    sessions: Sessions, pair: UUID, *, survivor: UUID | None, merged_by: str, shards: int, now: datetime
) -> tuple[CandidateView, UUID]:
    """Make a pair one person, as a link that can be undone does; returns the person and the one who was merged into it.

    Raises DuplicateUnknown; Invalid where ``survivor`` is neither of the two; MergeNotExact.
    """
    async with sessions.alone() as connection:
        suspicion, one, other = await _find(connection, pair)
        known = await links.among(connection, {stream.id for stream in (*one, *other)})
    two = {suspicion.pair.one, suspicion.pair.other}
    kept = survivor or _survivor(one, other)
    if kept not in two:
        raise Invalid.of("survivor", "must be one of the two")
    (gone,) = two - {kept}
    _demand_exact(Link(kept, gone), {stream.id for stream in (*one, *other)}, known)
    change = RecordChange(Name(kept, None), {}, now, (Name(gone, None),))
    done = await change_candidate(sessions, change, stated_by=merged_by, shards=shards, now=now)
    assert not isinstance(done, Redirected), "a change without a condition speaks for the person"
    return done.view, gone


def _demand_exact(link: Link, streams: Collection[UUID], known: Collection[Link]) -> None:
    """Raise MergeNotExact unless the link lets its record stand for the person, and parting undoes it alone."""
    linked = {*known, link}
    if survivor_of(frozenset(streams), linked) == link.record and parting(link.record, link.named, linked) == {link}:
        return
    raise MergeNotExact(
        f"{link.named} is linked by several references, so that parting it again would not give both people back as they are. "
        "Name the other one as survivor, or link their references one by one."
    )


async def say_not_the_same(sessions: Sessions, pair: UUID, *, reason: str, decided_by: str, now: datetime) -> Decision:
    """Remember that the two are not the same person; said before, the first decision stays. Raises DuplicateUnknown."""
    async with sessions.begin_raw(candidates.SHARE_MAP) as transaction:
        connection = transaction.connection
        suspicion, _, _ = await _find(connection, pair)
        await duplicates.decide(connection, pair, Decision(suspicion.pair.one, suspicion.pair.other, reason, decided_by, now))
        return (await duplicates.decisions(connection, suspicion.pair))[0]


async def take_back(sessions: Sessions, pair: UUID) -> None:
    """Forget that the two are not the same person. Raises DuplicateUnknown."""
    async with sessions.begin_raw(candidates.SHARE_MAP) as transaction:
        connection = transaction.connection
        suspicion, _, _ = await _find(connection, pair)
        await duplicates.take_back(connection, pair, await duplicates.decisions(connection, suspicion.pair))


async def _find(connection: Driver, pair: UUID) -> tuple[Suspicion, list[Stream], list[Stream]]:
    """The pair, and the streams of the two. Raises DuplicateUnknown."""
    found = await duplicates.find(connection, pair)
    if found is None:
        raise DuplicateUnknown.of_id(pair)
    two, found_at = found
    one, other = [await candidates.find_person(connection, person) for person in (two.one, two.other)]
    records = [next((s.record for s in members if s.id == s.person_id), None) for members in (one, other)]
    if records[0] is None or records[1] is None:
        raise DuplicateUnknown.of_id(pair)
    return Suspicion(two, found_at, [records[0], records[1]]), one, other


def _survivor(one: Sequence[Stream], other: Sequence[Stream]) -> UUID:
    """The record that changed more often, which is the one that people work with; else that with the smaller id."""
    stand = [next(stream for stream in members if stream.id == stream.person_id) for members in (one, other)]
    return max(stand, key=lambda stream: (stream.record_version, -stream.id.int)).id
