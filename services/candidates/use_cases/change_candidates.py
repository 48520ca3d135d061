"""Change what is known of candidates: the fields of their records, and which other references are the same person."""

import asyncio
from collections.abc import Collection, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any, Protocol
from uuid import UUID

from services.candidates.domain.contact import phone_in
from services.candidates.domain.content import CANDIDATE
from services.candidates.domain.errors import CandidateErased, CandidateUnknown
from services.candidates.domain.links import Link
from services.candidates.domain.people import People, Stream, bring_up_to_date, is_record
from services.candidates.domain.registers import Heads, Observation, Observed, join, not_applied, observe, values_of
from services.candidates.domain.versions import entity_tag
from services.candidates.storage import candidates, history, links, vetting
from services.candidates.use_cases.changes import Changed, RecordChange
from services.candidates.use_cases.views import CandidateView, Redirected, candidate_view
from shared import outbox
from shared.db.asyncpg_connection import Driver, Write, write_together
from shared.db.engine import Sessions
from shared.errors import DomainError, FieldError
from shared.events import Topic
from shared.observability.tracing import current_traceparent

IN_THE_LOOP = 50
"""Changes that are applied at once; more would hold up whatever else the process does, and are applied in a thread."""

Outcome = Changed[CandidateView] | Redirected | DomainError


@dataclass(frozen=True, slots=True)
class Accepted:
    """A change that was applied to a stream; ``is_new``: its person had no record before."""

    stream: UUID
    is_new: bool
    is_news: bool
    """Whether anything was stated that the source had not stated last, or anybody linked."""
    ignored: list[str]
    refused: list[FieldError]


class Accompaniment(Protocol):
    """What else is done in the transaction of some changes."""

    async def begin(self, connection: Driver) -> None:
        """Before any person is locked. May run twice, in two transactions, of which one is rolled back."""

    def writes(self, outcomes: "Sequence[Accepted | Redirected | DomainError]") -> Sequence[Write]:
        """What is written together with the changes, of which this is what came."""

    def past_of(self, outcomes: "Sequence[Accepted | Redirected | DomainError]") -> Collection[UUID]:
        """Streams of people whose past those writes change, among those that are locked."""


async def change_candidate(
    sessions: Sessions, change: RecordChange, *, stated_by: str, shards: int, now: datetime
) -> Changed[CandidateView] | Redirected:
    """Store what is stated and the snapshots that follow from it together, or neither.

    Raises CandidateUnknown for an id that is not ours, CandidateErased, VersionMissing, VersionStale, Invalid. A merged id
    is redirected; a merged reference speaks for its own stream of the person.
    """
    outcome = (await change_candidates(sessions, [change], stated_by=stated_by, shards=shards, now=now))[0]
    if isinstance(outcome, DomainError):
        raise outcome
    return outcome


async def change_candidates(
    sessions: Sessions,
    changes: Sequence[RecordChange],
    *,
    stated_by: str,
    shards: int,
    now: datetime,
    also: Accompaniment | None = None,
) -> list[Outcome]:
    """The same for several, in order and in one transaction; one that is refused hinders none of the others.

    A change without a condition by a merged id speaks for the person. ``also`` is done in the same transaction.
    """
    try:
        work, outcomes = await _change(sessions, changes, stated_by, shards, now, also, may_link=False)
    except _MapMustChangeError:
        work, outcomes = await _change(sessions, changes, stated_by, shards, now, also, may_link=True)
    return [work.shown(outcome) for outcome in outcomes]


async def apply_changes(
    sessions: Sessions, changes: Sequence[RecordChange], also: Accompaniment, *, stated_by: str, shards: int, now: datetime
) -> None:
    """The same for changes of which none links anybody, and nobody is shown the records; ``also`` is in the transaction."""
    await _change(sessions, changes, stated_by, shards, now, also, may_link=False)


async def preview_changes(
    sessions: Sessions, changes: Sequence[RecordChange], *, stated_by: str, now: datetime
) -> Sequence[Accepted | Redirected | DomainError]:
    """What would come of changes, of which none links anybody. Nothing is stored: the transaction is rolled back."""
    outcomes: Sequence[Accepted | Redirected | DomainError] = []
    with suppress(_PreviewedError):
        async with sessions.begin_raw(candidates.SHARE_MAP) as transaction:
            work = await _begin(transaction.connection, changes, stated_by, now, may_link=False)
            outcomes = [work.outcome(change) for change in changes]
            raise _PreviewedError
    return outcomes


