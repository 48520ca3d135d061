"""The simulated year: the same for the same seed, whole, in order, and made of events that the API takes."""

from collections import Counter
from dataclasses import replace
from datetime import UTC, datetime

import pytest

from rekindle.simulation.people import Arrival
from rekindle.simulation.year import Year, arrivals
from services.engagement.api.event_reading import read_item
from services.engagement.domain.incoming import Incoming

YEAR = Year(begins=datetime(2025, 11, 1, tzinfo=UTC), people=120, positions=8, recruiters=4, facts=2400)


@pytest.fixture(scope="module")
def sent() -> list[Arrival]:
    return list(arrivals(YEAR))


def test_the_same_seed_makes_the_same_year(sent: list[Arrival]) -> None:
    assert list(arrivals(YEAR)) == sent
    assert list(arrivals(Year(begins=YEAR.begins, seed=2, people=120, positions=8, recruiters=4, facts=2400))) != sent


def test_everything_arrives_in_order_within_the_year_and_after_it_happened(sent: list[Arrival]) -> None:
    assert [one.at for one in sent] == sorted(one.at for one in sent)
    assert all(one.at <= YEAR.ends for one in sent)
    assert all(datetime.fromisoformat(one.body["time"]) <= one.at for one in sent if one.kind == "event")


def test_facts_are_as_many_as_asked_for_and_disordered_as_in_life(sent: list[Arrival]) -> None:
    events = [one for one in sent if one.kind == "event"]
    named = Counter(one.body["id"] for one in events)
    facts = [name for name in named if not name.endswith("-retracted")]
    late = {one.body["id"] for one in events if (one.at - datetime.fromisoformat(one.body["time"])).days >= 1}

    assert len(facts) == YEAR.facts
    assert 0.03 < sum(count > 1 for count in named.values()) / YEAR.facts < 0.07
    assert 0.03 < len(late) / YEAR.facts < 0.12
    assert 0 < len(named) - len(facts) < 0.03 * YEAR.facts
    assert {"rekindle.pursuit.hired", "rekindle.pursuit.left", "rekindle.candidate.consent_given"} <= {
        one.body["type"] for one in events
    }
    assert {one.kind for one in sent} == {"event", "candidate", "position", "parting"}


def test_the_api_takes_every_event(sent: list[Arrival]) -> None:
    read = [read_item(one.body, now=YEAR.ends, specversion_needed=True, traceparent=None) for one in sent if one.kind == "event"]

    assert [one for one in read if not isinstance(one, Incoming)] == []


def test_positions_reopen_name_cities_and_starts_and_people_want_roles() -> None:
    year = list(arrivals(replace(YEAR, positions=12)))
    of_positions = [one for one in year if one.kind == "position"]
    opened = Counter(one.reference for one in of_positions if "opened_at" in one.body)
    said = [one.body["data"].get("facts", {}) for one in year if one.kind == "event"]

    assert max(opened.values()) > 1
    assert any("starts_on" in one.body for one in of_positions)
    assert {"city" in where for one in of_positions for where in one.body.get("locations", ())} == {True, False}
    assert any("city" in where for facts in said for where in facts.get("locations", ()))
    assert any("wanted_role" in facts for facts in said)
