"""Items, which are counted beside attempts: stored as events say, and read as attempts are."""

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from services.analytics.domain.micros import micros
from services.analytics.domain.questions import Question, View
from services.analytics.metrics.people import STALE_AFTER_DAYS, STATEMENTS, UNKNOWN
from services.analytics.metrics.subjects import MADE_OF_ATTEMPTS, Gone, Item, Items, Subject
from services.analytics.storage.made_of_attempts import made_of_attempts
from services.analytics.storage.numbers import read_only
from services.analytics.storage.selection import Selection, Source
from services.analytics.storage.statements import NOTHING, stated
from services.analytics.storage.unnest import columns, unnest
from shared.db.asyncpg_connection import Driver

_COLUMNS = (
    "kind", "id", "stream", "position_id", "number", "recruiter", "channel", "began_at", "measures", "ats", "seconds",
)  # fmt: skip
_TYPES = ("text", "uuid", "uuid", "uuid", "integer", "text", "text", "timestamptz", "text", "text", "text")
_SAVE = f"""
    INSERT INTO items ({", ".join(_COLUMNS)})
    SELECT {", ".join(_COLUMNS[:-3])}, CAST(measures AS text[]), CAST(ats AS bigint[]), CAST(seconds AS integer[])
    FROM {unnest(*_TYPES)} AS fresh ({", ".join(_COLUMNS)})
    ON CONFLICT (kind, id) DO UPDATE SET {", ".join(f"{column} = excluded.{column}" for column in _COLUMNS[2:])}
"""  # noqa: S608 - constants of this service
_DROP = f"DELETE FROM items WHERE (kind, id) IN (SELECT * FROM {unnest('text', 'uuid')})"  # noqa: S608 - a constant

_STORED = f"""(
    SELECT items.id, coalesce(links.person, items.stream) AS person, items.position_id, items.number, items.recruiter,
        items.channel, {NOTHING}, items.began_at AS cohort_at, items.measures, items.ats, items.seconds
    FROM items LEFT JOIN links ON links.stream = items.stream WHERE items.kind = '{{kind}}'
)"""  # noqa: S608 - constants
_MICROS = "CAST(extract(epoch FROM {}) * 1000000 AS bigint)"
_PEOPLE = f"""(
    SELECT people.person AS id, people.person, CAST(NULL AS uuid) AS position_id, 1 AS number, CAST(NULL AS text) AS recruiter,
        CAST(NULL AS text) AS channel, {NOTHING}, people.updated_at AS cohort_at,
        ARRAY['people.' || coalesce(people.market_status, '{UNKNOWN}'), 'described.records']
            || CASE WHEN people.updated_at < CAST(:by_time AS timestamptz) - interval '{STALE_AFTER_DAYS} days'
                THEN ARRAY['stale.records'] ELSE '{{}}' END
            AS measures,
        array_fill({_MICROS.format("people.updated_at")}, ARRAY[3]) AS ats, ARRAY[0, 0, 0] AS seconds
    FROM people WHERE NOT people.erased AND NOT EXISTS (SELECT FROM links WHERE links.stream = people.person)
)"""  # noqa: S608 - constants


def source_of(subject: Subject, question: Question, by: datetime) -> Source:
    """The items of a kind that a question is about; time has passed up to ``by``."""
    if subject in MADE_OF_ATTEMPTS:
        return made_of_attempts(subject, question, by)
    if subject is Subject.PERSON:
        return Source(_PEOPLE, {"by_time": by})
    if subject is Subject.STATEMENT:
        return Source(*stated(question, STATEMENTS))
    return Source(_STORED.format(kind=subject.value), {}, by if subject is Subject.PLAN else None)


async def save(connection: Driver, found: Items) -> None:
    """Store items, and drop those that never were, in the order of their keys so that two who write never deadlock."""
    ordered = sorted(found.by_key.items())
    kept = [_row(one) for _, one in ordered if isinstance(one, Item)]
    if kept:
        await connection.fetch(_SAVE, *columns(kept, len(_COLUMNS)))
    gone = [(one.kind, one.id) for _, one in ordered if isinstance(one, Gone)]
    if gone:
        await connection.fetch(_DROP, *columns(gone, 2))


def _row(item: Item) -> tuple[object, ...]:
    added = item.contributions
    return (
        item.kind, item.id, item.stream, item.position, item.number, item.recruiter, item.channel, item.began_at,
        "{" + ",".join(one.measure for one in added) + "}",
        "{" + ",".join(str(micros(one.at)) for one in added) + "}",
        "{" + ",".join(str(one.seconds) for one in added) + "}",
    )  # fmt: skip


class ItemRow(NamedTuple):
    """An item behind a number, with what it adds to it."""

    person: UUID
    id: UUID
    position: UUID | None
    began_at: datetime
    recruiter: str | None
    channel: str | None
    measures: list[str]
    ats: list[int]


async def page(
    session: AsyncSession,
    question: Question,
    prefixes: Collection[str],
    source: Source,
    *,
    after: tuple[UUID, UUID] | None,
    limit: int | None,
    into: str = "",
) -> Sequence[ItemRow]:
    """The next items that contribute to these measures; of one that ends with a dot, to all below it.

    ``limit`` and ``into`` as in ``members.page``.
    """
    found = Selection.of(question, grouped=False)
    if after is not None:
        found.where("(counted.person, counted.id) > (:after_person, :after_id)", after_person=after[0], after_id=after[1])
    inner = Selection()
    read_only(inner, tuple(prefixes))
    if question.view is View.COHORT:
        found.within_cohorts(question.since, question.before)
    else:
        inner.within_activity(question.since, question.before)
    inner.not_ahead(source)
    query = f"""{into}
        SELECT counted.person, counted.id, counted.position_id, counted.cohort_at, counted.recruiter, counted.channel,
            added.measures, added.ats
        FROM {source.sql} AS counted {found.joins} CROSS JOIN LATERAL (
            SELECT array_agg(one.measure) AS measures, array_agg(one.at) AS ats
            FROM unnest(counted.measures, counted.ats) AS one (measure, at) WHERE {inner.condition}
        ) AS added
        WHERE {found.condition} AND added.measures IS NOT NULL ORDER BY counted.person, counted.id LIMIT CAST(:limit AS bigint)
    """  # noqa: S608 - constants of this service; values are bound
    rows = await session.execute(text(query), found.named | inner.named | source.named | {"limit": limit})
    return [] if into else [ItemRow(*row) for row in rows]
