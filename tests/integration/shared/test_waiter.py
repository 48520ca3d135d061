"""Waiting until consumers have applied what a client names."""

import asyncio
from itertools import pairwise
from uuid import UUID, uuid4

import pytest
from sqlalchemy import text

from shared.db.engine import Sessions
from shared.events import Topic
from shared.inbox import repository, waiter
from shared.inbox.waiter import Awaited, NotCountedYet, ProjectionWaiter
from tests.waiting import eventually

GROUPS = {Topic.ENGAGEMENT: "own", Topic.CANDIDATES: "records"}


def place(topic: Topic, stream: UUID, sequence: int) -> Awaited:
    """A place in a stream, as a client names it."""
    return Awaited(topic, stream, sequence, f"{stream}:{sequence}")


async def reach(sessions: Sessions, group: str, topic: Topic, stream: UUID, sequence: int) -> None:
    """Say that a group has applied a stream up to a sequence."""
    async with sessions.begin() as session:
        await repository.store(session, group, {(topic.value, stream): (sequence, 0)}, {})


async def test_each_topic_is_waited_for_in_its_own_group(engagement: Sessions) -> None:
    ada = uuid4()
    room = ProjectionWaiter(engagement, GROUPS)
    await reach(engagement, "own", Topic.ENGAGEMENT, ada, 5)
    await reach(engagement, "own", Topic.CANDIDATES, ada, 5)  # another group's heads say nothing about this topic

    await room.wait([place(Topic.ENGAGEMENT, ada, 5)], seconds=0)
    with pytest.raises(NotCountedYet) as missing:
        await room.wait([place(Topic.CANDIDATES, ada, 5)], seconds=0)
    await reach(engagement, "records", Topic.CANDIDATES, ada, 6)

    await room.wait([place(Topic.CANDIDATES, ada, 5)], seconds=0)
    assert missing.value.extra["missing"] == [f"{ada}:5"]


async def test_it_looks_seldom_for_who_waits_long_and_never_when_nobody_waits(
    engagement: Sessions, monkeypatch: pytest.MonkeyPatch
) -> None:
    looks: list[float] = []
    own = waiter.not_reached

    async def counted(*arguments: object) -> set[Awaited]:
        looks.append(asyncio.get_running_loop().time())
        return await own(*arguments)  # type: ignore[arg-type]  # what the waiter asks with

    monkeypatch.setattr(waiter, "not_reached", counted)
    room = ProjectionWaiter(engagement, GROUPS)
    ada = uuid4()
    waiting = asyncio.create_task(room.wait([place(Topic.ENGAGEMENT, ada, 1)], seconds=30))
    await eventually(lambda: asyncio.sleep(0, len(looks)), lambda count: count > 25)
    gaps = [later - earlier for earlier, later in pairwise(looks)]
    await reach(engagement, "own", Topic.ENGAGEMENT, ada, 1)
    await waiting

    assert min(gaps[-3:]) > waiter.LOOK_AT_LEAST_EVERY * 0.9
    assert room._looking is not None
    await asyncio.wait_for(room._looking, 5)


async def test_a_fault_of_the_database_ends_the_wait(engagement: Sessions) -> None:
    room = ProjectionWaiter(engagement, GROUPS)
    waiting = asyncio.create_task(room.wait([place(Topic.ENGAGEMENT, uuid4(), 1)], seconds=30))
    async with engagement.begin() as session:
        await session.execute(text("ALTER TABLE inbox_heads RENAME TO inbox_heads_gone"))
    try:
        with pytest.raises(Exception, match="inbox_heads"):
            await asyncio.wait_for(waiting, 10)
    finally:
        async with engagement.begin() as session:
            await session.execute(text("ALTER TABLE inbox_heads_gone RENAME TO inbox_heads"))

    with pytest.raises(NotCountedYet):
        await room.wait([place(Topic.ENGAGEMENT, uuid4(), 1)], seconds=0)
