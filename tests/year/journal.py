"""Everything that was posted in a simulated year, as plain facts of people."""

import unicodedata
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from itertools import count
from typing import Any
from uuid import UUID, uuid5

from rekindle.simulation.desk import Act
from rekindle.simulation.people import Arrival
from tests.year.gained import Learnt

NAMESPACE = UUID("6f1f7a0e-5c8b-5d0c-9d63-0f7c2c1d7a55")
RETRACTED = "rekindle.event.retracted"


def id_of(thing: str, name: str) -> UUID:
    """The id of a candidate or a position by its reference, or the id itself where that was sent."""
    try:
        return UUID(name)
    except ValueError:
        return uuid5(NAMESPACE, f"{thing}:{unicodedata.normalize('NFC', name)}")


def event_id(source: str, id: str) -> UUID:
    """The id that an event has on the bus."""
    return uuid5(NAMESPACE, f"event:{source}\n{id}")


@dataclass(frozen=True)
class Fact:
    """One event: ``stream`` is the candidate that it names, ``name`` the last word of its type."""

    id: UUID
    stream: UUID
    type: str
    time: datetime
    position: UUID | None
    data: dict[str, Any]

    @property
    def name(self) -> str:
        return self.type.rpartition(".")[2]

    @property
    def is_broadcast(self) -> bool:
        return self.data.get("kind") in {"newsletter", "event_invite"}

    @property
    def purpose(self) -> str:
        return str(self.data.get("purpose", "outreach"))

    @property
    def is_touch(self) -> bool:
        """An outreach to this very person."""
        return self.name == "contacted" and self.purpose == "outreach" and not self.is_broadcast


@dataclass(frozen=True)
class QueueAct:
    """A line of what recruiters did: ``newest_close`` is that of the item when it was claimed.

    ``dismissed`` are the positions that the item was about, where it was dismissed, and ``owed`` the facts that made what was
    overdue, where something was done with the item.
    """

    stream: UUID
    number: int
    action: str
    at: datetime
    outcome: str | None
    until: datetime | None
    newest_close: datetime | None
    dismissed: frozenset[UUID]
    owed: frozenset[UUID]


@dataclass
class Journal:
    """What arrived so far."""

    facts: dict[UUID, Fact] = field(default_factory=dict)
    of_stream: dict[UUID, list[Fact]] = field(default_factory=lambda: defaultdict(list))
    links: set[tuple[UUID, UUID]] = field(default_factory=set)
    records: dict[UUID, list[dict[str, Any]]] = field(default_factory=lambda: defaultdict(list))
    """What was stated of each candidate, oldest first."""
    reports: dict[UUID, list[tuple[datetime, dict[str, Any]]]] = field(default_factory=lambda: defaultdict(list))
    acts: dict[UUID, list[QueueAct]] = field(default_factory=lambda: defaultdict(list))
    references: dict[UUID, str] = field(default_factory=dict)
    learnt: dict[UUID, Learnt] = field(default_factory=lambda: defaultdict(Learnt))
    now: datetime | None = None
    """What the clock says while things are posted."""
    numbers: Iterator[int] = field(default_factory=count)

    def take(self, arrival: Arrival) -> None:
        """Note something that was posted; a repeat changes nothing."""
        if arrival.kind == "position":
            self.reports[id_of("position", arrival.reference)].append((arrival.at, arrival.body))
            return
        stream = self._stream(arrival.reference)
        if arrival.kind == "event":
            self._take_event(arrival.body, stream)
        elif arrival.kind == "parting":
            self.links.discard((stream, self._stream(arrival.body["reference"])))
        else:
            self.learnt[stream].take(arrival.body, self.now or arrival.at)
            for other in arrival.body.get("references", ()):
                self.links.add((stream, self._stream(other)))
            if "observed_at" in arrival.body:
                self.records[stream].append(arrival.body)

    def _stream(self, reference: str) -> UUID:
        stream = id_of("candidate", reference)
        self.references.setdefault(stream, reference)
        return stream

    def _take_event(self, body: dict[str, Any], stream: UUID) -> None:
        data = dict(body["data"])
        position = data.get("position")
        if body["type"] == RETRACTED and "id" in data:
            data["event"] = event_id(data["source"], data["id"])
            position = None
        own = event_id(body["source"], body["id"])
        if own in self.facts:
            return
        where = None if position is None else id_of("position", position)
        time = datetime.fromisoformat(body["time"])
        self.facts[own] = Fact(own, stream, body["type"], time, where, data)
        self.of_stream[stream].append(self.facts[own])

    def persons(self) -> set[frozenset[UUID]]:
        """Everybody, as the streams of each."""
        linked = {stream for link in self.links for stream in link}
        return {self.person(stream) if stream in linked else frozenset({stream}) for stream in self.references}

    def person(self, stream: UUID) -> frozenset[UUID]:
        """All streams of a stream's person."""
        found = {stream}
        while added := {one for link in self.links if found & {*link} for one in link} - found:
            found |= added
        return frozenset(found)

    def stands_for(self, streams: frozenset[UUID]) -> UUID:
        """The stream that stands for a person: the record that was said to be another one, too."""
        named = {other for _, other in self.links} if len(streams) > 1 else set()
        return min(streams - named or streams)

    def closings(self, position: UUID, now: datetime) -> list[datetime]:
        """Each time that a position closed."""
        times = [datetime.fromisoformat(one["closed_at"]) for _, one in self.reports.get(position, ()) if one.get("closed_at")]
        return [time for time in times if time <= now]

    def record(self, streams: Iterable[UUID]) -> dict[str, Any]:
        """What is known of a person: of each field the newest, of skills those of all their records."""
        stated = [one for stream in streams for one in self.records.get(stream, ())]
        newest: dict[str, Any] = {}
        for one in sorted(stated, key=lambda one: str(one["observed_at"])):
            newest |= one
        return newest | {"skills": frozenset().union(*(self._skills(stream) for stream in streams))}

    def _skills(self, stream: UUID) -> frozenset[str]:
        stated = [one["skills"] for one in self.records.get(stream, ()) if "skills" in one]
        return frozenset(stated[-1] if stated else ())

    def note(self, act: Act, newest_close: datetime | None, about: Iterable[UUID], owed: Iterable[UUID]) -> None:
        """Note what a recruiter did with an item, which positions it was about, and what was owed."""
        stream = UUID(act.item["candidate_id"])
        dismissed = frozenset(about if act.action == "dismissed" else ())
        owes = frozenset(() if act.action == "claimed" else owed)
        done = QueueAct(stream, next(self.numbers), act.action, act.at, act.outcome, act.until, newest_close, dismissed, owes)
        self.acts[stream].append(done)

    def acts_on(self, streams: Iterable[UUID]) -> list[QueueAct]:
        """What recruiters did with the items of some streams, in the order of doing."""
        done = [act for stream in streams for act in self.acts.get(stream, ())]
        return sorted(done, key=lambda act: act.number)

    def facts_of(self, streams: Iterable[UUID]) -> list[Fact]:
        """All facts of some streams."""
        return [fact for stream in streams for fact in self.of_stream.get(stream, ())]
