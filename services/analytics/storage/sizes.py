"""How much there is in the tables, as PostgreSQL's statistics say: without looking at a row."""

from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncSession

from services.analytics.dimensions import DIMENSIONS, PERIOD
from services.analytics.domain.costs import Sizes
from services.analytics.domain.questions import Question, View
from shared.db.asyncpg_connection import driver

_READ = """
    SELECT stats.tablename, stats.attname, greatest(tables.reltuples, 0)::float8,
        CASE WHEN stats.n_distinct < 0 THEN -stats.n_distinct * greatest(tables.reltuples, 0) ELSE stats.n_distinct END::float8,
        cardinality(stats.most_common_elems::text::text[]), stats.histogram_bounds::text
    FROM pg_stats AS stats JOIN pg_class AS tables ON tables.oid = to_regclass(format('%I.%I', stats.schemaname, stats.tablename))
    WHERE stats.schemaname = current_schema() AND stats.tablename IN ('attempts', 'people', 'positions', 'items')
"""
_CONTRIBUTIONS = 10
"""About so many has an attempt."""


async def sizes(session: AsyncSession, question: Question) -> Sizes:
    """About how much there is to count. What the statistics do not say is taken as little: such a question runs."""
    columns = {one.column: one.name for one in DIMENSIONS if one is not PERIOD}
    rows, values, first, last = 0.0, dict[str, int](), None, None
    for table, column, many, distinct, elements, bounds in await (await driver(session)).fetch(_READ):
        rows = max(rows, many)
        if (name := columns.get(column)) is not None:
            values[name] = max(values.get(name, 1), round(elements or distinct) + 1)
        if (table, column) == ("attempts", "cohort_at"):
            first, last = _span(bounds)
    rows *= _CONTRIBUTIONS if question.view is View.ACTIVITY else 1
    return Sizes(round(rows), values, first, last)


def _span(bounds: str | None) -> tuple[datetime | None, datetime | None]:
    """The first and the last time of a histogram, as an array's text has it."""
    if bounds is None:
        return None, None
    moments = [datetime.fromisoformat(one.strip('"')) for one in bounds.strip("{}").split(",")]
    return moments[0], moments[-1]
