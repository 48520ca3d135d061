"""Facts, merges and closings become attempts and counters, once, whatever the order and the batches."""

import asyncio
import random
from collections import Counter
from dataclasses import replace
from datetime import datetime
from typing import Any
from uuid import UUID, uuid4

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import text

from services.analytics.dimensions import LEVEL
from services.analytics.domain.questions import Question
from services.analytics.metrics import contributions
from services.analytics.storage import funnels
from services.analytics.storage.pursuits import COPY_FROM
from services.analytics.use_cases import project as project_module
from shared.attempts import fact_of, fold
from shared.db.engine import Sessions
from shared.events import CandidateChanged, ErasureConfirmed, Event, EventRetracted, PositionChanged, Topic
from tests.integration.analytics.deliveries import counted, deliver, from_scratch, persons, tables
from tests.unit.analytics.histories import POSITION, History, at, person


async def test_facts_are_counted(analytics: Sessions) -> None:
    history = History()

    await deliver(
        analytics,
        history.fact("sourced", "ada", 0),
        history.fact("contacted", "ada", 1),
        history.fact("contacted", "ben", 1),
        history.fact("responded", "ada", 2),
        history.fact("declined", "ada", 3, reason="salary"),
    )

    found = await counted(analytics)
    assert found["reached.sourced"] == 2
    assert found["recorded.sourced"] == 1
    assert found["reached.contacted"] == 2
    assert found["responded_by_touch.1"] == 1
    assert found["declines.salary"] == 1
    assert found["outcomes.waiting"] == 1


async def test_the_same_fact_stored_twice_counts_once(analytics: Sessions) -> None:
    contacted = History().fact("contacted")

    await deliver(analytics, contacted)
    await deliver(analytics, contacted)

    assert (await counted(analytics))["reached.contacted"] == 1


@pytest.mark.parametrize(
    ("kind", "value"),
    [
        ("contacted", b"no JSON"),
        ("contacted", b"[]"),
        ("contacted", b'{"position": 7}'),
        ("contacted", b'{"position": "staff", "channel": "email"}'),
        ("stage_entered", b'{"position": "6f1f7a0e-5c8b-5d0c-9d63-0f7c2c1d7a55", "stage": "dreaming"}'),
        ("declined", b'{"position": "6f1f7a0e-5c8b-5d0c-9d63-0f7c2c1d7a55", "reason": "weather"}'),
        ("sourced", b'{"position": "6f1f7a0e-5c8b-5d0c-9d63-0f7c2c1d7a55", "via": 7}'),
    ],
)
async def test_what_cannot_be_folded_raises_and_leaves_nothing(analytics: Sessions, kind: str, value: bytes) -> None:
    fact = History().fact(kind, stage="sourced", reason="salary")

    with pytest.raises(Exception):  # noqa: B017, PT011 - whatever it is, the loop makes a dead letter of the event
        await deliver(analytics, replace(fact, value=value))

    assert await tables(analytics) == {"attempts": [], "counters": []}


async def test_one_large_batch_gives_what_small_ones_give(analytics: Sessions) -> None:
    history = History()
    facts = [
        history.fact(kind, f"person-{n}", day, position=f"ats:{n % 3}")
        for day, kind in enumerate(("sourced", "contacted", "responded", "interested", "declined"))
        for n in range(60)
    ]
    await deliver(analytics, *facts)
    at_once = await tables(analytics)
    await _empty(analytics)

    for start in range(0, len(facts), 50):
        await deliver(analytics, *facts[start : start + 50])

    assert len(facts) > COPY_FROM > 50
    assert await tables(analytics) == at_once
    assert (await from_scratch(analytics)).was_equal


async def test_a_late_fact_lands_where_it_belongs(analytics: Sessions) -> None:
    history = History()
    await deliver(analytics, history.fact("responded", days=5))
    assert (await counted(analytics))["responded_by_touch.0"] == 1

    await deliver(analytics, history.fact("contacted", days=1))

    found = await counted(analytics)
    assert "responded_by_touch.0" not in found
    assert found["responded_by_touch.1"] == 1


