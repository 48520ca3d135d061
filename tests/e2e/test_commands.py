"""The commands for after a loss or a fault, on the running stack: nothing lost means nothing changed."""

import json
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

import httpx
import pytest
from sqlalchemy import text

from rekindle.embedded.stack import Stack
from shared.db.engine import connect
from shared.events import Event, RelayReported, Topic
from shared.inbox.repository import headers_to_json
from tests.e2e.test_replay import rekindle
from tests.waiting import eventually


@pytest.fixture
async def position(api: httpx.AsyncClient) -> str:
    """A position with one candidate who was contacted, counted."""
    name = f"commands:{uuid4().hex[:12]}"
    await api.patch(f"/v1/positions/{name}", json={"title": "Engineer", "status": "open"})
    event = {
        "source": "commands",
        "id": uuid4().hex,
        "type": "rekindle.pursuit.contacted",
        "subject": name,
        "time": (datetime.now(UTC) - timedelta(days=3)).isoformat(),
        "data": {"position": name, "channel": "email"},
    }
    after = (await api.post("/v1/events", json=event)).json()["after"]
    waited = await api.post("/v1/analytics/wait", json={"after": [after], "wait": 10})
    assert waited.status_code == 200, waited.text
    return name


async def funnel_of(api: httpx.AsyncClient, position: str) -> Any:
    funnel = (await api.get(f"/v1/analytics/positions/{position}/funnel?wait=10")).json()
    return funnel["stages"], funnel["outcomes"]


async def answer_of(stack: Stack, *arguments: str) -> Any:
    done = await rekindle(stack, *arguments, "--json")
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


async def test_republishing_what_was_not_lost_changes_nothing(stack: Stack, api: httpx.AsyncClient, position: str) -> None:
    before = await funnel_of(api, position)

    counts = await answer_of(stack, "republish")

    assert set(counts) == {topic.value for topic in Topic if topic is not Topic.CONTROL}
    assert counts["rekindle.engagement.v1"] >= 1
    assert counts["rekindle.positions.v1"] >= 1
    assert await funnel_of(api, position) == before
    assert (await answer_of(stack, "rebuild", "analytics", "--check"))["counters_wrong"] == 0


async def test_who_comes_in_is_compared_and_a_scan_compares_everybody(stack: Stack, api: httpx.AsyncClient) -> None:
    name = uuid4().hex
    for source in ("scan-one", "scan-two"):
        twice = {"name": f"Ada {name}", "emails": [f"{name}@example.org"]}
        assert (await api.patch(f"/v1/candidates/{source}:{name}", json=twice)).status_code == 201

    async def suspected() -> list[Any]:
        found = await api.get("/v1/duplicates", params={"candidate": f"scan-one:{name}"})
        return list(found.raise_for_status().json()["items"])

    (pair,) = await eventually(suspected)
    outcome = await answer_of(stack, "duplicates", "scan")

    assert outcome["compared"] >= 2
    assert await suspected() == [pair]
    assert pair["judgement"] == "likely"


async def test_one_topic_alone_can_be_republished(stack: Stack, position: str) -> None:
    assert list(await answer_of(stack, "republish", "--topic", "rekindle.positions.v1")) == ["rekindle.positions.v1"]


async def test_rebuilding_gives_what_was_there(stack: Stack, api: httpx.AsyncClient, position: str) -> None:
    before = await funnel_of(api, position)

    outcome = await answer_of(stack, "rebuild", "analytics")

    assert outcome["pursuits"] >= 1
    assert (outcome["attempts_wrong"], outcome["counters_wrong"]) == (0, 0)
    assert await funnel_of(api, position) == before


