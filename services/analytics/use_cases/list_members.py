"""List the attempts behind a number of a metric."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from services.analytics.domain.questions import Question
from services.analytics.metrics import Metric, Quantile
from services.analytics.storage import column_feed, items, members
from services.analytics.storage.items import ItemRow
from services.analytics.storage.members import MemberRow, Place
from services.analytics.use_cases.costs import bounded
from services.analytics.use_cases.look_back import look_back
from shared.db.asyncpg_connection import driver
from shared.db.engine import Sessions
from shared.errors import Unavailable

EXPORT_SECONDS = 80
"""How long the rows of an export may take to be found; proxies wait 90 seconds for the first."""
TURN_SECONDS = 15
_HOLD = "DECLARE export NO SCROLL CURSOR WITH HOLD FOR"


async def list_members(
    sessions: Sessions,
    metric: Metric,
    question: Question,
    *,
    key: str | None,
    after: Place | None,
    limit: int,
    ghost_after: timedelta,
) -> list[MemberRow]:
    """The next attempts that contribute to the metric, and to its ``key`` where one is given; of a ratio to either side."""
    prefixes = _prefixes(metric, key)
    async with sessions.begin() as session, bounded(session):
        await look_back(session, question, ghost_after=ghost_after)
        return await members.page(session, question, prefixes, after=after, limit=limit)


async def list_items(
    sessions: Sessions,
    metric: Metric,
    question: Question,
    *,
    key: str | None,
    after: tuple[UUID, UUID] | None,
    limit: int,
    now: datetime,
    ghost_after: timedelta,
) -> Sequence[ItemRow]:
    """The same of a metric that counts items."""
    async with sessions.begin() as session, bounded(session):
        await look_back(session, question, ghost_after=ghost_after)
        source = items.source_of(metric.of, question, question.moment or now)
        return await items.page(session, question, _prefixes(metric, key), source, after=after, limit=limit)


async def all_behind(
    sessions: Sessions,
    metric: Metric,
    question: Question,
    *,
    key: str | None,
    after: Any,
    size: int,
    now: datetime,
    ghost_after: timedelta,
    turns: asyncio.Semaphore,
) -> AsyncIterator[Sequence[MemberRow | ItemRow]]:
    """All that list_members or list_items would list, ``size`` at a time, as one state of the database has them.

    The database keeps them for the connection, so that no transaction lasts for as long as somebody reads. Whoever asks while
    all ``turns`` are taken waits a moment. Raises TooCostly and Unavailable.
    """
    prefixes = _prefixes(metric, key)
    async with _turn(turns), sessions.lent() as session:
        connection = await driver(session)
        await connection.execute("BEGIN")
        await column_feed.see_one_state(session)
        async with bounded(session, EXPORT_SECONDS):
            await look_back(session, question, ghost_after=ghost_after)
            if metric.is_of_attempts:
                await members.page(session, question, prefixes, after=after, limit=None, into=_HOLD)
            else:
                source = items.source_of(metric.of, question, question.moment or now)
                await items.page(session, question, prefixes, source, after=after, limit=None, into=_HOLD)
            await connection.execute("COMMIT")
        row_of = MemberRow if metric.is_of_attempts else ItemRow
        while rows := await connection.fetch(f"FETCH FORWARD {size} FROM export"):
            yield [row_of(*row) for row in rows]


@asynccontextmanager
async def _turn(turns: asyncio.Semaphore) -> AsyncIterator[None]:
    """Each export has a connection for as long as it is read, and questions need some, too."""
    try:
        async with asyncio.timeout(TURN_SECONDS):
            await turns.acquire()
    except TimeoutError as error:
        raise Unavailable("As many exports as run at once are being read; try again when one is done.") from error
    try:
        yield
    finally:
        turns.release()


def _prefixes(metric: Metric, key: str | None) -> tuple[str, ...]:
    """The measures that the metric, or its ``key``, reads."""
    if key is None:
        return metric.adds_up.prefixes
    ends = "." if isinstance(metric.adds_up, Quantile) else ""
    return tuple(f"{prefix}{key}{ends}" for prefix in metric.adds_up.prefixes)
