"""Metrics of what is counted beside attempts equal what an independent computation over the same events says."""

import random
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID, uuid5

import httpx
import pytest

from services.analytics.dimensions import BY_NAME, DIMENSIONS
from services.analytics.metrics import METRICS
from shared.db.engine import Sessions
from shared.events import Event
from shared.ids import position_id
from tests.integration.analytics.deliveries import deliver
from tests.integration.analytics.items_oracle import ITEM_PARTS, ItemOracle
from tests.integration.analytics.test_metrics_by_oracle import NOW, ZONE, differences
from tests.unit.analytics.histories import History, at, person

ITEM_METRICS = [metric for metric in METRICS if metric.name in ITEM_PARTS]
POSITIONS = ["ats:a", "ats:b"]
STATUSES = [None, "passive", "open", "active"]


def obligation(history: History, chance: random.Random, who: str, number: int) -> list[Event]:
    """What became of an obligation: open, warned, overdue, met in time or late, waived, withdrawn."""
    made = chance.uniform(0, 200)
    known = {
        "obligation_id": uuid5(UUID(int=1), str(number)), "kind": chance.choice(["reply", "feedback", "promise"]),
        "position_id": chance.choice([None, *map(position_id, POSITIONS)]), "recruiter": chance.choice([None, "maria", "tom"]),
        "made_by": uuid5(UUID(int=2), str(number)), "made_at": at(made), "due_at": at(made + 3),
    }  # fmt: skip
    found = [history.again("obligation.opened", who, made, **known)]
    for state in ("warned", "overdue", "met", "waived", "withdrawn"):
        if chance.random() < 0.35:
            late = chance.choice([0.01, 1, 2.99, 3, 3.01, 9])
            more: dict[str, Any] = {"met_at": at(made + late)} if state == "met" else {}
            more |= {"waived_at": at(made + 1), "waived_by": "maria"} if state == "waived" else {}
            found.append(history.again(f"obligation.{state}", who, made + late, **known, **more))
    return found


def breach(history: History, chance: random.Random, who: str, number: int) -> list[Event]:
    """A breach that was found, perhaps withdrawn."""
    made = chance.uniform(0, 200)
    known = {
        "breach_id": uuid5(UUID(int=3), str(number)), "code": chance.choice(["cadence", "team_cap", "weekend"]),
        "made_by": uuid5(UUID(int=4), str(number)), "made_at": at(made), "channel": chance.choice(["email", "phone"]),
        "recruiter": chance.choice([None, "maria"]), "position_id": chance.choice([None, *map(position_id, POSITIONS)]),
    }  # fmt: skip
    found = [history.again("policy_breach.found", who, made, **known)]
    return found + ([history.again("policy_breach.withdrawn", who, made, **known)] if chance.random() < 0.3 else [])


def plan(history: History, chance: random.Random, who: str) -> list[Event]:
    """A plan that appeared, changed and perhaps ended; some fall due far ahead."""
    closed = chance.uniform(0, 100)
    known = {
        "position_id": position_id(chance.choice(POSITIONS)), "attempt": chance.choice([1, 2]), "closed_at": at(closed),
        "reason": chance.choice(["salary", "timing"]),
    }  # fmt: skip
    changes = ["appeared", "changed", "ended"][: chance.randint(1, 3)]
    return [
        history.again("return_plan.changed", who, closed, **known, change=change, due_at=chance.choice([None, at(150), at(3000)]))
        for change in changes
    ]


