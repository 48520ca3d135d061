"""Answer a question about one metric: a row for each group and each key of the metric."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta

from sqlalchemy.ext.asyncio import AsyncSession

from services.analytics.dimensions import PERIOD
from services.analytics.domain import column_people, column_pressure, column_sums
from services.analytics.domain.columns import Columns
from services.analytics.domain.costs import keys_of
from services.analytics.domain.groups import Group, Groups, Key, added_up, in_order
from services.analytics.domain.questions import Question
from services.analytics.metrics import Metric, Quantile, Row, Sums
from services.analytics.metrics.people import STALE
from services.analytics.metrics.subjects import FROM_MEMORY, SOME_ATTEMPTS, Subject
from services.analytics.storage import items, made_of_attempts, numbers
from services.analytics.storage.selection import Source, attempts
from services.analytics.use_cases.answers import answer
from services.analytics.use_cases.column_store import ColumnStore
from services.analytics.use_cases.look_back import look_back
from shared.db.engine import Sessions

EVERY_GROUP = 1 << 40
"""A limit that leaves no group out."""
ANY_TIME = datetime.max.replace(tzinfo=UTC)
"""Before it everything is old enough to judge."""
SMALL = 30
"""A number that rests on fewer attempts, durations or events is of a small sample."""


@dataclass(frozen=True, slots=True)
class MetricRow:
    """One number with the group that it is of."""

    key: dict[str, str | None]
    """The group's value of each dimension, and the metric's own key where it has one."""
    row: Row
    mature: float
    """The share of the group's attempts whose cohort is old enough to judge, 0 to 1."""

    @property
    def too_young(self) -> bool:
        """Whether it takes in cohorts that are too young to judge."""
        return self.mature < 1

    @property
    def small(self) -> bool:
        """Whether it rests on few."""
        return self.row.n < SMALL


@dataclass(frozen=True, slots=True)
class Numbers:
    """The rows of a metric: periods in order of time, other groups the largest first."""

    tag: str
    """The entity tag of these numbers: the same as long as nothing new is applied, within an hour."""
    rows: list[MetricRow] | None
    """None where the caller has them already."""
    more: bool = False
    """Whether groups were left out for the limit."""


async def read_metric(
    sessions: Sessions,
    store: ColumnStore,
    metric: Metric,
    question: Question,
    *,
    now: datetime,
    ghost_after: timedelta,
    zone: str,
    most_cells: int,
    is_known: Callable[[str], bool] | None = None,
) -> Numbers:
    """Read the rows of a metric, unless the caller's tag says that they are known.

    They come from the columns in memory, or, while those are being loaded, from SQL over the attempts.

    A cohort is too young to judge while the ghosting interval since it began is not over: silence may still be answered. What
    is old enough is judged from the beginning of the hour, so that numbers change with events and with the hour alone.
    """
    hour = now.replace(minute=0, second=0, microsecond=0)
    judged = (question.moment or hour) - ghost_after

    async def by_sql(session: AsyncSession) -> Groups:
        await look_back(session, question, ghost_after=ghost_after)
        return await _from_rows(session, metric, question, hour=hour, judged=judged, zone=zone)

    unsubscribed: Groups = {}

    async def read_unsubscribed(session: AsyncSession) -> None:
        source = made_of_attempts.unsubscribed(question)
        unsubscribed.update(await _from_source(session, metric, question, source, judged=judged, zone=zone))

    def from_memory(columns: Columns) -> Groups:
        asked = replace(question, limit=EVERY_GROUP) if is_loss else question
        found = _from_columns(columns, metric=metric, question=asked, hour=hour, judged=judged, zone=zone)
        return added_up(found, unsubscribed) if unsubscribed else found

    is_loss = metric.of is Subject.LOSS
    tag, groups = await answer(
        sessions,
        store,
        question,
        f"{metric.name} {metric.formula} {question} {judged} {zone}",
        ghost_after=ghost_after,
        keys=keys_of([metric]),
        most_cells=most_cells,
        is_known=is_known,
        from_memory=from_memory if metric.is_of_attempts or (question.moment is None and metric.of in FROM_MEMORY) else None,
        beside=read_unsubscribed if is_loss else None,
        by_sql=by_sql,
    )
    if groups is None:
        return Numbers(tag, None)
    if not question.group_by:
        groups = groups or {(): Group()}
    ordered = _in_order(groups, question)
    kept = ordered[: question.limit]
    rows = [row for key in kept for row in _rows(metric, question, key, groups[key])]
    return Numbers(tag, rows, len(kept) < len(ordered))


def _from_columns(columns: Columns, *, metric: Metric, question: Question, hour: datetime, judged: datetime, zone: str) -> Groups:
    how = metric.adds_up
    judged = judged if metric.ripens else ANY_TIME
    if metric is STALE:
        return column_people.stale(columns, question, by=hour, zone=zone)
    if metric.of is Subject.PRESSED:
        return column_pressure.pressed(columns, question, by=hour, zone=zone)
    if isinstance(how, Quantile):
        return column_sums.quantiles(columns, question, how.family, how.share, judged=judged, zone=zone)
    if metric.weighs:
        return column_sums.weights(columns, question, how.prefixes, judged=judged, zone=zone)
    some = metric.of in SOME_ATTEMPTS
    return column_sums.sums(columns, question, how.prefixes, judged=judged, zone=zone, by_contribution=some)


async def _from_rows(
    session: AsyncSession, metric: Metric, question: Question, *, hour: datetime, judged: datetime, zone: str
) -> Groups:
    source = attempts(question) if metric.is_of_attempts else items.source_of(metric.of, question, question.moment or hour)
    judged = judged if metric.ripens else ANY_TIME
    return await _from_source(session, metric, question, source, judged=judged, zone=zone)


async def _from_source(
    session: AsyncSession, metric: Metric, question: Question, source: Source, *, judged: datetime, zone: str
) -> Groups:
    how = metric.adds_up
    if isinstance(how, Quantile):
        return await numbers.read_quantiles(session, question, how.family, how.share, source, judged=judged, zone=zone)
    weighed = metric.weighs
    return await numbers.read_sums(session, question, how.prefixes, source, judged=judged, zone=zone, weighed=weighed)


def _in_order(groups: Groups, question: Question) -> list[Key]:
    periods = [place for place, one in enumerate(question.group_by) if one is PERIOD]

    def order(key: Key) -> tuple[object, ...]:
        return *(key[place] or "" for place in periods), -groups[key].counted.all, *in_order(key)

    return sorted(groups, key=order)


def _rows(metric: Metric, question: Question, key: Key, group: Group) -> Iterator[MetricRow]:
    mature = group.counted.mature / group.counted.all if group.counted.all else 1.0
    names = {dimension.name: value for dimension, value in zip(question.group_by, key, strict=True)}
    for row in _numbers(metric, group):
        own = {} if metric.key is None else {metric.key: row.key}
        yield MetricRow(names | own, row, mature)


def _numbers(metric: Metric, group: Group) -> list[Row]:
    how = metric.adds_up
    if not isinstance(how, Quantile):
        return how.rows(Sums(group.sums))
    found = group.quantiles
    return [how.row(key, found[key].seconds, found[key].n) if key in found else how.row(key, None, 0) for key in how.keys]
