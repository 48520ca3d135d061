"""A running stack's answers beside those of the model."""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from rekindle.replay.posting import Poster
from rekindle.simulation.desk import Act
from tests.year.contacts import Asked, breaches, reasons_against
from tests.year.journal import Journal, id_of
from tests.year.owed import owed_to
from tests.year.person import person_at
from tests.year.queue import Coming, Reason, coming_of

PAGE = 200
CHECKED_AFTER = timedelta(days=2, hours=15)
"""So long after the year's end a contact is planned: not at night for everybody, nor a day of rest."""

People = frozenset[str]
"""A person by the id that stands for them and by the references that events named. References travel on no topic, so that of
records that were linked the stack shows those alone."""


@dataclass
class Watched:
    """A journal of what is posted; at each claim it notes what the item was about, and whether the model lists the same."""

    journal: Journal = field(default_factory=Journal)
    held: dict[str, Coming] = field(default_factory=dict)
    wrong: list[str] = field(default_factory=list)
    """The claims at which the stack's item listed something else."""
    triggers: set[str] = field(default_factory=set)
    """What brought back those whom recruiters were given."""

    def acted(self, act: Act) -> None:
        """Note what a recruiter did."""
        lease = act.item["lease"]
        if act.action == "claimed":
            self.held[lease] = self._claimed(act)
        coming = self.held[lease]
        listed = coming.listed_at(act.at)
        about = {one.position for one in listed if one.position is not None and one.owed is None}
        self.journal.note(act, coming.newest_close, about, {one.owed for one in listed if one.owed is not None})

    def _claimed(self, act: Act) -> Coming:
        streams = self.journal.person(id_of("candidate", act.item["candidate_id"]))
        coming = coming_of(self.journal, person_at(self.journal, streams, act.at), act.at)
        expects, lists = _as_reasons(coming.listed_at(act.at)), reasons_in(act.item)
        if expects != lists:
            self.wrong.append(f"{act.at:%Y-%m-%d} {act.item['references']}: {difference(expects, lists)}")
        self.triggers |= {one["trigger"] for one in act.item["reasons"]}
        return coming


def _as_reasons(found: Iterable[Reason]) -> frozenset[Any]:
    return frozenset((one.position and str(one.position), one.reason, one.due_at, one.trigger) for one in found)


def reasons_in(item: dict[str, Any]) -> frozenset[Any]:
    """The reasons that an item lists."""
    return frozenset((one["position_id"], one["reason"], _time(one["due_at"]), one["trigger"]) for one in item["reasons"])


@dataclass(frozen=True)
class Expected:
    """What the model says of everybody."""

    queue: dict[People, frozenset[Any]]
    plans: dict[People, frozenset[Any]]
    owed: dict[People, frozenset[Any]]
    against: dict[People, frozenset[str]]
    """What stands against a contact at ``CHECKED_AFTER``."""
    broken: dict[People, frozenset[Any]]
    """The rules that contacts broke."""


def expected(journal: Journal, now: datetime) -> Expected:
    """Everything that is to be seen at ``now``."""
    found = Expected({}, {}, {}, {}, {})
    for streams in journal.persons():
        name = called(journal, streams)
        person = person_at(journal, streams, now)
        owes = owed_to(person, now)
        found.owed[name] = frozenset((one.kind, str(one.made_by), one.due_at, one.status) for one in owes)
        found.against[name] = frozenset(reasons_against(journal, person, Asked(now + CHECKED_AFTER)))
        found.broken[name] = frozenset((code, str(contact)) for code, contact in breaches(journal, person))
        coming = coming_of(journal, person, now)
        found.plans[name] = frozenset(
            (str(one.position), one.reason, one.closed_at, one.due_at, one.trigger) for one in coming.plans
        )
        found.queue[name] = _as_reasons(coming.listed_at(now))
    return found


def called(journal: Journal, streams: frozenset[UUID]) -> People:
    """What the stack calls the person whose streams these are."""
    named = {journal.references[stream] for stream in streams if journal.facts_of([stream])}
    return frozenset({str(journal.stands_for(streams)), *named})


def _called(item: dict[str, Any]) -> People:
    return frozenset({item["candidate_id"], *item["references"]})


def queue_in(api: Poster) -> dict[People, frozenset[Any]]:
    """The queue of a running stack: by person the reasons that each item lists."""
    return {_called(item): reasons_in(item) for item in pages(api, "/v1/queue")}


def plans_in(api: Poster) -> dict[People, Any]:
    """The return plans of a running stack."""
    found: dict[People, set[Any]] = defaultdict(set)
    for one in pages(api, "/v1/returns"):
        plan = one["position_id"], one["reason"], _time(one["closed_at"]), _time(one["due_at"]), one["trigger"]
        found[_called(one)].add(plan)
    return {person: frozenset(plans) for person, plans in found.items()}


def _time(text: str | None) -> datetime | None:
    return None if text is None else datetime.fromisoformat(text)


def pages(api: Poster, path: str) -> Iterator[dict[str, Any]]:
    """All items of a list."""
    query = f"limit={PAGE}"
    while True:
        page = api.call("GET", f"{path}?{query}")
        yield from page["items"]
        if page["next_cursor"] is None:
            return
        query = f"limit={PAGE}&cursor={page['next_cursor']}"


def owed_in(api: Poster) -> dict[People, frozenset[Any]]:
    """The obligations of a running stack."""
    found: dict[People, set[Any]] = defaultdict(set)
    for one in pages(api, "/v1/obligations"):
        found[_called(one)].add((one["kind"], one["made_by"], _time(one["due_at"]), one["status"]))
    return {person: frozenset(owes) for person, owes in found.items()}


def broken_in(api: Poster) -> dict[People, frozenset[Any]]:
    """The policy breaches of a running stack."""
    found: dict[People, set[Any]] = defaultdict(set)
    for one in pages(api, "/v1/policy-breaches"):
        found[_called(one)].add((one["code"], one["made_by"]))
    return {person: frozenset(broken) for person, broken in found.items()}


def against_in(api: Poster, people: Iterable[People], now: datetime) -> dict[People, frozenset[str]]:
    """What a running stack says against a contact with each."""
    named, found = list(people), {}
    asked = Asked(now + CHECKED_AFTER)
    ask = {"channel": asked.channel, "recruiter": asked.recruiter, "at": asked.at.isoformat()}
    for begin in range(0, len(named), PAGE):
        chunk = named[begin : begin + PAGE]
        checks = [{"candidate": min(person), **ask} for person in chunk]
        for person, item in zip(chunk, api.call("POST", "/v1/contact-checks", checks)["items"], strict=True):
            found[person] = frozenset(one["code"] for one in item["answer"]["reasons"])
    return found


def differences(expected: dict[People, frozenset[Any]], found: dict[People, frozenset[Any]]) -> list[str]:
    """What differs, one line each; where nothing is said of a person, it is the same as nothing found."""
    nothing: frozenset[Any] = frozenset()
    return [
        f"{sorted(one)}: {difference(expected.get(one, nothing), found.get(one, nothing))}"
        for one in sorted(expected.keys() | found.keys(), key=sorted)
        if expected.get(one, nothing) != found.get(one, nothing)
    ]


def difference(expected: frozenset[Any], found: frozenset[Any]) -> str:
    """What differs between two sets, for a person to read."""
    return f"{sorted(map(str, expected - found))} in the model alone, {sorted(map(str, found - expected))} in the stack alone"