async def test_a_retraction_takes_back_what_was_counted(analytics: Sessions) -> None:
    history = History()
    await deliver(analytics, history.fact("hired", name="hire"), history.fact("hired", "ben", position="ats:other"))
    assert (await counted(analytics))["reached.hired"] == 1

    await deliver(analytics, history.fact("event.retracted", days=1, source="ats", id="hire"))

    assert await counted(analytics) == {}
    assert await persons(analytics) == {person("ben")}


async def test_a_retraction_by_type_takes_back_the_latest_such_fact(analytics: Sessions) -> None:
    history = History()
    await deliver(analytics, history.fact("contacted", days=0), history.fact("offered", days=3))

    await deliver(analytics, history.fact("event.retracted", days=4, type="rekindle.pursuit.offered", position=POSITION))

    found = await counted(analytics)
    assert "reached.offered" not in found
    assert found["reached.contacted"] == 1


async def test_a_retraction_by_id_finds_its_fact_whatever_position_it_names(analytics: Sessions) -> None:
    history = History()
    await deliver(analytics, history.fact("offered", name="wrong"), history.fact("offered", "ada", 1, position="ats:other"))

    await deliver(analytics, history.fact("event.retracted", "ada", 2, source="ats", id="wrong", position="ats:other"))

    assert await counted(analytics) == {}
    assert (await counted(analytics, "ats:other"))["reached.offered"] == 1


async def test_streams_of_one_person_are_folded_together_and_apart_again(analytics: Sessions) -> None:
    history = History()
    await deliver(analytics, history.fact("contacted", "ada", 0), history.fact("responded", "ada-2", 1))
    apart = await tables(analytics)

    await deliver(analytics, history.belongs("ada-2", "ada"))
    merged = await counted(analytics)
    await deliver(analytics, history.fact("interested", "ada-2", 2))
    interested = await counted(analytics)
    await deliver(analytics, history.fact("event.retracted", "ada", 3, type="rekindle.pursuit.interested", position=POSITION))
    await deliver(analytics, history.belongs("ada-2", "ada-2"))

    assert merged["responded_by_touch.1"] == 1
    assert merged["reached.sourced"] == 1
    assert interested["reached.interested"] == 1
    assert (await from_scratch(analytics)).was_equal
    apart_again = await tables(analytics)
    assert len(apart_again["attempts"]) == len(apart["attempts"]) == 2


async def test_a_merge_that_comes_before_the_facts_counts_the_same(analytics: Sessions) -> None:
    history = History()
    await deliver(analytics, history.belongs("ada-2", "ada"))

    await deliver(analytics, history.fact("contacted", "ada", 0))
    await deliver(analytics, history.fact("responded", "ada-2", 1))

    found = await counted(analytics)
    assert found["responded_by_touch.1"] == 1
    assert found["reached.sourced"] == 1
    assert await persons(analytics) == {person("ada")}


async def test_a_whole_pursuit_that_is_taken_back_counts_nowhere(analytics: Sessions) -> None:
    history = History()
    await deliver(analytics, history.fact("contacted", days=0), history.fact("interested", days=3))

    await deliver(analytics, history.fact("event.retracted", days=4, position=POSITION, whole=True))

    assert await counted(analytics) == {}


async def test_a_closing_closes_open_attempts_and_is_taken_back(analytics: Sessions) -> None:
    history = History()
    await deliver(analytics, history.fact("interested", "ada", 0), history.fact("hired", "ben", 1))

    await deliver(analytics, history.position(closed=5))
    closed = await counted(analytics)
    await deliver(analytics, history.position())

    assert "outcomes.in_play" not in closed
    assert closed["outcomes.soft_no"] == 1
    assert (await counted(analytics))["outcomes.in_play"] == 1


async def test_a_closing_still_to_come_closes_nothing(analytics: Sessions) -> None:
    history = History()

    await deliver(analytics, history.position(closed=3650), history.fact("interested"))

    assert (await counted(analytics))["outcomes.in_play"] == 1