def queue(history: History, chance: random.Random, who: str) -> list[Event]:
    """What happened to somebody's item."""
    day, item = chance.uniform(0, 200), {"item_id": person(who)}
    plans = [
        {"position_id": position_id("ats:a"), "reason": "salary", "trigger": chance.choice(["time", "signal"])}
        for _ in range(chance.randint(0, 3))
    ]
    done = chance.choice([
        history.again("queue_item.completed", who, day, **item, recruiter="maria", outcome="contacted"),
        history.again("queue_item.dismissed", who, day, **item, recruiter="tom"),
        history.again("queue_item.snoozed", who, day, **item, recruiter="tom", until=at(day + 9)),
    ])  # fmt: skip
    events = [
        history.again("queue_item.fell_due", who, day, **item, plans=plans, due_at=at(day), reasons=["salary"], priority=5),
        history.again("queue_item.claimed", who, day, **item, recruiter="maria", lease_expires_at=at(day + 1)),
        done,
    ]
    if chance.random() < 0.3:
        taken_back = {"event_id": done.id, "recruiter": "tom", "lease_expires_at": at(day + 1)}
        events.append(history.again("queue_item.restored", who, day, **item, **taken_back))
    return events


def said(history: History, chance: random.Random, who: str) -> list[Event]:
    """What somebody said of us, some of it taken back by id or by its type."""
    day = chance.uniform(0, 200)
    found = [history.fact("candidate.rated_us", who, day, score=chance.randint(0, 10), name=f"rated {who} {day}")]
    found.append(history.fact("candidate.rated_us", who, day + chance.choice([0, 3]), score=chance.randint(0, 10)))
    found.append(history.fact(f"candidate.{chance.choice(['unsubscribed', 'complained'])}", who, day, channel="email"))
    if chance.random() < 0.3:
        found.append(history.fact("event.retracted", who, day + 1, source="ats", id=f"rated {who} {day}"))
    if chance.random() < 0.3:
        found.append(history.fact("event.retracted", who, day + chance.choice([1, 4]), type="rekindle.candidate.rated_us"))
    return found


def team(seed: int, people: int) -> list[Event]:
    """Everything about some people, in the order in which each stream's events were sent."""
    chance, history = random.Random(seed), History()
    events = [history.position("ats:a", sponsor="acme"), history.position("ats:b", sponsor="globex")]
    for number in range(people):
        who = f"person-{number}"
        known = {
            "level": chance.choice(["senior", "mid"]), "country": chance.choice(["DE", "FR"]), "tier": "warm",
            "skills": chance.sample(["python", "sql"], chance.randint(0, 2)),
        }  # fmt: skip
        events += [history.known(who, **known, market_status=chance.choice(STATUSES)) for _ in range(chance.randint(1, 3))]
        for made in (obligation, breach):
            events += made(history, chance, who, number)
        events += [*plan(history, chance, who), *queue(history, chance, who), *said(history, chance, who)]
    return [*events, history.belongs("person-1", "person-2"), history.erased("person-3")]


@pytest.fixture
async def oracle(analytics: Sessions) -> ItemOracle:
    """The same events in the service's database, in batches and some of them twice, and in the oracle."""
    events = team(11, 60)
    for start in range(0, len(events), 97):
        await deliver(analytics, *events[start : start + 97], now=NOW)
    return ItemOracle(events, ZONE)


async def ask(api: httpx.AsyncClient, metric: str, **parameters: Any) -> dict[tuple[str | None, ...], Any]:
    """What the service answers, in the oracle's form."""
    answer = await api.get(f"/v1/analytics/metrics/{metric}", params=parameters | {"limit": "10000"})
    assert answer.status_code == 200, (metric, parameters, answer.text)
    rows = answer.json()["rows"]
    grouped = parameters["group_by"].split(",") if "group_by" in parameters else []
    own = [key for row in rows[:1] for key in row["key"] if key not in grouped]
    return {
        (*(row["key"][name] for name in grouped), row["key"][own[0]] if own else None): (row["value"], row["n"])
        for row in rows
        if row["n"]
    }


