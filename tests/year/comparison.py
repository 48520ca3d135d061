"""A running stack's answers beside those of the model.

The model knows time and news. Whom a position brings back is left to tests of its own: such reasons are passed over here, and so
are people whose item a recruiter was given for one, for it decides what was done with.
"""

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
from tests.year.person import is_in_play, person_at
from tests.year.queue import newest_close, plans_of

PAGE = 200
BY_POSITION = "position_opened"
CHECKED_AFTER = timedelta(days=2, hours=15)
"""So long after the year's end a contact is planned: not at night for everybody, nor a day of rest."""

People = frozenset[str]


@dataclass
class Watched:
    """A journal of what is posted; at each claim it notes which closes the item was about, as far as was known then."""

    journal: Journal = field(default_factory=Journal)
    held: dict[str, datetime | None] = field(default_factory=dict)
    given_by_position: set[UUID] = field(default_factory=set)
    """Whom recruiters were given because of a position."""

    def acted(self, act: Act) -> None:
        """Note what a recruiter did."""
        if act.action == "claimed":
            person = id_of("candidate", act.item["candidate_id"])
            found = person_at(self.journal, self.journal.persons()[person], act.at)
            self.held[act.item["lease"]] = newest_close(plans_of(found, self.journal.acts))
            if any(one["trigger"] == BY_POSITION for one in act.item["reasons"]):
                self.given_by_position.add(person)
        self.journal.note(act, self.held[act.item["lease"]])


@dataclass(frozen=True)
class Expected:
    """What the model says of everybody, by the references of each person."""

    queue: dict[People, frozenset[Any]]
    plans: dict[People, frozenset[Any]]
    owed: dict[People, frozenset[Any]]
    against: dict[People, frozenset[str]]
    """What stands against a contact at ``CHECKED_AFTER``."""
    broken: dict[People, frozenset[Any]]
    """The rules that contacts broke."""


def expected(watched: Watched, now: datetime) -> Expected:
    """Everything that is to be seen at ``now``, but of people whom recruiters were given because of a position."""
    journal, found = watched.journal, Expected({}, {}, {}, {}, {})
    for streams in set(journal.persons().values()):
        if streams & watched.given_by_position:
            continue
        name = frozenset(journal.references[stream] for stream in streams)
        person = person_at(journal, streams, now)
        if owes := owed_to(person, now):
            found.owed[name] = frozenset((one.kind, str(one.made_by), one.due_at, one.status) for one in owes)
        found.against[name] = frozenset(reasons_against(journal, person, Asked(now + CHECKED_AFTER)))
        if broken := frozenset((code, str(contact)) for code, contact in breaches(journal, person)):
            found.broken[name] = broken
        plans = plans_of(person, journal.acts)
        if plans:
            found.plans[name] = frozenset(
                (str(one.position), one.reason, one.closed_at, one.due_at, one.trigger) for one in plans
            )
        pending = frozenset((str(one.position), one.reason, one.due_at, one.trigger) for one in plans if one.due_at is not None)
        if pending and not is_in_play(person, now):
            found.queue[name] = pending
    return found


def queue_in(api: Poster) -> dict[People, frozenset[Any]]:
    """The queue of a running stack: by person the reasons that each item lists."""
    return {
        frozenset(item["references"]): frozenset(
            (one["position_id"], one["reason"], _time(one["due_at"]), one["trigger"]) for one in item["reasons"]
        )
        for item in pages(api, "/v1/queue")
    }


def as_listed(pending: frozenset[Any], listed: frozenset[Any], now: datetime) -> frozenset[Any]:
    """What an item lists of its reasons: those that are due, or all of them where none is."""
    due = frozenset(one for one in pending if one[2] <= now)
    is_any_due = any(one[2] <= now for one in listed)
    return due if is_any_due else pending


def without_positions(reasons: frozenset[Any]) -> frozenset[Any]:
    """The reasons that time and news make."""
    return frozenset(one for one in reasons if one[3] != BY_POSITION)


def plans_in(api: Poster) -> dict[People, Any]:
    """The return plans of a running stack."""
    found: dict[People, set[Any]] = defaultdict(set)
    for one in pages(api, "/v1/returns"):
        plan = one["position_id"], one["reason"], _time(one["closed_at"]), _time(one["due_at"]), one["trigger"]
        found[frozenset(one["references"])].add(plan)
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


def queue_differences(watched: Watched, model: Expected, found: dict[People, frozenset[Any]], now: datetime) -> list[str]:
    """What differs between the queues, one line each."""
    left_out = {watched.journal.references[stream] for stream in watched.given_by_position}
    seen = {one: without_positions(listed) for one, listed in found.items() if not one & left_out}
    expects = {one: as_listed(pending, found.get(one, pending), now) for one, pending in model.queue.items()}
    return differences({one: due for one, due in expects.items() if due}, {one: timed for one, timed in seen.items() if timed})


def owed_in(api: Poster) -> dict[People, frozenset[Any]]:
    """The obligations of a running stack."""
    found: dict[People, set[Any]] = defaultdict(set)
    for one in pages(api, "/v1/obligations"):
        found[frozenset(one["references"])].add((one["kind"], one["made_by"], _time(one["due_at"]), one["status"]))
    return {person: frozenset(owes) for person, owes in found.items()}


def broken_in(api: Poster) -> dict[People, frozenset[Any]]:
    """The policy breaches of a running stack."""
    found: dict[People, set[Any]] = defaultdict(set)
    for one in pages(api, "/v1/policy-breaches"):
        found[frozenset(one["references"])].add((one["code"], one["made_by"]))
    return {person: frozenset(broken) for person, broken in found.items()}


def against_in(api: Poster, people: Iterable[People], now: datetime) -> dict[People, frozenset[str]]:
    """What a running stack says against a contact with each."""
    named, found = list(people), {}
    asked = Asked(now + CHECKED_AFTER)
    ask = {"channel": asked.channel, "recruiter": asked.recruiter, "at": asked.at.isoformat()}
    for begin in range(0, len(named), PAGE):
        chunk = named[begin : begin + PAGE]
        checks = [{"candidate": min(references), **ask} for references in chunk]
        for references, item in zip(chunk, api.call("POST", "/v1/contact-checks", checks)["items"], strict=True):
            found[references] = frozenset(one["code"] for one in item["answer"]["reasons"])
    return found


def differences(expected: dict[People, frozenset[Any]], found: dict[People, frozenset[Any]]) -> list[str]:
    """What differs, one line each."""
    lines = [f"only in the model: {one} {expected[one]}" for one in expected.keys() - found.keys()]
    lines += [f"only in the stack: {one} {found[one]}" for one in found.keys() - expected.keys()]
    lines += [
        f"{sorted(one)}: {_less(expected[one], found[one])} in the model alone, {_less(found[one], expected[one])} in the stack"
        for one in expected.keys() & found.keys()
        if expected[one] != found[one]
    ]
    return sorted(lines)


def _less(one: frozenset[Any], other: frozenset[Any]) -> list[str]:
    return sorted(map(str, one - other))
