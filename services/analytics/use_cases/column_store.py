"""A copy of the attempts, or of everybody, in the memory of a process: loaded when first asked for, then kept up to date."""

import asyncio
import logging
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from datetime import timedelta
from typing import Protocol, TypeVar
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from services.analytics.domain.columns import Columns, Fed
from services.analytics.domain.questions import Question
from services.analytics.storage import column_feed
from services.analytics.use_cases.costs import bounded
from services.analytics.use_cases.look_back import LookBack
from services.analytics.use_cases.threads import to_the_end
from shared.db.engine import Sessions

logger = logging.getLogger(__name__)

LOAD_NOW = 20_000
"""Up to so many attempts the first who asks waits for the copy; with more it is loaded beside, and SQL answers meanwhile."""

_T = TypeVar("_T")


class Feed(Protocol):
    """What a copy is made of: ``storage.column_feed`` for the attempts, ``storage.people_feed`` for everybody."""

    async def about_how_many(self, session: AsyncSession, /) -> int: ...
    def everything(self, session: AsyncSession, /) -> AsyncIterator[Sequence[Fed]]: ...
    async def changed(self, session: AsyncSession, since: int, /) -> Sequence[Fed]: ...
    async def gone(self, session: AsyncSession, since: int, /) -> list[int]: ...
    async def sponsors(self, session: AsyncSession, since: int, /) -> Iterable[tuple[UUID, str | None]]: ...


class ColumnStore:
    """The columns of a process. What is asked of them is answered in turn, each question as of its own transaction.

    ``feed`` says what they are made of. ``most_bytes`` bounds the memory: with more the copy is given up, and SQL answers.
    """

    def __init__(self, sessions: Sessions, *, feed: Feed = column_feed, most_bytes: int) -> None:
        self._sessions = sessions
        self._feed = feed
        self._most_bytes = most_bytes
        self._columns: Columns | None = None
        self._epoch = self._since = 0
        self._turn = asyncio.Lock()
        self._loading: asyncio.Task[None] | None = None
        self._is_too_large = False

    @asynccontextmanager
    async def transaction(self) -> AsyncIterator[AsyncSession]:
        """A transaction that sees one state of the database, in the order of those who ask for the columns."""
        async with self._turn, self._sessions.begin() as session:
            await column_feed.see_one_state(session)
            yield session

    async def ask(self, session: AsyncSession, answer: Callable[[Columns], _T]) -> _T | None:
        """What the rows as the transaction sees them say; None while there is no copy, or where it would be too large."""
        columns = await self._current(session)
        return None if columns is None else await to_the_end(lambda: answer(columns))

    async def ask_back(
        self,
        question: Question,
        answer: Callable[[Columns], _T],
        *,
        ghost_after: timedelta,
        tag: Callable[[AsyncSession], Awaitable[str]],
    ) -> tuple[str, _T] | None:
        """The same for a question that looks from an earlier time, with the entity tag. Raises TooCostly.

        Others have their turn while pursuits are folded again.
        """
        async with AsyncExitStack() as transaction:
            async with self._turn:  # always before a connection, so that who has one never waits for the turn
                session = await transaction.enter_async_context(self._sessions.begin())
                await column_feed.see_one_state(session)
                if (columns := await self._current(session)) is None:
                    return None
                found = await to_the_end(lambda: LookBack(columns, question))
            tagged = await tag(session)
            async with bounded(session):
                await found.fold(session, ghost_after=ghost_after)
        async with self._turn:
            return tagged, await to_the_end(lambda: answer(found.view()))

    async def _current(self, session: AsyncSession) -> Columns | None:
        if self._is_too_large or not await self._has_copy(session):
            return None
        columns = self._columns
        assert columns is not None
        horizon = await column_feed.horizon(session)
        gone, changed = await self._feed.gone(session, self._since), await self._feed.changed(session, self._since)
        columns.name_sponsors(await self._feed.sponsors(session, self._since))
        columns.drop(columns.rows_of([*gone, *(one.slot for one in changed)]))
        if changed:
            columns.append(changed)
        self._since = horizon
        self._bound(columns)
        if columns.is_wasteful:
            await to_the_end(columns.compact)
        return columns

    async def close(self) -> None:
        """Stop loading."""
        if self._loading is not None:
            self._loading.cancel()
            await asyncio.gather(self._loading, return_exceptions=True)

    async def _has_copy(self, session: AsyncSession) -> bool:
        if self._epoch != (epoch := await column_feed.epoch(session)):
            self._columns = None
        if self._columns is not None:
            return True
        if await self._feed.about_how_many(session) <= LOAD_NOW:
            await self._load(session, epoch)
        elif self._loading is None or self._loading.done():
            self._loading = asyncio.create_task(self._load_beside())
        return self._columns is not None

    async def _load_beside(self) -> None:
        try:
            async with self._sessions.begin() as session:
                await column_feed.see_one_state(session, for_long=True)
                await self._load(session, await column_feed.epoch(session))
        except Exception:
            logger.exception("the rows could not be loaded; SQL answers")

    async def _load(self, session: AsyncSession, epoch: int) -> None:
        columns, since = Columns(), await column_feed.horizon(session)
        async for some in self._feed.everything(session):
            columns.append(some)
            await asyncio.sleep(0)
            if columns.size_in_bytes > self._most_bytes:
                break
        columns.name_sponsors(await self._feed.sponsors(session, 0))
        self._columns, self._since, self._epoch = columns, since, epoch
        self._bound(columns)
        logger.info("%d rows are in memory, in %d MB", len(columns), columns.size_in_bytes >> 20)

    def _bound(self, columns: Columns) -> None:
        if columns.size_in_bytes > self._most_bytes:
            logger.warning("the rows take more memory than ANALYTICS_COLUMNS_MB: SQL answers")
            self._columns, self._is_too_large = None, True
