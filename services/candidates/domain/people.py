"""People as their streams: what is shown of a person, and what is published when it changes."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

from services.candidates.domain.contact import contact_keys
from services.candidates.domain.content import CANDIDATE
from services.candidates.domain.learning import NOTHING, Learned, together
from services.candidates.domain.links import Link, person_map
from services.candidates.domain.registers import Heads, Observation, Value, canonical, join, values_of
from services.candidates.domain.snapshots import candidate_snapshot, market_status_of, snapshot_event
from services.candidates.domain.vetting import Vetting, vetting_of
from shared.events import CandidateErased, Event, EventData
from shared.events.vocabulary import MarketStatus
from shared.skills import skill_keys


@dataclass(slots=True)
class Stream:
    """A candidate stream, and the person's record where it stands for the person."""

    id: UUID
    reference: str | None
    person_id: UUID
    is_record: bool
    """Whether something was stated of it, so that it is not only known by links or events."""
    heads: dict[str, Observation]
    """Its own observations that count."""
    learned: Learned
    record: dict[str, Any] | None
    record_version: int
    version: int
    """Of the snapshot: the sequence on the bus."""
    snapshot: bytes | None
    changed_at: datetime | None
    erased_at: datetime | None
    erasure_id: UUID | None
    vetting: Vetting | None = None
    search: Mapping[str, Any] = field(default_factory=dict)
    """What the person is found by, on the stream that stands for the person; set with every change."""
    is_changed: bool = False
    """Whether it is to be written."""
    is_shown_anew: bool = False
    """Whether the transaction that holds it has changed what is shown of the person."""
    is_made: bool = False
    """Whether the transaction that holds it has made its row."""


@dataclass(frozen=True, slots=True)
class Beside:
    """What is shown of a person beside the record, and outside of its version."""

    learned: Learned
    vetting: Vetting | None


class People:
    """Locked streams, all those of the people concerned, and the links at them.

    Links are known, and change, only under the exclusive lock, or where a change names references.
    """

    def __init__(self, streams: dict[UUID, Stream], links: Iterable[Link] = ()) -> None:
        self.streams = streams
        self.links = set(links)
        self._members: dict[UUID, list[Stream]] = defaultdict(list)
        for stream in sorted(streams):
            self._members[streams[stream].person_id].append(streams[stream])

    def person_of(self, stream: UUID) -> Stream:
        """The stream that stands for the person of a stream."""
        return self.streams[self.streams[stream].person_id]

    def members(self, person: UUID) -> list[Stream]:
        """The person's streams, in id order."""
        return self._members.get(person, [])

    def members_with(self, stream: UUID) -> list[Stream]:
        """The streams of the person to whom a stream belongs."""
        return self.members(self.streams[stream].person_id)

    def people(self) -> list[UUID]:
        """The streams that stand for a person, in id order."""
        return sorted(self._members)

    def link(self, new: Collection[Link], *, among: Collection[UUID]) -> None:
        """Add links; ``among`` are all streams of the people whom they make one."""
        self.links |= set(new)
        self.regroup(among)

    def part(self, undone: Collection[Link]) -> None:
        """Undo links; all streams are those of one person."""
        self.links -= set(undone)
        self.regroup(self.streams.keys())

    def regroup(self, streams: Collection[UUID]) -> None:
        """Let who is whose person follow from the links, for all streams of some people."""
        for person in {self.streams[stream].person_id for stream in streams}:
            self._members.pop(person, None)
        people = person_map(streams, [link for link in self.links if link.record in streams])
        for stream, person in sorted(people.items()):
            one = self.streams[stream]
            one.is_changed |= one.person_id != person
            one.person_id = person
            self._members[person].append(one)


def heads_of_person(members: Iterable[Stream]) -> Heads:
    """What counts of a person: all that counts of the streams, taken together."""
    return join(*(member.heads for member in members))


def sources_of_person(members: Iterable[Stream]) -> dict[str, Observation]:
    """What counts of each field that has a value, by name; items of lists are in ``entries_of_person``."""
    heads = heads_of_person(members)
    return {name: heads[name] for name in sorted(heads) if heads[name].value is not None and name not in CANDIDATE.lists}


@dataclass(frozen=True, slots=True)
class ListEntry:
    """An item of a person's list, and who states it."""

    value: str
    source: str


