"""Every metric, view and dimension over HTTP equals what an independent computation over the raw facts says."""

import random
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import httpx
import pytest

from services.analytics.dimensions import DIMENSIONS, FILTERS
from services.analytics.metrics import METRICS
from services.analytics.metrics.adding_up import Ratio
from shared.db.engine import Sessions
from shared.events import Event
from shared.ids import position_id
from shared.timestamps import written
from tests.integration.analytics.deliveries import deliver
from tests.integration.analytics.items_oracle import ITEM_PARTS
from tests.integration.analytics.oracle import PARTS, Answer, Asked, Oracle
from tests.unit.analytics.histories import History, at

ATTEMPT_METRICS = [metric for metric in METRICS if metric.name in PARTS]
ZONE = "Europe/Berlin"
NOW = at(400)

KINDS: list[tuple[str, dict[str, Any]]] = [
    ("sourced", {"via": "linkedin"}), ("applied", {"via": "referral"}),
    ("contacted", {"channel": "email", "recruiter": "maria", "words": 60}),
    ("contacted", {"channel": "phone", "recruiter": "tom", "sender_role": "peer"}),
    ("contacted", {"purpose": "reply", "words": 7}),
    ("contacted", {"channel": "linkedin", "sender_role": "executive", "recruiter": "maria"}), ("responded", {"words": 25}),
    ("responded", {"mood": "positive", "words": 110}), ("interested", {}), ("screened", {}), ("submitted", {}),
    ("interviewed", {}), ("offered", {}), ("hired", {}), ("started", {}), ("left", {}), ("no_show", {}), ("withdrawn", {}),
    ("stage_entered", {"stage": "screening"}), ("declined", {"reason": "salary"}), ("declined", {"reason": "timing"}),
    ("declined", {"reason": "career_change", "evidence": "a call", "decided_by": "maria"}), ("rejected", {"reason": "skills"}),
]  # fmt: skip


def year(seed: int, people: int) -> list[Event]:
    """Events of some people over a year, in any order: late, repeated by other names, retracted, linked, closed."""
    chance, history = random.Random(seed), History()
    events: list[Event] = []
    for number in range(people):
        who = f"person-{number}"
        events.append(
            history.known(
                who,
                level=chance.choice(["senior", "mid", None]),
                country=chance.choice(["DE", "FR", None]),
                tier=chance.choice(["warm", "pool", None]),
                market_status=chance.choice(["passive", "open", "active"]),
                skills=chance.sample(["python", "sql", "go"], chance.randint(0, 3)),
            )
        )
        day = chance.uniform(0, 330)
        for _ in range(chance.randint(1, 9)):
            kind, data = chance.choice(KINDS)
            events.append(history.fact(kind, who, day, position=f"ats:{chance.choice('abc')}", **data))
            day += chance.choice([0, 0.01, 1, 3, 8, 40])
        if chance.random() < 0.1:
            events.append(history.fact("event.retracted", who, day, source="ats", id=f"event-{history.made}"))
    events += [
        one for number in range(people) for one in beside(history, random.Random(seed * 1000 + number), f"person-{number}")
    ]
    events += [history.belongs("person-1", "person-2"), history.position("ats:a", sponsor="acme", closed=200)]
    events.append(history.position("ats:b", sponsor="globex"))
    return events


def beside(history: History, chance: random.Random, who: str) -> list[Event]:
    """What is counted together with somebody's attempts: an unsubscription, perhaps taken back, and return plans."""
    found: list[Event] = []
    if chance.random() < 0.3:
        found.append(
            history.fact("candidate.unsubscribed", who, chance.uniform(0, 330), channel=chance.choice(["email", "phone"]))
        )
        if chance.random() < 0.3:
            found.append(history.fact("event.retracted", who, 335, source="ats", id=f"event-{history.made}"))
    for position in "abc":
        if chance.random() < 0.4:
            closed = {"position_id": position_id(f"ats:{position}"), "attempt": chance.choice([1, 1, 2]), "closed_at": at(300)}
            change = chance.choice(["appeared", "ended"])
            found.append(history.again("return_plan.changed", who, 300, **closed, reason="salary", change=change))
    return found


@pytest.fixture
async def oracle(analytics: Sessions) -> Oracle:
    """The same year in the service's database and in the oracle."""
    events = year(7, 90)
    await deliver(analytics, *events, now=NOW)
    return Oracle(events, NOW, ZONE)


async def ask(api: httpx.AsyncClient, asked: Asked) -> Answer:
    """What the service answers, in the oracle's form."""
    parameters: dict[str, Any] = {"view": asked.view, "limit": "10000", **dict(asked.filters)}
    parameters |= {"period": asked.period} if "period" in asked.group_by else {}
    parameters |= {"group_by": ",".join(asked.group_by)} if asked.group_by else {}
    parameters |= {
        name: str(written(moment))
        for name, moment in (("from", asked.since), ("to", asked.before), ("until", asked.until), ("as_of", asked.as_of))
        if moment
    }
    answer = await api.get(f"/v1/analytics/metrics/{asked.metric}", params=parameters)
    assert answer.status_code == 200, (asked, answer.text)
    body = answer.json()
    assert not body["more"]
    own = [key for row in body["rows"][:1] for key in row["key"] if key not in asked.group_by]
    found: Answer = {}
    for row in body["rows"]:
        key = (*(row["key"][name] for name in asked.group_by), row["key"][own[0]] if own else None)
        assert key not in found, "each row once"
        if row["n"]:
            found[key] = (row["value"], row["n"])
    return found


