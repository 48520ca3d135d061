"""Metrics of obligations, breaches, plans, the queue and people once more: DuckDB's SQL over the events as they were sent."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

import duckdb

from shared.events import Event

# For each metric: item, person, position, recruiter, channel, when it began, key, time, upper side, lower side, hours.
_OF_OBLIGATION = "id, person, position, recruiter, NULL, made_at"
_OF_BREACH = "id, person, position, recruiter, channel, made_at"
_OF_PLAN = "id, person, position, NULL, NULL, closed_at"
_OF_QUEUE = "id, person, NULL, recruiter, NULL, happened"
_SAID = "id, person, NULL, NULL, channel, happened"
_MET = "state = 'met'"
_DONE = f"""
    SELECT {_OF_OBLIGATION}, kind, ended_at, {{met}}, 1, NULL FROM obligations WHERE {_MET}
    UNION ALL SELECT {_OF_OBLIGATION}, kind, due_at, 0, 1, NULL FROM obligations WHERE state = 'overdue'
"""
_HOURS = "trunc(epoch(ended_at) - epoch(made_at)) / 3600"
_ANSWERS = f"SELECT {_OF_OBLIGATION}, kind, ended_at, 0, 1, {_HOURS} FROM obligations WHERE {_MET}"
ITEM_PARTS: dict[str, str] = {
    "owed": f"SELECT {_OF_OBLIGATION}, kind, made_at, 1, 0, NULL FROM obligations",
    "waiting": f"SELECT {_OF_OBLIGATION}, kind, made_at, 1, 0, NULL FROM obligations WHERE state NOT IN ('met', 'waived')",
    "overdue": f"SELECT {_OF_OBLIGATION}, kind, due_at, 1, 0, NULL FROM obligations WHERE state = 'overdue'",
    "waived": f"SELECT {_OF_OBLIGATION}, kind, waived_at, 1, 0, NULL FROM obligations WHERE state = 'waived'",
    "delivered": _DONE.format(met="1"),
    "in_time": _DONE.format(met="(ended_at <= due_at)::int"),
    "median_answer_hours": _ANSWERS,
    "p90_answer_hours": _ANSWERS,
    "breaches": f"SELECT {_OF_BREACH}, code, made_at, 1, 0, NULL FROM breaches",
    "soft_nos_due": f"SELECT {_OF_PLAN}, reason, due_at, 1, 0, NULL FROM plans WHERE due_at <= $now::timestamptz",
    "soft_nos_undated": f"SELECT {_OF_PLAN}, NULL, closed_at, 1, 0, NULL FROM plans WHERE due_at IS NULL",
    "brought_back": f"SELECT {_OF_QUEUE}, trigger, happened, 1, 0, NULL FROM fell_due",
    "queue_work": f"SELECT {_OF_QUEUE}, outcome, happened, 1, 0, NULL FROM worked",
    "rating": f"""
        SELECT {_SAID}, NULL, happened, score, 0, NULL FROM said WHERE score IS NOT NULL
        UNION ALL SELECT {_SAID}, NULL, happened, 0, 1, NULL FROM said WHERE score IS NOT NULL
    """,
    "lost_channels": f"SELECT {_SAID}, what, happened, 1, 0, NULL FROM said WHERE score IS NULL",
    "people": """
        SELECT person, person, NULL, NULL, NULL, happened, coalesce(market_status, 'unknown'), happened, 1, 0, NULL FROM people
    """,
    "stale_records": """
        SELECT person, person, NULL, NULL, NULL, happened, NULL, happened,
            (happened < $now::timestamptz - INTERVAL 365 DAY)::int, 1, NULL
        FROM people
    """,
    "market_changes": """
        SELECT id, person, NULL, NULL, NULL, happened, coalesce(before, 'unknown') || '_to_' || coalesce(after, 'unknown'),
            happened, 1, 0, NULL FROM changes WHERE before IS DISTINCT FROM after
    """,
}
ITEM_RATIOS = {"delivered", "in_time", "rating", "stale_records"}
ITEM_QUANTILES = {"median_answer_hours": 0.5, "p90_answer_hours": 0.9}
_COLUMNS = {
    "position": "parts.position", "recruiter": "parts.recruiter", "channel": "parts.channel", "level": "people.level",
    "location": "people.country", "tier": "people.tier", "market_status": "people.market_status", "sponsor": "positions.sponsor",
}  # fmt: skip

_STATE = """
    CREATE TABLE sent AS SELECT row_number() OVER () AS nth, * FROM raw;
    CREATE TABLE snapshots AS
        SELECT *, data->>'candidate_id' AS stream, data->>'person_id' AS belongs FROM sent
        WHERE type = 'rekindle.candidate.changed';
    CREATE TABLE who AS SELECT stream, arg_max(belongs, nth) AS person FROM snapshots GROUP BY 1;
    CREATE VIEW events AS
        SELECT sent.*, coalesce(who.person, sent.subject) AS person FROM sent LEFT JOIN who ON who.stream = sent.subject;
    CREATE TABLE people AS SELECT * FROM (
        SELECT stream AS person, arg_max(data->>'level', nth) AS level, arg_max(data->>'country', nth) AS country,
            arg_max(data->>'tier', nth) AS tier,
            last(data->>'market_status' ORDER BY nth) AS market_status, max(happened) AS happened,
            from_json(last(data->'skills' ORDER BY nth), '["VARCHAR"]') AS skills, last(belongs ORDER BY nth) AS belongs
        FROM snapshots GROUP BY 1
    ) WHERE belongs = person AND person NOT IN (SELECT subject FROM sent WHERE type = 'rekindle.candidate.erased');
    CREATE TABLE positions AS
        SELECT subject AS position, last(data->>'sponsor' ORDER BY nth) AS sponsor FROM sent
        WHERE type = 'rekindle.position.changed' GROUP BY 1;
    CREATE TABLE obligations AS SELECT * FROM (
        SELECT data->>'obligation_id' AS id, last(person ORDER BY nth) AS person,
            last(split_part(type, '.', 3) ORDER BY nth) AS state,
            last(data->>'kind' ORDER BY nth) AS kind, last(data->>'position_id' ORDER BY nth) AS position,
            last(data->>'recruiter' ORDER BY nth) AS recruiter, last((data->>'made_at')::timestamptz ORDER BY nth) AS made_at,
            last((data->>'due_at')::timestamptz ORDER BY nth) AS due_at,
            last((data->>'met_at')::timestamptz ORDER BY nth) AS ended_at,
            last((data->>'waived_at')::timestamptz ORDER BY nth) AS waived_at
        FROM events WHERE type LIKE 'rekindle.obligation.%' GROUP BY 1
    ) WHERE state <> 'withdrawn';
    CREATE TABLE breaches AS SELECT * FROM (
        SELECT data->>'breach_id' AS id, last(person ORDER BY nth) AS person, last(type ORDER BY nth) AS state,
            last(data->>'code' ORDER BY nth) AS code, last(data->>'position_id' ORDER BY nth) AS position,
            last(data->>'recruiter' ORDER BY nth) AS recruiter, last(data->>'channel' ORDER BY nth) AS channel,
            last((data->>'made_at')::timestamptz ORDER BY nth) AS made_at
        FROM events WHERE type LIKE 'rekindle.policy_breach.%' GROUP BY 1
    ) WHERE state LIKE '%found';
    CREATE TABLE plans AS SELECT * FROM (
        SELECT subject || (data->>'position_id') || (data->>'attempt') AS id, last(person ORDER BY nth) AS person,
            last(data->>'position_id' ORDER BY nth) AS position, last(data->>'reason' ORDER BY nth) AS reason,
            last((data->>'closed_at')::timestamptz ORDER BY nth) AS closed_at,
            last((data->>'due_at')::timestamptz ORDER BY nth) AS due_at, last(data->>'change' ORDER BY nth) AS change
        FROM events WHERE type = 'rekindle.return_plan.changed' GROUP BY 1
    ) WHERE change <> 'ended';
    CREATE TABLE fell_due AS SELECT DISTINCT id, person, NULL AS recruiter, happened, plan->>'trigger' AS trigger FROM (
        SELECT *, unnest(from_json(data->'plans', '["JSON"]')) AS plan FROM events WHERE type = 'rekindle.queue_item.fell_due'
    );
    CREATE TABLE worked AS
        SELECT id, person, data->>'recruiter' AS recruiter, happened,
            coalesce(data->>'outcome', split_part(type, '.', 3)) AS outcome
        FROM events WHERE split_part(type, '.', 2) = 'queue_item'
            AND split_part(type, '.', 3) IN ('completed', 'snoozed', 'dismissed')
            AND id NOT IN (SELECT data->>'event_id' FROM sent WHERE type = 'rekindle.queue_item.restored');
    CREATE TABLE said AS
        SELECT id, person, data->>'channel' AS channel, happened, (data->>'score')::int AS score, split_part(type, '.', 3) AS what
        FROM events WHERE split_part(type, '.', 2) = 'candidate'
            AND split_part(type, '.', 3) IN ('rated_us', 'unsubscribed', 'complained')
            AND id NOT IN (
                SELECT data->>'event' FROM sent WHERE type = 'rekindle.event.retracted' AND data->>'event' IS NOT NULL
                UNION ALL
                SELECT (
                    SELECT arg_max(told.id, (told.happened, told.id)) FROM events AS told
                    WHERE told.type = back.data->>'type' AND told.person = back.person AND told.happened <= back.happened
                ) FROM events AS back WHERE back.type = 'rekindle.event.retracted' AND back.data->>'type' IS NOT NULL
            );
    CREATE TABLE changes AS SELECT * FROM (
        SELECT id, coalesce((SELECT person FROM who WHERE who.stream = snapshots.stream), stream) AS person, happened, stream,
            lag(data->>'market_status') OVER own AS before, data->>'market_status' AS after,
            row_number() OVER own AS which, belongs
        FROM snapshots WINDOW own AS (PARTITION BY stream ORDER BY nth)
    ) WHERE which > 1 AND belongs = stream
