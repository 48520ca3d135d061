"""How a question about numbers is answered: not at all where the answer is known, from memory where it can be, else by SQL."""

from collections.abc import Awaitable, Callable
from datetime import timedelta
from typing import TypeVar

from sqlalchemy.ext.asyncio import AsyncSession

from services.analytics.domain.columns import Columns
from services.analytics.domain.costs import sizes_of
from services.analytics.domain.questions import Question
from services.analytics.storage import column_feed
from services.analytics.storage.sizes import sizes
from services.analytics.use_cases.column_store import ColumnStore
from services.analytics.use_cases.costs import bounded, refuse_large
from services.analytics.use_cases.versions import entity_tag
from shared.db.engine import Sessions

_T = TypeVar("_T")
_TagOf = Callable[[AsyncSession], Awaitable[str]]
_Beside = Callable[[AsyncSession], Awaitable[None]]


async def answer(
    sessions: Sessions,
    store: ColumnStore,
    question: Question,
    asked: str,
    *,
    ghost_after: timedelta,
    keys: int,
    most_cells: int,
    is_known: Callable[[str], bool] | None,
    from_memory: Callable[[Columns], _T] | None,
    beside: _Beside | None = None,
    by_sql: Callable[[AsyncSession], Awaitable[_T]],
) -> tuple[str, _T | None]:
    """The entity tag, and the answer of the same state of the database, None where the caller knows that tag.

    A caller who knows no tag, ``is_known`` None, is answered in one transaction.

    ``asked`` is all that the answer depends on beside the database. ``from_memory`` is None where the columns cannot answer; what
    it needs from the database as well is read by ``beside`` before.
    Raises TooCostly where it takes too long, and before anything is counted where the answer would hold more than ``most_cells``
    cells, ``keys`` a group.
    """

    async def tag_of(session: AsyncSession) -> str:
        return await entity_tag(session, asked)

    def refuse(columns: Columns) -> None:
        refuse_large(question, keys, sizes_of(columns, question), most_cells)

    if from_memory is not None:
        if is_known is not None:
            async with sessions.begin() as session:
                tag = await tag_of(session)
            if is_known(tag):
                return tag, None
        if question.moment is not None:
            found = await _of_then(store, question, tag_of, refuse, from_memory, ghost_after)
        else:
            found = await _of_now(store, tag_of, beside, refuse, from_memory)
        if found is not None:
            return found
    async with sessions.begin() as session:
        await column_feed.see_one_state(session)
        tag = await tag_of(session)
        if is_known is not None and is_known(tag):
            return tag, None
        async with bounded(session):
            if question.group_by:
                refuse_large(question, keys, await sizes(session, question), most_cells)
            return tag, await by_sql(session)


async def _of_now(
    store: ColumnStore, tag_of: _TagOf, beside: _Beside | None, refuse: Callable[[Columns], None], ask: Callable[[Columns], _T]
) -> tuple[str, _T] | None:
    """The answer of now from memory, with its tag; None where there is no copy."""

    def allowed(columns: Columns) -> _T:
        refuse(columns)
        return ask(columns)

    async with store.transaction() as session:
        tag = await tag_of(session)
        if beside is not None:
            async with bounded(session):
                await beside(session)
        found = await store.ask(session, allowed)
    return None if found is None else (tag, found)


async def _of_then(
    store: ColumnStore,
    question: Question,
    tag_of: _TagOf,
    refuse: Callable[[Columns], None],
    ask: Callable[[Columns], _T],
    ghost_after: timedelta,
) -> tuple[str, _T] | None:
    """The same of an earlier time. What would be too large is refused before a pursuit is folded again for it."""
    async with store.transaction() as session:
        await store.ask(session, refuse)
    return await store.ask_back(question, ask, ghost_after=ghost_after, tag=tag_of)
