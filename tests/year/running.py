"""Living through a year on a stack of its own, and holding what it answers to the model."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import datetime
from pathlib import Path

import httpx

from rekindle.embedded.stack import Stack, running
from rekindle.replay.posting import Poster
from rekindle.simulation.living import Lived, Watching, live
from rekindle.simulation.year import Year
from services.engagement.storage.due import is_anything_due
from shared import clock
from shared.db.engine import Sessions, connect
from tests.waiting import eventually
from tests.year.comparison import (
    Watched,
    against_in,
    broken_in,
    differences,
    expected,
    owed_in,
    plans_in,
    queue_in,
)


@asynccontextmanager
async def stack_with_a_clock(folder: Path) -> AsyncIterator[tuple[Stack, Path]]:
    """A stack that asks a file what time it is, and that file."""
    file = folder / "clock"
    env = {clock.VARIABLE: str(file), "ENGAGEMENT_CLOCK_SECONDS": "0.1"}
    async with running(data=folder / "stack", extra_env=env) as stack:
        yield stack, file


async def lived_as_the_model_says(
    stack: Stack, file: Path, year: Year, *, seconds: float = 60, progress: Callable[[datetime], None] = lambda _: None
) -> Lived:
    """Live through the year; fails with what differs. ``seconds``: how long what is due may take."""
    sessions = connect(stack.env["ENGAGEMENT_DATABASE_URL"], pool_size=2)
    watched, loop = Watched(), asyncio.get_running_loop()

    def set_clock(at: datetime) -> None:
        watched.journal.now = at
        clock.simulate(file, at)

    def settled(at: datetime) -> None:
        _is_same("claimed items", watched.wrong)
        asyncio.run_coroutine_threadsafe(_settled(sessions, at, seconds), loop).result()

    with httpx.Client(base_url=stack.url, headers={"Authorization": f"Bearer {stack.token}"}, timeout=60) as client:
        api = Poster(client)
        watching = Watching(
            arrived=watched.journal.take,
            acted=watched.acted,
            set_clock=set_clock,
            settled=settled,
            progress=progress,
        )
        try:
            lived = await asyncio.to_thread(live, year, api, watching)
            await asyncio.to_thread(settled, year.ends)
        finally:
            await sessions.close()
        await asyncio.to_thread(_compare, watched, api, year)
    return lived


def _compare(watched: Watched, api: Poster, year: Year) -> None:
    model = expected(watched.journal, year.ends)
    assert sum(map(bool, model.queue.values())) > year.people / 10
    assert len(frozenset().union(*model.against.values())) > 8, "too few rules of contact checks came into play"
    assert watched.triggers >= {"time", "signal", "position_opened", "obligation_overdue"}, "too few things brought people back"
    for what, wrong in (
        ("obligations", differences(model.owed, owed_in(api))),
        ("contact checks", differences(model.against, against_in(api, model.against, year.ends))),
        ("policy breaches", differences(model.broken, broken_in(api))),
        ("return plans", differences(model.plans, plans_in(api))),
        ("queue", differences(model.queue, queue_in(api))),
    ):
        _is_same(what, wrong)


def _is_same(what: str, wrong: list[str]) -> None:
    assert not wrong, "\n".join([f"{what}: {len(wrong)} differ", *wrong[:5]])


async def _settled(sessions: Sessions, now: datetime, seconds: float) -> None:
    """Return once the clock has done all that is due."""
    async with sessions.own_connection() as connection:
        await eventually(lambda: is_anything_due(connection, now), lambda due: not due, seconds=seconds)
