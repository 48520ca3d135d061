"""What a question may cost: one that would take too long is refused before it runs, and stopped when it does all the same."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import asyncpg
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncSession

from services.analytics.domain.costs import KEYS, Sizes, cheaper, cost_of
from services.analytics.domain.questions import Question
from shared.errors import Invalid

MOST_FOLDED = 100_000
"""Pursuits that a look back may fold again: about as many as a process folds in ten seconds."""
SECONDS = 30


class TooCostly(Invalid):
    """The question would take too long; the detail says why, and what would take less.

    Of an answer that would be too large the problem has ``cost``, its cells, ``limit``, ``factors``, whose product that is where
    there are as many rows, and ``cheaper``, what to ask instead.
    """

    code = "too_costly"
    title = "The question would cost too much"


def refuse_look_back(question: Question, pursuits: int) -> None:
    """Raise TooCostly where a look back would fold too many pursuits."""
    if pursuits > MOST_FOLDED:
        names = " and ".join(name for name, moment in (("as_of", question.as_of), ("until", question.until)) if moment)
        raise TooCostly(
            f"{names}: after that time so much changed that {pursuits} pursuits would have to be folded again, and at most "
            f"{MOST_FOLDED} are. Ask for one position, or for a later time."
        )


def refuse_large(question: Question, keys: int, sizes: Sizes, limit: int) -> None:
    """Raise TooCostly where the answer would hold more cells than the limit, ``keys`` a group."""
    cost = cost_of(question, keys, sizes)
    if cost.cells <= limit:
        return
    less = list(cheaper(question, keys, sizes, limit))
    made_of = " by ".join(f"{size:,} {'keys of each' if name == KEYS else f'of {name}'}" for name, size in cost.factors.items())
    groups = f", for about {cost.rows:,} are counted" if cost.rows * keys <= cost.cells else ""
    raise TooCostly(
        f"The answer would hold about {cost.cells:,} numbers ({made_of}{groups}), and at most {limit:,} are counted at once. "
        f"Cheaper: {'; '.join(less) or 'filter by any dimension'}.",
        extra={"cost": cost.cells, "limit": limit, "factors": dict(cost.factors), "cheaper": less},
    )


@asynccontextmanager
async def bounded(session: AsyncSession, seconds: float | None = None) -> AsyncIterator[None]:
    """Stop what takes too long, ``SECONDS`` where nothing else is said. Raises TooCostly."""
    seconds = SECONDS if seconds is None else seconds
    await session.execute(text(f"SET LOCAL statement_timeout = {round(seconds * 1000)}"))
    try:
        yield
    except (asyncpg.QueryCanceledError, DBAPIError) as error:
        if isinstance(error, asyncpg.QueryCanceledError) or getattr(error.orig, "sqlstate", None) == "57014":
            raise TooCostly(f"The question took longer than {seconds} seconds and was stopped. Ask for less at once.") from error
        raise
