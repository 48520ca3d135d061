"""A running stack's answers beside those of the model."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from rekindle.replay.posting import Poster
from rekindle.simulation.desk import Act
from tests.year.journal import Journal, id_of
from tests.year.person import person_at
from tests.year.queue import Reason, is_shown, newest_close, reasons

PAGE = 200


@dataclass
class Watched:
    """A journal of what is posted; at each claim it notes which closes the item was about, as far as was known then."""

    journal: Journal = field(default_factory=Journal)
    held: dict[str, datetime | None] = field(default_factory=dict)

    def acted(self, act: Act) -> None:
        """Note what a recruiter did."""
        if act.action == "claimed":
            person = id_of("candidate", act.item["candidate_id"])
            found = reasons(person_at(self.journal, self.journal.persons()[person], act.at), self.journal.acts, act.at)
            self.held[act.item["lease"]] = newest_close(found)
        self.journal.note(act, self.held[act.item["lease"]])


def expected_queue(journal: Journal, now: datetime) -> dict[frozenset[str], Any]:
    """Everybody who is to be in the queue, by their references: from when on, and why."""
    found: dict[frozenset[str], Any] = {}
    for streams in set(journal.persons().values()):
        person = person_at(journal, streams, now)
        plans = reasons(person, journal.acts, now)
        if plans and is_shown(person, now):
            found[frozenset(journal.references[stream] for stream in streams)] = _shown(plans, now)
    return found


def _shown(plans: list[Reason], now: datetime) -> tuple[datetime, frozenset[Any]]:
    """The first due time, and the reasons that are due; all of them where none is."""
    due = [one for one in plans if one.due_at <= now] or plans
    return min(one.due_at for one in plans), frozenset((str(one.position), one.reason, one.due_at, one.trigger) for one in due)


def queue_of(api: Poster) -> dict[frozenset[str], Any]:
    """The same of a running stack."""
    return {
        frozenset(item["references"]): (
            datetime.fromisoformat(item["due_at"]),
            frozenset(
                (one["position_id"], one["reason"], datetime.fromisoformat(one["due_at"]), one["trigger"])
                for one in item["reasons"]
            ),
        )
        for item in pages(api, "/v1/queue")
    }


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
