"""List the attempts behind a number of a metric."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from uuid import UUID

from services.analytics.domain.questions import Question
from services.analytics.metrics import Metric, Quantile
from services.analytics.storage import items, members
from services.analytics.storage.items import ItemRow
from services.analytics.storage.members import MemberRow, Place
from services.analytics.use_cases.costs import bounded
from services.analytics.use_cases.look_back import look_back
from shared.db.engine import Sessions


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


def _prefixes(metric: Metric, key: str | None) -> tuple[str, ...]:
    """The measures that the metric, or its ``key``, reads."""
    if key is None:
        return metric.adds_up.prefixes
    ends = "." if isinstance(metric.adds_up, Quantile) else ""
    return tuple(f"{prefix}{key}{ends}" for prefix in metric.adds_up.prefixes)