async def test_rebuilding_mends_what_was_damaged(stack: Stack, api: httpx.AsyncClient, position: str) -> None:
    before = await funnel_of(api, position)
    sessions = connect(stack.env["ANALYTICS_DATABASE_URL"], pool_size=1)
    async with sessions.begin() as session:
        some = "SELECT position_id FROM attempts LIMIT 1"
        damaged = await session.execute(text(f"DELETE FROM attempts WHERE position_id IN ({some})"))
        assert getattr(damaged, "rowcount", 0) >= 1
    await sessions.close()

    checked = await rekindle(stack, "rebuild", "analytics", "--check")
    rebuilt = await answer_of(stack, "rebuild", "analytics")

    assert checked.returncode == 1
    assert "nothing was changed" in checked.stdout
    assert rebuilt["attempts_wrong"] >= 1
    assert (await answer_of(stack, "rebuild", "analytics", "--check"))["attempts_wrong"] == 0
    assert await funnel_of(api, position) == before


async def test_the_queue_can_be_computed_anew(stack: Stack, api: httpx.AsyncClient, position: str) -> None:
    before = (await api.get("/v1/queue?limit=200")).json()["items"]

    assert (await answer_of(stack, "rebuild", "queue"))["streams"] >= 1

    assert (await api.get("/v1/queue?limit=200")).json()["items"] == before


async def put_aside(stack: Stack, event: Event, *, value: bytes | None = None) -> int:
    """A dead letter as the consume loop leaves one; returns its number."""
    sessions = connect(stack.env["ANALYTICS_DATABASE_URL"], pool_size=1)
    try:
        async with sessions.begin() as session:
            number = await session.scalar(
                text(
                    "INSERT INTO dead_letters "
                    "(group_name, topic, partition, record_offset, record_id, headers, value, error, left_hole) VALUES "
                    "('analytics.producers', :topic, 0, :offset, :id, CAST(:headers AS jsonb), :value, 'ValueError: no', false) "
                    "RETURNING id"
                ),
                {
                    "topic": Topic.CONTROL.value,
                    "offset": uuid4().int % 10**12,
                    "id": event.id,
                    "headers": headers_to_json(event.headers()),
                    "value": event.value if value is None else value,
                },
            )
    finally:
        await sessions.close()
    assert number is not None
    return int(number)


def report() -> Event:
    now = datetime.now(UTC)
    data = RelayReported(service="engagement", backlog=0, oldest_at=None)
    return Event.of(data, id=uuid4(), source="rekindle", subject=None, sequence=None, time=now)


async def test_a_dead_letter_is_listed_shown_and_replayed_once(stack: Stack) -> None:
    number = f"analytics:{await put_aside(stack, report())}"

    listed = await answer_of(stack, "dead-letters", "list", "--service", "analytics")
    shown = await answer_of(stack, "dead-letters", "show", number)
    first = await rekindle(stack, "dead-letters", "replay", number)
    second = await rekindle(stack, "dead-letters", "replay", number)

    assert number in [letter["number"] for letter in listed]
    assert shown["group"] == "analytics.producers"
    assert json.loads(shown["value"])["service"] == "engagement"
    assert (first.returncode, first.stdout) == (0, "1 replayed, 0 not.\n")
    assert second.returncode == 1
    assert "was replayed at" in second.stderr
    assert number not in [letter["number"] for letter in (await answer_of(stack, "dead-letters", "list"))]


async def test_what_still_cannot_be_read_stays_until_it_is_discarded(stack: Stack) -> None:
    number = await put_aside(stack, report(), value=b"\xff")

    done = await rekindle(stack, "dead-letters", "replay", "--all")
    discarded = await rekindle(stack, "dead-letters", "discard", f"analytics:{number}", "--reason", "written by a test")

    assert done.returncode == 1
    assert f"analytics:{number}: dead letter {number} still cannot be read" in done.stderr
    assert discarded.returncode == 0, discarded.stderr
    assert f"analytics:{number}" not in [letter["number"] for letter in await answer_of(stack, "dead-letters", "list")]
    shown = await answer_of(stack, "dead-letters", "show", f"analytics:{number}")
    assert shown["discard_reason"] == "written by a test"


async def test_a_dead_letter_that_is_not_there_is_a_problem(stack: Stack) -> None:
    done = await rekindle(stack, "dead-letters", "show", "analytics:99999999")

    assert done.returncode == 1
    assert done.stderr == "Error: There is no dead letter with the number 99999999\n"
