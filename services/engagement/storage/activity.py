"""What happened since a time, read newest first by an index for each kind."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from services.engagement.domain.activity import ActivityKind, Happened
from shared.db.asyncpg_connection import Driver


@dataclass(frozen=True, slots=True)
class Before:
    """The place of one thing: what follows it, being older, comes on the next page."""

    at: datetime
    id: str


@dataclass(frozen=True, slots=True)
class Row:
    """One thing that happened. ``is_doubtful``: it is a fact of a person of whom something was retracted."""

    happened: Happened
    is_doubtful: bool


_FACT_TYPES: Mapping[ActivityKind, str] = {
    ActivityKind.REPLY: "rekindle.pursuit.responded",
    ActivityKind.DECLINE: "rekindle.pursuit.declined",
    ActivityKind.HIRE: "rekindle.pursuit.hired",
    ActivityKind.SIGNAL: "rekindle.candidate.signal_observed",
}

# Each part reads its own index backwards from the cursor, and no further than the page needs.
_PAGE = "ORDER BY at DESC, id DESC LIMIT $5"
_BETWEEN = """
    {at} >= $1 AND {at} <= $2 AND {at} <= coalesce($3::timestamptz, $2)
        AND ($3::timestamptz IS NULL OR {at} < $3 OR {id} < $4)
    """
_FACTS = """
    SELECT '{kind}' AS kind, fact.time AS at, fact.event_id::text AS id, own.person_id, fact.position_id,
        coalesce(fact.data->>'recruiter', touch.recruiter) AS recruiter, fact.data, EXISTS (
            SELECT FROM relationships AS other JOIN log AS retraction USING (candidate_id)
            WHERE other.person_id = own.person_id AND retraction.type = 'rekindle.event.retracted') AS is_doubtful
    FROM log AS fact JOIN relationships AS own USING (candidate_id)
    LEFT JOIN LATERAL (
        SELECT contact.data->>'recruiter' AS recruiter FROM relationships AS other JOIN log AS contact USING (candidate_id)
        WHERE other.person_id = own.person_id AND contact.type = 'rekindle.pursuit.contacted' AND contact.time <= fact.time
        ORDER BY contact.time DESC LIMIT 1) AS touch ON fact.data->>'recruiter' IS NULL
    WHERE fact.type = '{type}' AND fact.data IS NOT NULL AND fact.data->>'auto' IS DISTINCT FROM 'true' AND {between}
        AND ($6::text IS NULL OR coalesce(fact.data->>'recruiter', touch.recruiter) = $6)
    """
_BROUGHT_BACK = """
    SELECT 'brought_back', line.at, line.event_id, own.person_id, (line.data #>> '{{plans,0,position_id}}')::uuid,
        item.last_touch_by, line.data, false
    FROM (SELECT *, lpad(number::text, 20, '0') AS event_id FROM queue_log) AS line
    JOIN relationships AS own USING (candidate_id) LEFT JOIN queue_items AS item USING (person_id)
    WHERE line.action = 'fell_due' AND line.type = 'rekindle.queue_item.fell_due' AND {between}
        AND (line.data #> '{{plans,0}}' IS NOT NULL OR line.data #> '{{owed,0}}' IS NULL)
        AND ($6::text IS NULL OR item.last_touch_by = $6)
    """
_OVERDUE = """
    SELECT 'overdue', owed.due_at, owed.id::text, owed.person_id, owed.position_id, owed.recruiter,
        jsonb_build_object('kind', owed.kind), false
    FROM obligations AS owed
    WHERE (owed.met_at IS NULL OR owed.met_at > owed.due_at) AND (owed.waived_at IS NULL OR owed.waived_at > owed.due_at)
        AND {between} AND ($6::text IS NULL OR owed.recruiter = $6)
    """


def _part(kind: ActivityKind) -> str:
    if kind is ActivityKind.BROUGHT_BACK:
        return _BROUGHT_BACK.format(between=_BETWEEN.format(at="line.at", id="line.event_id"))
    if kind is ActivityKind.OVERDUE:
        return _OVERDUE.format(between=_BETWEEN.format(at="owed.due_at", id="owed.id::text"))
    between = _BETWEEN.format(at="fact.time", id="fact.event_id::text")
    return _FACTS.format(kind=kind, type=_FACT_TYPES[kind], between=between)


def page_query(kinds: Collection[ActivityKind]) -> str:
    """The query of ``page``."""
    columns = "kind, at, id, person_id, position_id, recruiter, data, is_doubtful"
    parts = [f"(SELECT * FROM ({_part(kind)}) AS one ({columns}) {_PAGE})" for kind in sorted(kinds)]  # noqa: S608
    return f"SELECT {columns} FROM ({' UNION ALL '.join(parts)}) AS found {_PAGE}"  # noqa: S608 - constants of this module


async def page(
    connection: Driver,
    kinds: Collection[ActivityKind],
    *,
    since: datetime,
    until: datetime,
    before: Before | None,
    recruiter: str | None,
    limit: int,
) -> list[Row]:
    """What happened of these kinds between two times, newest first, older than ``before``."""
    place = (None, None) if before is None else (before.at, before.id)
    return [_row(row) for row in await connection.fetch(page_query(kinds), since, until, *place, limit, recruiter)]


def _row(row: Any) -> Row:
    *happened, is_doubtful = row
    return Row(Happened(ActivityKind(happened[0]), *happened[1:]), is_doubtful)
