"""Everything that the demo posts, in order, from the moment at which it began. The same moment gives the same content."""

import random
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from rekindle.demo.duplicates import known_twice
from rekindle.demo.lives import lives_of
from rekindle.demo.moments import HOMES
from rekindle.demo.people import Person, made_up
from rekindle.demo.positions import OPENINGS
from rekindle.demo.story import CANDIDATES, event, late, story, written

SEED = 1995
PEOPLE = 126
DAYS = 121


@dataclass(frozen=True, slots=True)
class Content:
    """Bodies of requests. ``positions`` and ``changes`` are (reference, PATCH), ``records`` and ``later`` items of a batch."""

    positions: list[tuple[str, dict[str, Any]]]
    records: list[dict[str, Any]]
    later: list[dict[str, Any]]
    events: list[dict[str, Any]]
    late: list[dict[str, Any]]
    changes: list[tuple[str, dict[str, Any]]]


def content_of(began: datetime) -> Content:
    """The whole demo."""
    dice = random.Random(SEED)
    people = sorted(_people(dice), key=lambda one: -one[1])
    records, later, events = _named(began), [], story(began)
    for number, (person, facts) in enumerate(lives_of(iter(people), dice, began)):
        seen = began - timedelta(days=people[number][1] + 1)
        records.append({"candidate": person.reference, **person.record, "observed_at": written(seen)})
        status = person.record["market_status"]
        if number % 8 == 5 and status != "active":
            change = {"market_status": "open" if status == "passive" else "active"}
            at = began - timedelta(days=people[number][1] * 0.4)
            later.append({"candidate": person.reference, **change, "observed_at": written(at)})
        name = person.reference.partition(":")[2]
        events += [event(f"{name}-{n}", fact.type, person.reference, fact.at, fact.data) for n, fact in enumerate(facts)]
    records += known_twice({record["candidate"]: record for record in records}, began)
    return Content(_positions(began), records, later, events, late(began), _changes(began))


def _people(dice: random.Random) -> Iterator[tuple[Person, float]]:
    """People, each with how many days ago they came into view: more of them in the last weeks, as hiring picked up."""
    taken = {str(one["name"]) for one in CANDIDATES.values()}
    wanted = [one for one in OPENINGS for _ in range(one.weight)]
    for number in range(PEOPLE):
        opening = wanted[number * 7 % len(wanted)]
        until = opening.closed_days_ago or 1
        days = until + (min(DAYS, opening.opened_days_ago) - until) * dice.random() ** 0.9
        yield made_up(dice, number, opening, taken), days


def _named(began: datetime) -> list[dict[str, Any]]:
    records = []
    for name, record in CANDIDATES.items():
        home = HOMES[str(record["country"])]
        content = {key: value for key, value in record.items() if key != "country"}
        content |= {"location": {"country": home.country, "city": home.cities[0]}, "time_zone": home.zone}
        content["emails"] = [f"{name}@example.org"]
        records.append({"candidate": f"demo:{name}", **content, "observed_at": written(began - timedelta(days=210))})
    return records


def _positions(began: datetime) -> list[tuple[str, dict[str, Any]]]:
    found = []
    for one in OPENINGS:
        opened = written(began - timedelta(days=one.opened_days_ago))
        is_draft = one.record.get("status") == "draft"
        record = {"status": "open", "employment": "permanent", **one.record, "observed_at": opened}
        found.append((one.reference, record if is_draft else record | {"opened_at": opened}))
    return found


def _changes(began: datetime) -> list[tuple[str, dict[str, Any]]]:
    """What changed of positions since, oldest first."""
    changes = [(days, one.reference, dict(change)) for one in OPENINGS for days, change in one.changes]
    for one in OPENINGS:
        if one.closed_days_ago is not None:
            closed = {"status": "closed", "closed_at": written(began - timedelta(days=one.closed_days_ago))}
            changes.append((one.closed_days_ago, one.reference, closed))
    changes.sort(key=lambda change: -change[0])
    return [(name, change | {"observed_at": written(began - timedelta(days=days))}) for days, name, change in changes]
