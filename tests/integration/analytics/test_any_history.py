"""Every metric, whatever the history, however it comes in: late, repeated, out of order, taken back, linked and parted."""

import random
from itertools import pairwise

import httpx
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from sqlalchemy import text

from shared.db.engine import Sessions
from shared.events import Event
from tests.integration.analytics.deliveries import deliver
from tests.integration.analytics.oracle import Asked, Oracle
from tests.integration.analytics.test_metrics_by_oracle import ATTEMPT_METRICS, NOW, ZONE, ask, differences, year
from tests.unit.analytics.histories import History, at


def disturbed(events: list[Event], chance: random.Random) -> list[Event]:
    """The events in the order of their times, of which 5 % come late, 1 % change places, and 1 % are taken back."""
    history = History(made=10**6)
    for one in events:
        history.sequences[f"{one.data.topic}:{one.subject}"] += 1  # two facts of a stream never have one sequence
    taken_back = [
        history.fact("event.retracted", f"person-{number}", 340, source="ats", id=f"event-{chance.randrange(len(events))}")
        for number in range(90)
        if chance.random() < 0.05
    ]
    placed = [(one.time.timestamp() + (chance.random() < 0.05) * chance.uniform(0, 90 * 86400), one) for one in events]
    ordered = [one for _, one in sorted([*placed, *((at(340).timestamp(), one) for one in taken_back)], key=lambda pair: pair[0])]
    for place in range(1, len(ordered)):
        if chance.random() < 0.01:
            ordered[place - 1], ordered[place] = ordered[place], ordered[place - 1]
    return ordered


@given(seed=st.integers(0, 2**32), size=st.integers(1, 60))
@example(seed=850, size=8)
@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
async def test_any_history_however_it_comes_in(api: httpx.AsyncClient, analytics: Sessions, seed: int, size: int) -> None:
    chance = random.Random(seed)
    events = disturbed(year(seed, max(size, 8)), chance)
    async with analytics.begin() as session:
        await session.execute(text("TRUNCATE facts, attempts, attempts_gone, counters, people, positions, links, items"))
        await session.execute(text("INSERT INTO epochs (epoch) SELECT coalesce(max(epoch), 0) + 1 FROM epochs"))
    history, parting = History(), chance.sample(range(8), 3)
    links = [history.belongs(f"person-{one}", f"person-{other}") for one, other in pairwise(parting)]
    links += [history.belongs(f"person-{parting[0]}", f"person-{parting[0]}")] if chance.random() < 0.5 else []
    place = 0
    while place < len(events):
        batch = events[place : place + chance.randint(1, 60)]
        repeated = [one for one in events[:place] if one.type.startswith("rekindle.pursuit.") and chance.random() < 0.05][:50]
        await deliver(analytics, *batch, *repeated, now=NOW)
        place += len(batch)
        metric = chance.choice(ATTEMPT_METRICS)
        asked = Asked(metric.name, group_by=(chance.choice(metric.dimensions),))
        await ask(api, asked)
    for link in links:
        await deliver(analytics, link, now=NOW)

    oracle = Oracle([*events, *links], NOW, ZONE)
    for metric in ATTEMPT_METRICS:
        groups = tuple(chance.sample(metric.dimensions, chance.randint(0, 2)))
        asked = Asked(metric.name, chance.choice(["cohort", "activity"]), group_by=groups, period=chance.choice(["day", "month"]))
        assert differences(await ask(api, asked), oracle.ask(asked)) == {}, (seed, asked)
