"""Dead letters over HTTP: they are listed without their values, applied once, and set aside with a reason."""

from collections.abc import AsyncIterator, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import uuid4

import httpx
import pytest
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from shared.db.engine import Sessions
from shared.events import Event, PositionChanged, Topic
from shared.inbox.repository import headers_to_json
from shared.kafka.consumer import Subscription
from shared.security.token_issuer import ensure_keys, issue_token
from shared.settings import SharedSettings
from shared.web.app import create_service_app
from shared.web.dead_letters import dead_letters_router

GROUP = "analytics.versions"
PATH = "/v1/analytics/dead-letters"


class Versions:
    """A handler that can be made to fail."""

    def __init__(self) -> None:
        self.fails = False
        self.applied: list[int | None] = []

    async def __call__(self, _session: AsyncSession, events: Sequence[Event]) -> None:
        if self.fails:
            raise ValueError("Ada Byron, ada@example.org")
        self.applied += [event.sequence for event in events]


@pytest.fixture
def versions() -> Versions:
    return Versions()


@pytest.fixture
async def asking(analytics: Sessions, versions: Versions, tmp_path: Path) -> AsyncIterator[httpx.AsyncClient]:
    """A client of a service that has a handler of its own, with the scope admin."""
    ensure_keys(tmp_path)
    router = dead_letters_router("analytics", [Subscription(GROUP, (Topic.POSITIONS,), versions)])
    settings = SharedSettings.model_validate({"jwks_file": tmp_path / "jwks.json", "deployment": "here"})
    app = create_service_app(name="analytics", title="a", description="", routers=[router], settings=settings)
    app.state.sessions = analytics
    token = issue_token(tmp_path, issuer="here", name="owner", scopes=["admin"], expires_in=timedelta(hours=1))
    headers = {"Authorization": f"Bearer {token}"}
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://service", headers=headers) as client:
        yield client


async def dead_letter(sessions: Sessions, *, group: str = GROUP, sequence: int = 1) -> int:
    """A record in the dead letters; its number."""
    data = PositionChanged(position_id=uuid4())
    event = Event.of(
        data, id=uuid4(), source="rekindle", subject=data.position_id, sequence=sequence, time=datetime(2026, 1, 1, tzinfo=UTC)
    )
    insert = text(
        "INSERT INTO dead_letters (group_name, topic, partition, record_offset, record_id, error, headers, value, left_hole) "
        "VALUES (:group, :topic, 0, :offset, :record, "
        "E'a traceback\\n\\nValueError() at here:1', cast(:headers AS jsonb), :value, true) "
        "RETURNING id"
    )
    values = {"group": group, "topic": Topic.POSITIONS, "offset": sequence, "record": str(event.id), "value": event.value}
    async with sessions.begin() as session:
        number = await session.scalar(insert, {**values, "headers": headers_to_json(event.headers())})
    return int(number)


async def listed(asking: httpx.AsyncClient) -> list[dict[str, Any]]:
    items: list[dict[str, Any]] = (await asking.get(PATH)).json()["items"]
    return items


async def test_what_waits_is_listed_page_by_page_without_values(asking: httpx.AsyncClient, analytics: Sessions) -> None:
    numbers = [await dead_letter(analytics, sequence=sequence) for sequence in (1, 2, 3)]

    first = (await asking.get(PATH, params={"limit": 2})).json()
    second = (await asking.get(PATH, params={"limit": 2, "cursor": first["next_cursor"]})).json()

    items = [*first["items"], *second["items"]]
    assert [one["number"] for one in items] == numbers
    assert second["next_cursor"] is None
    assert (items[0]["type"], items[0]["error"]) == ("rekindle.position.changed", "ValueError() at here:1")
    assert "value" not in items[0]


async def test_one_is_applied_once(asking: httpx.AsyncClient, analytics: Sessions, versions: Versions) -> None:
    number = await dead_letter(analytics)

    first = await asking.post(f"{PATH}/{number}/replay")
    again = await asking.post(f"{PATH}/{number}/replay")

    assert (first.status_code, first.json()) == (200, {"number": number, "status": "replayed"})
    assert (again.status_code, again.json()["code"]) == (409, "dead_letter_stays")
    assert "was replayed at" in again.json()["detail"]
    assert versions.applied == [1]
    assert await listed(asking) == []


async def test_what_still_fails_stays_and_the_answer_holds_no_value(
    asking: httpx.AsyncClient, analytics: Sessions, versions: Versions
) -> None:
    number = await dead_letter(analytics)
    versions.fails = True

    answer = await asking.post(f"{PATH}/{number}/replay")

    assert answer.status_code == 409
    assert "ValueError" in answer.json()["detail"]
    assert "Ada" not in answer.text
    assert [one["number"] for one in await listed(asking)] == [number]


async def test_a_group_that_nobody_serves_is_said(asking: httpx.AsyncClient, analytics: Sessions) -> None:
    answer = await asking.post(f"{PATH}/{await dead_letter(analytics, group='analytics.gone')}/replay")

    assert (answer.status_code, answer.json()["detail"].partition(":")[0]) == (
        409,
        "No part applies the records of this group from here",
    )


async def test_one_is_set_aside_with_a_reason_for_good(asking: httpx.AsyncClient, analytics: Sessions) -> None:
    number = await dead_letter(analytics)

    blank = await asking.post(f"{PATH}/{number}/discard", json={"reason": "  "})
    done = await asking.post(f"{PATH}/{number}/discard", json={"reason": "made by a test"})
    replayed = await asking.post(f"{PATH}/{number}/replay")

    assert (blank.status_code, done.json()) == (422, {"number": number, "status": "discarded"})
    assert "made by a test" in replayed.json()["detail"]
    assert await listed(asking) == []


async def test_one_that_is_not_there_is_not_found(asking: httpx.AsyncClient) -> None:
    answers = [
        await asking.post(f"{PATH}/9/{what}", json=body) for what, body in (("replay", None), ("discard", {"reason": "x"}))
    ]

    assert [one.status_code for one in answers] == [404, 404]
