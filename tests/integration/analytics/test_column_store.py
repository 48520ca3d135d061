"""The copy of the attempts in memory says what SQL says over the rows, whatever changed in between."""

import asyncio
import random
import threading
from collections.abc import Callable

import httpx
import pytest

from services.analytics.domain import column_funnels
from services.analytics.domain import columns as columns_module
from services.analytics.domain.columns import Columns
from services.analytics.storage import funnels
from services.analytics.use_cases.column_store import ColumnStore
from shared.db.engine import Sessions
from shared.events import Event
from shared.ids import position_id
from tests.integration.analytics.deliveries import deliver
from tests.integration.analytics.test_metrics_by_oracle import NOW, year
from tests.unit.analytics.histories import POSITION, History, at

QUESTIONS = [
    ("reached", {"group_by": "recruiter"}), ("outcomes", {"group_by": "skill,position"}), ("median_hours", {"group_by": "level"}),
    ("declines", {"view": "activity", "group_by": "period", "from": "2026-04-01"}), ("hire_rate", {"group_by": "sponsor"}),
    ("from_previous", {"skill": "python", "to": "2026-09-01"}), ("returned", {"view": "activity", "sponsor": "acme"}),
    ("median_hours", {}), ("p90_hours", {"group_by": "skill"}), ("median_hours", {"group_by": "sponsor", "limit": "1"}),
    ("recorded", {"group_by": "position", "view": "activity"}), ("reached", {"group_by": "skill"}), ("outcomes", {}),
    ("known_hires", {"group_by": "recruiter"}), ("known_hires", {"group_by": "skill,attempt", "view": "activity"}),
    ("known_hires", {"group_by": "period", "from": "2026-04-01"}), ("soft_nos_unplanned", {"group_by": "position"}),
    ("soft_nos_unplanned", {"group_by": "level", "view": "activity", "to": "2026-09-01"}), ("soft_nos_unplanned", {}),
    ("contact_pressure", {}), ("contact_pressure", {"group_by": "skill"}), ("contact_pressure", {"level": "senior"}),
    ("contact_pressure", {"group_by": "period", "period": "week", "view": "activity"}),
    ("people", {}), ("people", {"group_by": "level", "view": "activity"}), ("pool_yield", {"group_by": "skill"}),
    ("pool_yield", {"market_status": "active", "group_by": "location"}), ("stale_records", {"group_by": "tier"}),
    ("stale_records", {"group_by": "period", "view": "activity"}), ("stale_records", {"to": "2026-09-01", "group_by": "level"}),
]  # fmt: skip
DETAILS = ("known_hires", "soft_nos_unplanned")
FUNNELS: list[dict[str, str]] = [
    {}, {"view": "activity"}, {"skill": "python", "from": "2026-04-01"}, {"group_by": "skill"},
    {"group_by": "period", "period": "week"},
    {"group_by": "recruiter", "view": "activity", "to": "2026-09-01"}, {"group_by": "position"},
    {"sponsor": "acme", "limit": "1"},
]  # fmt: skip


async def differing(api: httpx.AsyncClient, without_memory: httpx.AsyncClient) -> list[str]:
    """The questions that are answered otherwise from memory than by SQL."""
    found = []
    for path, parameters in [
        *((f"metrics/{name}", asked) for name, asked in QUESTIONS),
        *(("funnel", asked) for asked in FUNNELS),
    ]:
        answers = [await one.get(f"/v1/analytics/{path}", params=parameters) for one in (api, without_memory)]
        assert [one.status_code for one in answers] == [200, 200], answers[0].text
        of_memory, of_rows = ({**one.json(), "as_of": None, "freshness": None} for one in answers)
        if of_memory != of_rows:
            found.append(f"{path} {parameters}")
    return found