async def test_silence_of_the_past_is_a_ghosting_as_soon_as_it_is_known(analytics: Sessions) -> None:
    history = History()

    await deliver(analytics, history.fact("contacted", days=0), now=at(29))
    assert (await counted(analytics))["outcomes.waiting"] == 1
    await deliver(analytics, history.fact("ghosted", days=30, by_clock=True), history.fact("contacted", "ben"), now=at(30))

    found = await counted(analytics)
    assert "outcomes.waiting" not in found
    assert found["outcomes.soft_no"] == 2


async def test_facts_without_a_position_count_in_no_funnel(analytics: Sessions) -> None:
    history = History()

    await deliver(
        analytics,
        history.fact("contacted", position=None),
        history.fact("candidate.unsubscribed", channel="email"),
        history.fact("candidate.hard_no_set", reason="do_not_contact"),
    )

    assert (await tables(analytics))["attempts"] == []


async def test_an_erased_person_stays_in_the_numbers_without_what_describes_them(analytics: Sessions) -> None:
    history = History()
    await deliver(analytics, history.known("ada", level="senior", country="DE", skills=["Python"]), history.fact("contacted"))

    await deliver(analytics, history.erased("ada"))

    assert (await counted(analytics))["reached.contacted"] == 1
    async with analytics.begin() as session:
        groups = await funnels.sums(session, Question(group_by=(LEVEL,)), zone="UTC")
    assert set(groups) == {(None,)}


async def test_an_erasure_is_confirmed_with_what_was_removed_however_often_it_comes(analytics: Sessions) -> None:
    history, erasure = History(), uuid4()
    await deliver(analytics, history.known("ada", level="senior"))

    said = [await deliver(analytics, history.erased(who, erasure)) for who in ("ada", "ada", "never-heard-of")]

    assert [event.data for (event,) in said] == [
        ErasureConfirmed(erasure_id=erasure, candidate_id=person(who), service="analytics", removed=removed)
        for who, removed in (("ada", {"descriptions": 1}), ("ada", {"descriptions": 1}), ("never-heard-of", {}))
    ]
    assert await deliver(analytics, history.erased("ada")) == []