class _PreviewedError(Exception):
    """What would come of changes is known."""


async def _change(
    sessions: Sessions,
    changes: Sequence[RecordChange],
    stated_by: str,
    shards: int,
    now: datetime,
    also: Accompaniment | None,
    *,
    may_link: bool,
) -> "tuple[_Work, Sequence[Accepted | Redirected | DomainError]]":
    """Apply and store changes in a transaction. Raises _MapMustChangeError where one links and none may."""
    async with sessions.begin_raw(candidates.LOCK_MAP if may_link else candidates.SHARE_MAP) as transaction:
        if also is not None:
            await also.begin(transaction.connection)
        work = await _begin(transaction.connection, changes, stated_by, now, may_link=may_link)

        def apply() -> tuple[Sequence[Accepted | Redirected | DomainError], Sequence[Write]]:
            outcomes = [work.outcome(change) for change in changes]
            if also is not None:
                work.with_a_past |= {*also.past_of(outcomes)}
            return outcomes, [*_writes(work, shards), *([] if also is None else also.writes(outcomes))]

        outcomes, writes = await asyncio.to_thread(apply) if len(changes) > IN_THE_LOOP else apply()
        transaction.id = await _store(transaction.connection, work, writes)
    return work, outcomes


class _MapMustChangeError(Exception):
    """A change links streams that are not linked yet, which needs the exclusive lock on the map."""


@dataclass(slots=True)
class _Work:
    """Changes applied to locked streams, before they are stored."""

    people: People
    may_link: bool
    stated_by: str
    now: datetime
    additions: history.Additions
    touched: set[UUID] = field(default_factory=set)
    """Streams of the people to be brought up to date."""
    with_a_past: set[UUID] = field(default_factory=set)
    """Streams of people in whose histories there are now other titles or companies, not only the first ones."""
    linked: dict[Link, str] = field(default_factory=dict)
    """New links, and the source that states each."""

    def outcome(self, change: RecordChange) -> Accepted | Redirected | DomainError:
        """Apply a change, or say why not; then it has changed nothing."""
        try:
            return self._apply(change)
        except DomainError as refused:
            return refused

    def shown(self, outcome: Accepted | Redirected | DomainError) -> Outcome:
        """What comes of a change once all are applied."""
        if not isinstance(outcome, Accepted):
            return outcome
        person = self.people.person_of(outcome.stream)
        members = self.people.members(person.id)
        view = candidate_view(person, members, members)
        return Changed(view, outcome.is_new, outcome.ignored, outcome.refused)

    def _apply(self, change: RecordChange) -> Accepted | Redirected:
        mine = self._admit(change)
        if isinstance(mine, Redirected):
            return mine
        members = self.people.members(mine.person_id)
        person = self.people.person_of(mine.id)
        change.demand_version(None if person.record is None else entity_tag(person.id, person.record_version))
        new_links = self._new_links(mine, change)
        if new_links and not self.may_link:
            raise _MapMustChangeError
        joined = [*members, *(other for link in new_links for other in self.people.members_with(link.named))]
        others = [other.heads for other in joined if other is not mine]
        change = _with_whole_phones(change, others=[mine.heads, *others])
        observed, stated = self._observe(change, mine)
        if refused := _wrong_salary(change, values_of(join(observed.heads, *others))):
            change = change.without(refused)
            observed, stated = self._observe(change, mine)
        own_lists = {name: head for name, head in observed.heads.items() if name in CANDIDATE.lists}
        ignored = not_applied(stated, values_of({**join(observed.heads, *others), **own_lists}))
        is_new = not is_record(members)
        self.additions.add(mine.id, observed)
        mine.is_changed |= not mine.is_record or observed.heads != mine.heads
        mine.heads, mine.is_record = observed.heads, True
        self._name(change)
        self.touched.add(mine.id)
        if new_links or (not is_new and any(one.field in candidates.OF_THE_PAST for one in observed.added)):
            self.with_a_past.add(mine.id)
        if new_links:
            self.linked |= dict.fromkeys(new_links, change.source(self.stated_by))
            self.people.link(new_links, among={one.id for one in joined})
        return Accepted(mine.id, is_new, bool(observed.added or new_links), ignored, refused)

    def _observe(self, change: RecordChange, mine: Stream) -> tuple[Observed, list[Observation]]:
        stated = change.observations(CANDIDATE, self.stated_by)
        return observe(mine.heads, stated), stated

    def _admit(self, change: RecordChange) -> Stream | Redirected:
        """The stream that is changed. Raises CandidateUnknown, or CandidateErased for it and for those to be linked."""
        streams, name = self.people.streams, change.name
        for one in (name, *change.references):
            if one.id in streams and streams[one.id].erased_at is not None:
                raise CandidateErased.of_id(one.id)
        mine = streams.get(name.id)
        if mine is None or (name.reference is None and not is_record(self.people.members(mine.person_id))):
            raise CandidateUnknown.named(str(name))
        if name.reference is None and mine.person_id != mine.id:
            return streams[mine.person_id] if change.condition is None else Redirected(mine.person_id)
        return mine

    def _new_links(self, mine: Stream, change: RecordChange) -> set[Link]:
        stated = {Link(mine.id, other.id) for other in change.references if other.id != mine.id}
        return stated - self.people.links

    def _name(self, change: RecordChange) -> None:
        """Rows that events or ids made have no reference yet."""
        for name in (change.name, *change.references):
            stream = self.people.streams[name.id]
            if name.text is not None and stream.reference is None:
                stream.reference = name.text
                stream.is_changed = True


