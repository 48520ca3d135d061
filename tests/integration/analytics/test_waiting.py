"""Reading your own writes: after= and wait=, and the same for a whole batch."""

import asyncio
from typing import Any
from uuid import uuid4

import httpx
from sqlalchemy import text

from services.analytics.domain.projector import GROUP
from shared.db.engine import Sessions
from shared.events import Topic
from tests.unit.analytics.histories import person

FUNNEL = "/v1/analytics/positions/ats:1/funnel"


async def reach(sessions: Sessions, topic: Topic, stream: object, sequence: int) -> None:
    """Say that the projector has applied a stream up to a sequence."""
    async with sessions.begin() as session:
        await session.execute(
            text(
                "INSERT INTO inbox_heads (group_name, topic, stream, sequence, shard) "
                "VALUES (:group, :topic, :stream, :sequence, 0) "
                "ON CONFLICT (group_name, topic, stream) DO UPDATE SET sequence = excluded.sequence"
            ),
            {"group": GROUP, "topic": topic, "stream": stream, "sequence": sequence},
        )


async def test_what_is_counted_is_not_waited_for(api: httpx.AsyncClient, analytics: Sessions) -> None:
    ada = person("ada")
    for topic in (Topic.ENGAGEMENT, Topic.CANDIDATES, Topic.POSITIONS):
        await reach(analytics, topic, ada, 7)

    answer = await api.get(FUNNEL, params={"after": f"{ada}:7,candidate:{ada}:3,position:{ada}:7", "wait": "0"})

    assert answer.status_code == 200


async def test_it_answers_as_soon_as_everything_is_counted(api: httpx.AsyncClient, analytics: Sessions) -> None:
    ada = person("ada")
    waiting = asyncio.create_task(api.get(FUNNEL, params={"after": f"{ada}:2", "wait": "60"}))
    await reach(analytics, Topic.ENGAGEMENT, ada, 1)
    assert not waiting.done()

    await reach(analytics, Topic.ENGAGEMENT, ada, 2)

    assert (await asyncio.wait_for(waiting, 5)).status_code == 200


async def test_what_is_missing_is_named_when_the_time_is_over(api: httpx.AsyncClient, analytics: Sessions) -> None:
    ada, ben = person("ada"), person("ben")
    await reach(analytics, Topic.ENGAGEMENT, ada, 3)

    answer = await api.get(FUNNEL, params={"after": f"{ada}:3,{ada}:4,{ben}:1", "wait": "0.05"})

    assert answer.status_code == 504
    assert answer.json()["code"] == "not_counted_yet"
    assert answer.json()["missing"] == [f"{ada}:4", f"{ben}:1"]


async def test_many_who_wait_at_once_are_each_told_of_their_own(api: httpx.AsyncClient, analytics: Sessions) -> None:
    people = [person(f"person-{number}") for number in range(60)]
    waiting = [asyncio.create_task(api.get(FUNNEL, params={"after": f"{one}:1", "wait": "3"})) for one in people]

    for one in people[:40]:
        await reach(analytics, Topic.ENGAGEMENT, one, 1)
    answers = await asyncio.gather(*waiting)

    assert [answer.status_code for answer in answers] == [200] * 40 + [504] * 20
    assert answers[-1].json()["missing"] == [f"{people[-1]}:1"]


async def test_a_batch_is_waited_for(api: httpx.AsyncClient, analytics: Sessions) -> None:
    ada = person("ada")
    await reach(analytics, Topic.ENGAGEMENT, ada, 2000)
    after = [f"{ada}:{number}" for number in range(1, 2001)]

    counted = await api.post("/v1/analytics/wait", json={"after": after, "wait": 1})
    missing = await api.post("/v1/analytics/wait", json={"after": [*after, f"{uuid4()}:1"], "wait": 0})

    assert (counted.status_code, counted.json()) == (200, {"counted": 2000})
    assert missing.status_code == 504
    assert missing.json()["missing_count"] == 1


async def test_every_analytics_call_waits(api: httpx.AsyncClient) -> None:
    after = {"after": f"{person('nobody')}:1", "wait": "0"}

    for path in (FUNNEL, "/v1/analytics/funnel", "/v1/analytics/metrics"):
        assert (await api.get(path, params=after)).status_code == 504, path


async def test_what_cannot_be_waited_for_is_refused(api: httpx.AsyncClient) -> None:
    ada = person("ada")
    for after in [
        "",
        "nonsense",
        f"{ada}",
        f"{ada}:",
        f"{ada}:-1",
        f"{ada}:1.5",
        f"{ada}:٣",
        f"job:{ada}:1",
        f"ats:{ada}:1",
        f"{ada}:1,",
    ]:
        answer = await api.get(FUNNEL, params={"after": after})
        assert answer.status_code == 422, after
        assert answer.json()["errors"][0]["field"].startswith("after")
    for wait in ("61", "-1", "nan", "soon"):
        assert (await api.get(FUNNEL, params={"wait": wait})).status_code == 422, wait
    wrong: list[Any] = [
        {},
        {"after": "text"},
        {"after": [1]},
        {"after": ["x"]},
        {"after": [], "wait": 61},
        {"after": [], "more": 1},
        [],
    ]
    for body in wrong:
        assert (await api.post("/v1/analytics/wait", json=body)).status_code == 422, body