def differences(found: Answer, expected: Answer) -> dict[tuple[str | None, ...], Any]:
    """Where two answers differ, with what each says; values have four places."""
    return {
        key: (found.get(key), expected.get(key))
        for key in found.keys() | expected.keys()
        if key not in found
        or key not in expected
        or found[key][1] != expected[key][1]
        or found[key][0] != pytest.approx(expected[key][0], abs=6e-5)
    }


@pytest.mark.parametrize("view", ["cohort", "activity"])
@pytest.mark.parametrize("in_memory", [True, False])
async def test_every_metric_by_every_dimension(
    api: httpx.AsyncClient, without_memory: httpx.AsyncClient, oracle: Oracle, view: str, in_memory: bool
) -> None:
    client = api if in_memory else without_memory
    for metric in ATTEMPT_METRICS:
        for group_by in [(), *((name,) for name in metric.dimensions)]:
            asked = Asked(metric.name, view, group_by=group_by)
            assert differences(await ask(client, asked), oracle.ask(asked)) == {}, asked


@pytest.mark.parametrize("view", ["cohort", "activity"])
@pytest.mark.parametrize("in_memory", [True, False])
async def test_two_dimensions_with_filters_in_a_span(
    api: httpx.AsyncClient, without_memory: httpx.AsyncClient, oracle: Oracle, view: str, in_memory: bool
) -> None:
    client = api if in_memory else without_memory
    chance = random.Random(view)
    values = {
        "position": [str(position_id("ats:a")), str(position_id("ats:b"))], "recruiter": ["maria", "tom", "nobody"],
        "sender_role": ["peer", "executive"], "via": ["linkedin", "referral"], "origin": ["outbound", "inbound"],
        "channel": ["email", "phone", "sms"], "attempt": ["1", "2", "7"], "sponsor": ["acme", "globex", "initech"],
        "skill": ["python", "sql", "cobol"], "level": ["senior", "mid"], "location": ["DE", "FR"], "tier": ["warm", "pool"],
        "market_status": ["passive", "open"],
    }  # fmt: skip
    assert values.keys() == {one.name for one in FILTERS}
    pairs = [(one.name, two.name) for one in DIMENSIONS for two in DIMENSIONS if one is not two]
    answered = 0
    for metric in ATTEMPT_METRICS:
        possible = [pair for pair in pairs if {*pair} <= {*metric.dimensions}]
        for pair in chance.sample(possible, 6):
            known = sorted(values.keys() & {*metric.dimensions})
            filters = tuple((name, values[name][: chance.randint(1, 3)]) for name in chance.sample(known, chance.randint(0, 2)))
            period = chance.choice(["day", "week", "month", "quarter", "year"])
            asked = Asked(metric.name, view, at(chance.randint(0, 60)), at(chance.randint(150, 320)), pair, filters, period)
            expected = oracle.ask(asked)
            answered += bool(expected)
            assert differences(await ask(client, asked), expected) == {}, asked
    assert answered > 60, "most questions have an answer that is not empty"


async def test_periods_are_the_organisations_across_daylight_saving(api: httpx.AsyncClient, analytics: Sessions) -> None:
    """Berlin changes its clocks on 29 March and 25 October 2026: midnight is 23:00 UTC before and 22:00 after."""
    history, zone = History(), ZoneInfo(ZONE)
    moments = [datetime(2026, month, day, hour, 30, tzinfo=zone) for month, day in ((3, 29), (10, 25)) for hour in (0, 23)]
    events = [history.fact("contacted", f"p{n}", (one - at(0)) / timedelta(days=1)) for n, one in enumerate(moments)]
    await deliver(analytics, *events, now=NOW)
    oracle = Oracle(events, NOW, ZONE)

    for period, first in (("day", "2026-03-29"), ("week", "2026-03-23"), ("month", "2026-03-01"), ("quarter", "2026-01-01")):
        asked = Asked("unanswered", "activity", group_by=("period",), period=period)
        found = await ask(api, asked)
        assert differences(found, oracle.ask(asked)) == {}, asked
        assert next(iter(found)) == (first, None)


async def test_rows_say_how_much_they_rest_on(api: httpx.AsyncClient, analytics: Sessions) -> None:
    history, now = History(), datetime.now(UTC)
    today = (now - at(0)) / timedelta(days=1)
    events = [history.fact("contacted", f"old-{n}", 0) for n in range(30)] + [history.fact("hired", "new", today - 1)]
    await deliver(analytics, *events, now=now)

    body = (await api.get("/v1/analytics/metrics/hire_rate")).json()

    (row,) = body["rows"]
    assert (row["value"], row["n"], row["small"]) == (round(1 / 31, 4), 31, False)
    assert 0 < row["low"] < row["value"] < row["high"] < 1
    assert (row["too_young"], row["mature"]) == (True, round(30 / 31, 4))


def test_the_oracle_knows_every_metric_and_what_is_a_ratio() -> None:
    assert PARTS.keys() | ITEM_PARTS.keys() == {metric.name for metric in METRICS}
    assert {metric.name for metric in METRICS if metric.is_of_attempts} <= PARTS.keys()
    assert all(isinstance(metric.adds_up, Ratio) or not metric.name.endswith("_rate") for metric in METRICS)