def _with_whole_phones(change: RecordChange, *, others: Sequence[Heads]) -> RecordChange:
    """The change with national phone numbers read as of the country that it or the record names."""
    if not change.fields.get("phones"):
        return change
    country = (change.fields.get("location") or {}).get("country") or values_of(join(*others)).get("location.country")
    phones = [phone_in(country or change.phone_region, phone) for phone in change.fields["phones"]]
    return replace(change, fields={**change.fields, "phones": list(dict.fromkeys(phones))})


def _wrong_salary(change: RecordChange, values: Mapping[str, Any]) -> list[FieldError]:
    """An amount without a currency says nothing."""
    if change.fields.get("salary") and "salary.amount" in values and "salary.currency" not in values:
        return [FieldError("salary.currency", "is required with an amount: none is known of this candidate")]
    return []


async def _begin(connection: Driver, changes: Sequence[RecordChange], stated_by: str, now: datetime, *, may_link: bool) -> _Work:
    """Lock the people concerned, after making the rows of references that are missing."""
    wanted = {change.name.id: change.name.text for change in changes if change.name.text is not None}
    referenced = {name.id: name.text for change in changes for name in change.references}
    concerned = {*referenced, *(change.name.id for change in changes)}
    if len(concerned) == 1 and wanted:
        [(stream, reference)] = wanted.items()
        streams = await candidates.lock_or_make(connection, stream, str(reference), now)
    else:
        made = await candidates.insert_missing(connection, wanted | referenced if may_link else wanted, now)
        streams = await candidates.lock_people(connection, concerned)
        for stream in made:
            streams[stream].is_made = True
    known = await links.among(connection, streams.keys()) if referenced else set()
    return _Work(People(streams, known), may_link, stated_by, now, history.Additions.by(stated_by, now))


def _writes(work: _Work, shards: int) -> list[Write]:
    """Bring the people up to date that were touched; what has changed, to be written."""
    traceparent = current_traceparent()
    events = []
    for person in sorted({work.people.person_of(stream).id for stream in work.touched}):
        events += bring_up_to_date(person, work.people.members(person), now=work.now, traceparent=traceparent)
    streams: Collection[Stream] = work.people.streams.values()
    return [
        *candidates.saving(streams),
        *candidates.removing([one.id for one in streams if one.is_made and not one.is_changed]),
        *links.adding(work.linked, linked_by=work.stated_by, now=work.now),
        *work.additions.writes("candidate"),
        *outbox.appending(Topic.CANDIDATES, events, shards=shards),
    ]


async def _store(connection: Driver, work: _Work, writes: Sequence[Write]) -> int | None:
    """Write what has changed; returns the transaction's id if anything has."""
    if not writes:
        return None
    transaction = await write_together(connection, writes)
    if work.with_a_past:
        people = {work.people.person_of(stream).id for stream in work.with_a_past}
        await write_together(connection, candidates.saving_past(people))
        if work.linked:
            await write_together(connection, vetting.counting(people, now=work.now))
    return transaction