@pytest.mark.parametrize("view", ["cohort", "activity"])
async def test_every_metric_of_items_by_its_dimensions(api: httpx.AsyncClient, oracle: ItemOracle, view: str) -> None:
    now, answered = datetime.now(UTC).replace(minute=0, second=0, microsecond=0), 0
    for metric in ITEM_METRICS:
        pairs = [(), *((name,) for name in metric.dimensions), ("level", metric.dimensions[-1])]
        for group_by in pairs:
            if len(set(group_by)) < len(group_by):
                continue
            named = {"group_by": ",".join(group_by)} if group_by else {}
            expected = oracle.ask(metric.name, view, now, group_by)
            found = await ask(api, metric.name, view=view, **named)
            assert differences(found, expected) == {}, (metric.name, group_by)
            answered += bool(expected)
        assert oracle.ask(metric.name, view, now), f"{metric.name} has something to count"
    assert answered > 60


@pytest.mark.parametrize("view", ["cohort", "activity"])
async def test_filters_and_spans_of_metrics_of_items(api: httpx.AsyncClient, oracle: ItemOracle, view: str) -> None:
    now, chance = datetime.now(UTC).replace(minute=0, second=0, microsecond=0), random.Random(view)
    values = {
        "position": [str(position_id("ats:a")), str(position_id("ats:b"))], "recruiter": ["maria", "tom"],
        "channel": ["email", "phone"], "sponsor": ["acme", "globex"], "skill": ["python", "sql"], "level": ["senior", "mid"],
        "location": ["DE", "FR"], "tier": ["warm", "pool"], "market_status": ["passive", "open"],
    }  # fmt: skip
    for metric in ITEM_METRICS:
        since, before = at(chance.randint(0, 60)), at(chance.randint(100, 180))
        possible = sorted(values.keys() & set(metric.dimensions))
        filters = [(name, values[name][: chance.randint(1, 2)]) for name in chance.sample(possible, 2)]
        expected = oracle.ask(metric.name, view, now, (), filters, (since, before))
        span = {"from": since.isoformat(), "to": before.isoformat()}
        assert differences(await ask(api, metric.name, view=view, **dict(filters), **span), expected) == {}, (metric, filters)


async def test_members_of_items_are_those_that_were_counted(api: httpx.AsyncClient, oracle: ItemOracle) -> None:
    for metric in ITEM_METRICS:
        if metric.adds_up.kind != "count":
            continue
        counted = sum(value for value, _ in (await ask(api, metric.name)).values())
        found: list[dict[str, Any]] = []
        cursor: dict[str, str] = {}
        while True:
            page = (await api.get(f"/v1/analytics/metrics/{metric.name}/members", params={"limit": "7", **cursor})).json()
            found += page["items"]
            if page["next_cursor"] is None:
                break
            cursor = {"cursor": page["next_cursor"]}
        assert sum(len(one["adds"]) for one in found) >= counted, metric.name
        assert len({(one["person_id"], one["item_id"]) for one in found}) == len(found)
        assert found, metric.name


@pytest.mark.parametrize(
    ("metric", "parameters", "field"),
    [
        ("people", {"recruiter": "maria"}, "recruiter"), ("breaches", {"group_by": "via"}, "group_by"),
        ("waiting", {"until": (datetime.now(UTC) - timedelta(days=1)).isoformat()}, "until"),
    ],
)  # fmt: skip
async def test_what_items_do_not_have_is_refused(
    api: httpx.AsyncClient, metric: str, parameters: dict[str, str], field: str
) -> None:
    answer = await api.get(f"/v1/analytics/metrics/{metric}", params=parameters)

    assert answer.status_code == 422
    assert [error["field"] for error in answer.json()["errors"]] == [field]


def test_the_oracle_knows_every_metric_of_items() -> None:
    assert {metric.name for metric in METRICS if not metric.looks_back} - {"soft_nos_unplanned"} == ITEM_PARTS.keys()
    assert all(name in BY_NAME for metric in ITEM_METRICS for name in metric.dimensions)
    assert len(DIMENSIONS) > len(ITEM_METRICS[0].dimensions)