"""


class ItemOracle:
    """What events amount to, in DuckDB; ``now`` is when it is asked."""

    def __init__(self, events: Sequence[Event], zone: str) -> None:
        self.zone = zone
        self.db = duckdb.connect(":memory:")
        self.db.execute("SET TimeZone = 'UTC'")
        self.db.execute("CREATE TABLE raw (id text, type text, subject text, happened timestamptz, data json)")
        rows = [(str(one.id), one.type, str(one.subject), one.time, one.value.decode()) for one in events]
        self.db.execute(
            f"INSERT INTO raw VALUES {', '.join(['(?, ?, ?, ?, ?)'] * len(rows))}", [value for row in rows for value in row]
        )
        for statement in _STATE.split(";"):
            self.db.execute(statement)

    def ask(
        self,
        metric: str,
        view: str,
        now: datetime,
        group_by: Sequence[str] = (),
        filters: Sequence[tuple[str, list[str]]] = (),
        span: tuple[datetime | None, datetime | None] = (None, None),
    ) -> dict[tuple[str | None, ...], tuple[float | None, int]]:
        """The rows by group and key; those that rest on nothing are left out."""
        moment = "began_at" if view == "cohort" else "parts.moment"
        columns = _COLUMNS | {
            "skill": "skilled.skill",
            "period": f"strftime(date_trunc('month', timezone('{self.zone}', {moment})), '%Y-%m-%d')",
        }
        where, values = ["true"], {**dict[str, Any](filters)}
        where += [
            "list_has_any(people.skills, $skill)" if name == "skill" else f"list_contains(${name}, {columns[name]}::text)"
            for name in values
        ]
        for name, compare, at in (("since", ">=", span[0]), ("before", "<", span[1])):
            if at is not None:
                where.append(f"{moment} {compare} ${name}::timestamptz")
                values[name] = at.isoformat()
        value, n = "sum(up)", "sum(up)"
        if metric in ITEM_RATIOS:
            value, n = "sum(up) / nullif(sum(down), 0)", "sum(down)"
        elif metric in ITEM_QUANTILES:
            value, n = f"quantile_cont(hours, {ITEM_QUANTILES[metric]})", "count(*)"
        if "$now" in ITEM_PARTS[metric]:
            values["now"] = now.isoformat()
        skilled = "LEFT JOIN (SELECT person, unnest(skills) AS skill FROM people) AS skilled ON skilled.person = parts.person"
        rows: list[tuple[Any, ...]] = self.db.execute(
            f"""
            SELECT {"".join(f"{columns[name]}, " for name in group_by)} parts.key, {value}, {n}
            FROM ({ITEM_PARTS[metric]})
                AS parts (item, person, position, recruiter, channel, began_at, key, moment, up, down, hours)
            LEFT JOIN people ON people.person = parts.person LEFT JOIN positions ON positions.position = parts.position
            {skilled if "skill" in group_by else ""} WHERE {" AND ".join(where)} GROUP BY ALL
            """,
            values,
        ).fetchall()
        return {(*row[:-2],): (row[-2], int(row[-1])) for row in rows if row[-1]}