def entries_of_person(members: Collection[Stream]) -> dict[str, list[ListEntry]]:
    """The person's lists: what the streams' own lists hold together, the surviving record's first, each item once."""
    return {name: _entries(members, name) for name in sorted(CANDIDATE.lists)}


def _entries(members: Iterable[Stream], name: str) -> list[ListEntry]:
    found: dict[str, ListEntry] = {}
    for member in sorted(members, key=lambda member: (member.id != member.person_id, member.reference or "")):
        if (head := member.heads.get(name)) is not None:
            for value in head.value or ():
                found.setdefault(value.casefold(), ListEntry(value, head.source))
    return list(found.values())


def values_of_person(members: Collection[Stream]) -> dict[str, Value]:
    """The values of a person's record: of a list all items, of any other field what counts."""
    lists = {name: [one.value for one in entries] for name, entries in entries_of_person(members).items()}
    return values_of(heads_of_person(members)) | {name: items for name, items in lists.items() if items}


def learned_of_person(members: Iterable[Stream]) -> Learned:
    """What events taught of the person."""
    return together(member.learned for member in members)


def beside(members: Collection[Stream]) -> Beside:
    """What is shown beside the record of the person with these streams."""
    return Beside(learned_of_person(members), vetting_of(member.vetting for member in members))


def is_record(members: Iterable[Stream]) -> bool:
    """Whether the person has a record."""
    return any(member.is_record for member in members)


def bring_up_to_date(person: UUID, members: Collection[Stream], *, now: datetime, traceparent: str | None) -> list[Event]:
    """Let record, versions and snapshots of a person's streams follow from what the streams say; returns the events."""
    values, learned = values_of_person(members), learned_of_person(members)
    market_status = market_status_of(heads_of_person(members), learned)
    has_record = is_record(members)
    events: list[Event] = []
    for member in members:
        shown = _record(person, members, values) if has_record and member.id == person else None
        is_shown_anew = canonical(shown) != canonical(member.record)
        if is_shown_anew:
            member.is_shown_anew = True
            member.record = shown
            member.record_version += 1
            member.is_changed = True
        member.search = searchable(values, market_status) if shown is not None else {}
        if has_record or member.version > 0:
            data = candidate_snapshot(member.id, person, values, market_status)
            if (is_shown_anew and member.id == person) or data.public_json() != member.snapshot:
                events.append(_publish(member, data, now=now, traceparent=traceparent))
    return events


def _record(person: UUID, members: Iterable[Stream], values: Mapping[str, Value]) -> dict[str, Any]:
    """What is shown of a person: the references, the surviving record's first, and all fields."""
    ordered = sorted(members, key=lambda member: (member.id != person, member.reference or ""))
    references = [member.reference for member in ordered if member.reference is not None]
    return {"references": references, **CANDIDATE.nest(values)}


def searchable(values: Mapping[str, Value], market_status: MarketStatus | None) -> dict[str, Any]:
    """What a person is found by."""
    country = values.get("location.country")
    return {
        "skills": skill_keys(values.get("skills", [])),
        "contact_keys": contact_keys(values.get("emails", []), values.get("phones", []), country),
        "level": values.get("level"),
        "country": country,
        "market_status": market_status,
        "tier": values.get("tier"),
    }


def erase(stream: Stream, erasure: UUID, *, now: datetime, traceparent: str | None) -> Event:
    """Leave a stub of the stream: its id, its version, and that it was erased. Returns the event."""
    stream.reference, stream.person_id, stream.is_record = None, stream.id, False
    stream.heads, stream.learned, stream.record, stream.search, stream.vetting = {}, NOTHING, None, {}, None
    stream.erased_at, stream.erasure_id = now, erasure
    return publish_erased(stream, now=now, traceparent=traceparent)


def publish_erased(stream: Stream, *, now: datetime, traceparent: str | None) -> Event:
    """That an erased stream was erased, as its next version."""
    data = CandidateErased(candidate_id=stream.id, erasure_id=stream.erasure_id)
    return _publish(stream, data, now=now, traceparent=traceparent)


def _publish(stream: Stream, data: EventData, *, now: datetime, traceparent: str | None) -> Event:
    """Give the stream its next version; the event is for the outbox, in the same transaction."""
    stream.version += 1
    stream.changed_at = now
    stream.is_changed = True
    event = snapshot_event(stream.id, stream.version, data, now=now, traceparent=traceparent)
    stream.snapshot = event.value
    return event
