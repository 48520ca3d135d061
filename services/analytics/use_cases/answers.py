"""How a question about numbers is answered: not at all where the answer is known, from memory where it can be, else by SQL."""

from collections.abc import Awaitable, Callable
from datetime import timedelta
from functools import partial
from typing import TypeVar

from sqlalchemy.ext.asyncio import AsyncSession

from services.analytics.domain.columns import Columns
from services.analytics.domain.questions import Question
from services.analytics.storage import column_feed
from services.analytics.use_cases.column_store import ColumnStore
from services.analytics.use_cases.costs import bounded
from services.analytics.use_cases.versions import entity_tag
from shared.db.engine import Sessions

_T = TypeVar("_T")


async def answer(
    sessions: Sessions,
    store: ColumnStore,
    question: Question,
    asked: str,
    *,
    ghost_after: timedelta,
    is_known: Callable[[str], bool] | None,
    from_memory: Callable[[Columns], _T] | None,
    beside: Callable[[AsyncSession], Awaitable[None]] | None = None,
    by_sql: Callable[[AsyncSession], Awaitable[_T]],
) -> tuple[str, _T | None]:
    """The entity tag, and the answer of the same state of the database, None where the caller knows that tag.

    A caller who knows no tag, ``is_known`` None, is answered in one transaction.

    ``asked`` is all that the answer depends on beside the database. ``from_memory`` is None where the columns cannot answer; what
    it needs from the database as well is read by ``beside`` before.
    Raises TooCostly where it takes too long.
    """
    if from_memory is not None:
        tag_of = partial(entity_tag, asked=asked)
        if is_known is not None:
            async with sessions.begin() as session:
                tag = await tag_of(session)
            if is_known(tag):
                return tag, None
        if question.moment is not None:
            if (back := await store.ask_back(question, from_memory, ghost_after=ghost_after, tag=tag_of)) is not None:
                return back
        else:
            async with store.transaction() as session:
                tag = await tag_of(session)
                if beside is not None:
                    async with bounded(session):
                        await beside(session)
                if (found := await store.ask(session, from_memory)) is not None:
                    return tag, found
    async with sessions.begin() as session:
        await column_feed.see_one_state(session)
        tag = await entity_tag(session, asked)
        if is_known is not None and is_known(tag):
            return tag, None
        async with bounded(session):
            return tag, await by_sql(session)
