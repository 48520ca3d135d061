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
from services.analytics.metrics.subjects import Gone, Item, Items, Subject
from services.analytics.storage.numbers import read_only
from services.analytics.storage.selection import Selection, Source
from services.analytics.storage.unnest import columns, unnest
from shared.attempts import RETRACTION
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

_NOTHING = "CAST(NULL AS text) AS via, CAST(NULL AS text) AS origin, CAST(NULL AS text) AS sender_role"
_STORED = f"""(
    SELECT items.id, coalesce(links.person, items.stream) AS person, items.position_id, items.number, items.recruiter,
        items.channel, {_NOTHING}, items.began_at AS cohort_at, items.measures, items.ats, items.seconds
    FROM items LEFT JOIN links ON links.stream = items.stream WHERE items.kind = '{{kind}}'
)"""  # noqa: S608 - constants
_MICROS = "CAST(extract(epoch FROM {}) * 1000000 AS bigint)"
_PEOPLE = f"""(
    SELECT people.person AS id, people.person, CAST(NULL AS uuid) AS position_id, 1 AS number, CAST(NULL AS text) AS recruiter,
        CAST(NULL AS text) AS channel, {_NOTHING}, people.updated_at AS cohort_at,
        ARRAY['people.' || coalesce(people.market_status, '{UNKNOWN}'), 'described.records']
            || CASE WHEN people.updated_at < CAST(:by_time AS timestamptz) - interval '{STALE_AFTER_DAYS} days'
                THEN ARRAY['stale.records'] ELSE '{{}}' END
            AS measures,
        array_fill({_MICROS.format("people.updated_at")}, ARRAY[3]) AS ats, ARRAY[0, 0, 0] AS seconds
    FROM people WHERE NOT people.erased AND NOT EXISTS (SELECT FROM links WHERE links.stream = people.person)
)"""  # noqa: S608 - constants
_SAID = ", ".join(f"'{one}'" for one in sorted(STATEMENTS))
# As shared.attempts.retractions says of facts without a position: by the fact's id, or the latest of the type up to a time.
_STATED = f"""(
    WITH said AS (
        SELECT facts.event_id, coalesce(links.person, facts.stream) AS person, facts.type, facts.time, facts.data
        FROM facts LEFT JOIN links ON links.stream = facts.stream WHERE facts.type IN ({_SAID})
    ), retractions AS (
        SELECT coalesce(links.person, facts.stream) AS person, facts.time, facts.data
        FROM facts LEFT JOIN links ON links.stream = facts.stream
        WHERE facts.type = '{RETRACTION}' AND facts.position_id IS NULL
    )
    SELECT said.event_id AS id, said.person, CAST(NULL AS uuid) AS position_id, 1 AS number, CAST(NULL AS text) AS recruiter,
        said.data->>'channel' AS channel, {_NOTHING}, said.time AS cohort_at,
        ARRAY[CASE said.type WHEN 'rekindle.candidate.rated_us' THEN 'rating.' || (said.data->>'score')
            ELSE 'lost_channels.' || split_part(said.type, '.', 3) END] AS measures,
        ARRAY[{_MICROS.format("said.time")}] AS ats, ARRAY[0] AS seconds
    FROM said WHERE NOT EXISTS (
        SELECT FROM retractions WHERE retractions.person = said.person AND (
            retractions.data->>'event' = CAST(said.event_id AS text) OR (
                retractions.data->>'type' = said.type AND retractions.time >= said.time AND NOT EXISTS (
                    SELECT FROM said AS later WHERE later.person = said.person AND later.type = said.type
                        AND (later.time, later.event_id) > (said.time, said.event_id) AND later.time <= retractions.time
                )
            )
        )
    )
)"""  # noqa: S608 - constants


def source_of(subject: Subject, by: datetime) -> Source:
    """The items of a kind; time has passed up to ``by``."""
    if subject is Subject.PERSON:
        return Source(_PEOPLE, {"by_time": by})
    if subject is Subject.STATEMENT:
        return Source(_STATED, {})
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
    limit: int,
) -> Sequence[ItemRow]:
    """The next items that contribute to these measures; of one that ends with a dot, to all below it."""
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
    query = f"""
        SELECT counted.person, counted.id, counted.position_id, counted.cohort_at, counted.recruiter, counted.channel,
            added.measures, added.ats
        FROM {source.sql} AS counted {found.joins} CROSS JOIN LATERAL (
            SELECT array_agg(one.measure) AS measures, array_agg(one.at) AS ats
            FROM unnest(counted.measures, counted.ats) AS one (measure, at) WHERE {inner.condition}
        ) AS added
        WHERE {found.condition} AND added.measures IS NOT NULL ORDER BY counted.person, counted.id LIMIT :limit
    """  # noqa: S608 - constants of this service; values are bound
    rows = await session.execute(text(query), found.named | inner.named | source.named | {"limit": limit})
    return [ItemRow(*row) for row in rows]