async def test_a_closing_of_a_position_with_many_pursuits(analytics: Sessions, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(project_module, "AT_ONCE", 3)
    history = History()
    await deliver(analytics, *[history.fact("interested", f"person-{n}", n % 4) for n in range(10)])

    await deliver(analytics, history.position(closed=5), history.belongs("person-1", "person-2"))

    found = await counted(analytics)
    assert "outcomes.in_play" not in found
    assert found["outcomes.soft_no"] == 9
    assert (await from_scratch(analytics)).was_equal


async def test_projectors_side_by_side_on_one_person_lose_nothing(analytics: Sessions) -> None:
    history = History()
    first, second = "ada", "ada-2"
    facts = {
        who: [history.fact("contacted", who, day, position=f"ats:{day % 3}") for day in range(12)] for who in (first, second)
    }

    async def deliver_in_steps(who: str) -> None:
        for fact in facts[who]:
            await deliver(analytics, fact)

    await asyncio.gather(
        deliver_in_steps(first),
        deliver_in_steps(second),
        deliver(analytics, history.belongs(second, first)),
        deliver(analytics, history.position("ats:1", closed=6)),
    )

    found = await from_scratch(analytics)
    assert found.was_equal
    assert found.pursuits == 3


LATER = at(100)

KINDS: st.SearchStrategy[tuple[str, dict[str, Any]]] = st.sampled_from(
    [
        ("sourced", {}), ("applied", {}), ("contacted", {}), ("contacted", {"purpose": "reply"}), ("responded", {}),
        ("responded", {"mood": "positive"}), ("interested", {}), ("screened", {}), ("submitted", {}), ("interviewed", {}),
        ("no_show", {}), ("offered", {}), ("hired", {}), ("stage_entered", {"stage": "screening"}),
        ("stage_entered", {"stage": "sourced"}), ("declined", {"reason": "salary"}), ("rejected", {"reason": "skills"}),
        ("withdrawn", {}), ("ghosted", {}), ("ghosted", {"by_clock": True}), ("position_closed", {"by_clock": True}),
    ]
)  # fmt: skip


@st.composite
def histories(draw: st.DrawFn) -> list[Event]:
    """Facts of three streams at two positions, retractions, links made and undone, closings made and undone."""
    history = History()
    streams = ("ada", "ada-2", "ben")
    events: list[Event] = []
    for _ in range(draw(st.integers(3, 14))):
        kind, data = draw(KINDS)
        who, where = draw(st.sampled_from(streams)), draw(st.sampled_from([POSITION, "ats:other"]))
        events.append(history.fact(kind, who, draw(st.integers(0, 80)), position=where, **data))
    for number in draw(st.lists(st.integers(1, 12), max_size=2)):
        who = draw(st.sampled_from(streams))
        events.append(history.fact("event.retracted", who, draw(st.integers(0, 80)), source="ats", id=f"event-{number}"))
    events += [history.belongs("ada-2", to) for to in draw(st.lists(st.sampled_from(["ada", "ada-2"]), max_size=3))]
    events += [history.position(closed=closed) for closed in draw(st.lists(st.none() | st.integers(0, 90), max_size=2))]
    return events


@given(events=histories(), seed=st.integers(0, 2**16))
@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
async def test_any_order_and_any_batches_give_the_same_tables(analytics: Sessions, events: list[Event], seed: int) -> None:
    await _empty(analytics)
    await deliver(analytics, *events, now=LATER)
    expected = await tables(analytics)
    await _empty(analytics)

    chance = random.Random(seed)
    left = _interleaved(events, chance)
    while left:
        size = chance.randint(1, 5)
        await deliver(analytics, *left[:size], now=LATER)
        left = left[size:]

    assert await tables(analytics) == expected
    assert {(row[0], row[1]): row[2] for row in expected["counters"]} == _oracle(events)
    assert (await from_scratch(analytics, LATER)).was_equal


def _oracle(events: list[Event]) -> Counter[tuple[object, object]]:
    """The counters that the events must lead to, by nothing but the fold and the metrics, all at once."""
    person_of: dict[UUID | None, UUID] = {}
    closings: dict[UUID, list[datetime]] = {}
    for event in events:
        if isinstance(event.data, CandidateChanged):
            person_of[event.data.candidate_id] = event.data.person_id
        elif isinstance(event.data, PositionChanged):
            closings[event.data.position_id] = list(event.data.closings)
    facts = [(person_of.get(one.subject, one.subject), one) for one in events if one.data.topic is Topic.ENGAGEMENT]
    sums: Counter[tuple[object, object]] = Counter()
    pursuits = {(who, UUID(one.raw["position"])) for who, one in facts if "position" in one.raw}
    for who, where in pursuits:
        mine = [
            one for by, one in facts if by == who and (one.raw.get("position") == str(where) or one.type == EventRetracted.type)
        ]
        folded = fold([fact_of(one.id, one.type, one.time, one.raw) for one in mine], closings.get(where, ()), until=LATER)
        sums.update((where, one.measure) for attempt in folded.attempts for one in contributions(attempt))
    return sums


def _interleaved(events: list[Event], chance: random.Random) -> list[Event]:
    """The events in another order that the consume loop may give: each stream of a topic in the order of its sequence."""
    streams: dict[tuple[str, object], list[Event]] = {}
    for event in events:
        streams.setdefault((event.data.topic, event.subject), []).append(event)
    order: list[Event] = []
    while streams:
        stream = chance.choice(sorted(streams, key=str))
        order.append(streams[stream].pop(0))
        if not streams[stream]:
            del streams[stream]
    return order


async def _empty(sessions: Sessions) -> None:
    async with sessions.begin() as session:
        await session.execute(text("TRUNCATE facts, links, people, positions, attempts, counters"))
