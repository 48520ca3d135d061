"""A running stack's answers beside those of the model."""

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from rekindle.replay.posting import Poster
from rekindle.simulation.desk import Act
from tests.year.journal import Journal, id_of
from tests.year.person import is_in_play, person_at
from tests.year.queue import newest_close, plans_of

PAGE = 200

People = frozenset[str]


@dataclass
class Watched:
    """A journal of what is posted; at each claim it notes which closes the item was about, as far as was known then."""

    journal: Journal = field(default_factory=Journal)
    held: dict[str, datetime | None] = field(default_factory=dict)

    def acted(self, act: Act) -> None:
        """Note what a recruiter did."""
        if act.action == "claimed":
            person = id_of("candidate", act.item["candidate_id"])
            found = person_at(self.journal, self.journal.persons()[person], act.at)
            self.held[act.item["lease"]] = newest_close(plans_of(found, self.journal.acts))
        self.journal.note(act, self.held[act.item["lease"]])


@dataclass(frozen=True)
class Expected:
    """What the model says of everybody, by the references of each person."""

    queue: dict[People, Any]
    plans: dict[People, Any]


def expected(journal: Journal, now: datetime) -> Expected:
    """Everything that is to be seen at ``now``."""
    found = Expected({}, {})
    for streams in set(journal.persons().values()):
        name = frozenset(journal.references[stream] for stream in streams)
        person = person_at(journal, streams, now)
        plans = plans_of(person, journal.acts)
        if plans:
            found.plans[name] = frozenset(
                (str(one.position), one.reason, one.closed_at, one.due_at, one.trigger) for one in plans
            )
        pending = [(str(one.position), one.reason, one.due_at, one.trigger) for one in plans if one.due_at is not None]
        if pending and not is_in_play(person, now):
            found.queue[name] = _shown(pending, now)
    return found


def _shown(plans: list[Any], now: datetime) -> tuple[datetime, frozenset[Any]]:
    """The first due time, and the reasons that are due; all of them where none is."""
    return min(one[2] for one in plans), frozenset([one for one in plans if one[2] <= now] or plans)


def queue_of(api: Poster) -> dict[People, Any]:
    """The queue of a running stack."""
    return {
        frozenset(item["references"]): (
            _time(item["due_at"]),
            frozenset((one["position_id"], one["reason"], _time(one["due_at"]), one["trigger"]) for one in item["reasons"]),
        )
        for item in pages(api, "/v1/queue")
    }


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


def differences(expected: dict[Any, Any], found: dict[Any, Any]) -> list[str]:
    """What differs, one line each."""
    lines = [f"only in the model: {one} {expected[one]}" for one in expected.keys() - found.keys()]
    lines += [f"only in the stack: {one} {found[one]}" for one in found.keys() - expected.keys()]
    lines += [
        f"{one}: {expected[one]} in the model, {found[one]} in the stack"
        for one in expected.keys() & found.keys()
        if expected[one] != found[one]
    ]
    return sorted(lines)
