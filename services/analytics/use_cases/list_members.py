"""List the attempts behind a number of a metric."""

from datetime import timedelta

from services.analytics.domain.pursuits import AttemptRow
from services.analytics.domain.questions import Question
from services.analytics.metrics import Metric, Quantile
from services.analytics.storage import members
from services.analytics.storage.members import Place
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
) -> list[AttemptRow]:
    """The next attempts that contribute to the metric, and to its ``key`` where one is given; of a ratio to either side."""
    prefixes = metric.adds_up.prefixes
    if key is not None:
        ends = "." if isinstance(metric.adds_up, Quantile) else ""
        prefixes = tuple(f"{prefix}{key}{ends}" for prefix in prefixes)
    async with sessions.begin() as session:
        await look_back(session, question, ghost_after=ghost_after)
        return await members.page(session, question, prefixes, after=after, limit=limit)