@pytest.mark.parametrize("spare", [200_000, 3], ids=["", "compacted"])
@pytest.mark.parametrize("exact_up_to", [1000, 0], ids=["", "in_buckets"])
async def test_the_copy_follows_every_change(
    api: httpx.AsyncClient,
    without_memory: httpx.AsyncClient,
    analytics: Sessions,
    spare: int,
    exact_up_to: int,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(columns_module, "SPARE", spare)
    for one in (column_funnels, funnels):
        monkeypatch.setattr(one, "EXACT_UP_TO", exact_up_to)
    history = History(made=10_000)
    events = year(11, 40)
    random.Random(3).shuffle(events)
    later = [
        [history.position("ats:a", sponsor="initech")],  # sequences begin anew: the projector itself does not look at them
        [history.known("person-3", level="staff", skills=["rust"]), history.known("person-4", level=None)],
        [history.belongs("person-5", "person-6"), history.belongs("person-7", "person-6")],
        [history.belongs("person-5", "person-5"), history.erased("person-8")],
        [history.position("ats:c", sponsor="globex", closed=30)],
    ]

    for some in [*(events[start : start + 25] for start in range(0, len(events), 25)), *later]:
        await deliver(analytics, *some, now=NOW)
        assert await differing(api, without_memory) == []


async def test_hires_and_soft_nos_follow_what_lies_outside_their_own_pursuit(
    api: httpx.AsyncClient, without_memory: httpx.AsyncClient, analytics: Sessions
) -> None:
    """An earlier fact of the person, with a position or without, of another stream or not; and a plan that is announced."""
    history = History()
    people = ("ada", "ben", "cleo", "dan")
    hires = [history.fact(*one) for who in people for one in (("contacted", who, 290.0), ("hired", who, 300.0))]
    soft_nos = [history.fact("declined", who, 5, reason="salary") for who in ("eve", "fay")]
    plan = {"position_id": position_id(POSITION), "attempt": 1, "closed_at": at(5), "reason": "salary", "due_at": at(150)}
    steps: list[tuple[list[Event], int, int]] = [
        ([*hires, *soft_nos], 0, 2),
        ([history.fact("candidate.rated_us", "ada", 3, score=7)], 1, 2),
        ([history.fact("applied", "ben", 4, position="ats:b")], 2, 2),
        ([history.fact("candidate.rated_us", "old", 3, score=7)], 2, 2),
        ([history.belongs("old", "cleo")], 3, 2),
        ([history.again("return_plan.changed", "eve", 5, **plan, change="appeared")], 3, 1),
        ([history.fact("applied", "fay", 9)], 3, 0),
        ([history.belongs("old", "old")], 2, 0),
    ]

    for number, (events, known, unplanned) in enumerate(steps):
        await deliver(analytics, *events, now=NOW)
        for one in (api, without_memory):
            found = [(await one.get(f"/v1/analytics/metrics/{name}")).json()["rows"][0] for name in DETAILS]
            assert [round(found[0]["value"] * found[0]["n"]), found[1]["value"]] == [known, unplanned], (number, one is api)


async def test_a_position_of_which_only_facts_are_known_has_no_sponsor(api: httpx.AsyncClient, analytics: Sessions) -> None:
    history = History()
    await deliver(analytics, history.fact("contacted"), history.position(sponsor="acme"), now=NOW)

    async def sponsors() -> set[str | None]:
        rows = (await api.get("/v1/analytics/metrics/unanswered", params={"group_by": "sponsor"})).json()["rows"]
        return {row["key"]["sponsor"] for row in rows}

    assert await sponsors() == {"acme"}
    await deliver(analytics, history.fact("contacted", "ben", position="ats:new"), now=NOW)
    assert await sponsors() == {"acme", None}


async def test_only_what_changed_is_read_again(api: httpx.AsyncClient, analytics: Sessions) -> None:
    history = History()
    await deliver(analytics, *(history.fact("contacted", f"p{number}") for number in range(5)), now=NOW)
    assert (await api.get("/v1/analytics/metrics/reached")).status_code == 200
    store = api._transport.app.state.columns  # type: ignore[attr-defined]  # the application of this client
    before = len(store._columns)

    await deliver(analytics, history.fact("responded", "p3", 1), now=NOW)
    answer = await api.get("/v1/analytics/metrics/reached")

    assert {row["key"]["stage"]: row["n"] for row in answer.json()["rows"]}["responded"] == 1
    assert (len(store._columns), store._columns.dead) == (before + 1, 1)


async def test_a_copy_that_would_be_too_large_is_not_held(without_memory: httpx.AsyncClient, analytics: Sessions) -> None:
    await deliver(analytics, History().fact("contacted"), now=NOW)

    answer = await without_memory.get("/v1/analytics/metrics/reached")

    assert answer.json()["rows"][1]["n"] == 1
    assert without_memory._transport.app.state.columns._columns is None  # type: ignore[attr-defined]  # as above


async def test_who_is_cancelled_leaves_the_copy_to_nobody_before_its_thread_has_ended(analytics: Sessions) -> None:
    store = ColumnStore(analytics, most_bytes=1 << 30)
    began, may_end, order = threading.Event(), threading.Event(), list[str]()

    def slow(_columns: Columns) -> None:
        began.set()
        may_end.wait(10)
        order.append("first")

    async def ask(answer: Callable[[Columns], None]) -> None:
        async with store.transaction() as session:
            await store.ask(session, answer)

    first = asyncio.create_task(ask(slow))
    await asyncio.to_thread(began.wait, 10)
    first.cancel()
    second = asyncio.create_task(ask(lambda _columns: order.append("second")))
    await asyncio.sleep(0.1)
    may_end.set()
    await asyncio.gather(first, second, return_exceptions=True)

    assert first.cancelled()
    assert order == ["first", "second"]
