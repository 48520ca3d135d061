"""Persons as they are derived: loading all that is known of them, and storing what follows from it."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

import orjson
from sqlalchemy.ext.asyncio import AsyncSession

from services.engagement.domain.derive import Derived, Person
from services.engagement.domain.facts import PersonFact
from services.engagement.domain.gained import Gained
from services.engagement.domain.pursuit_view import PursuitRow
from services.engagement.domain.queue import QueueItem, QueueReason
from services.engagement.domain.queue_log import QueueEntry
from services.engagement.domain.return_plans import PlanRow
from services.engagement.domain.returns import Condition
from services.engagement.storage import cleansing, obligations, openings, policy_breaches, queue_log
from services.engagement.storage.announcements import HEAD
from services.engagement.storage.obligations import ChangedObligation
from services.engagement.storage.policy_breaches import ChangedBreach
from services.engagement.storage.profiles import COLUMNS, GAINED, gained_of, profile_of
from shared.db.asyncpg_connection import driver
from shared.events import PursuitDeclined, PursuitPositionClosed, PursuitRejected, PursuitWithdrawn
from shared.events.vocabulary import PlanChange, Reason, Tier
from shared.fit import NOTHING_KNOWN, Profile

_CLOSES = frozenset({PursuitDeclined.type, PursuitRejected.type, PursuitWithdrawn.type, PursuitPositionClosed.type})
"""The facts after which a position may bring a person back."""

# LATERAL, so that each stream is looked up in its own partition alone.
_FACTS = """
    SELECT relationships.person_id, log.*, positions.closings FROM relationships CROSS JOIN LATERAL (
        SELECT candidate_id, event_id, type, time, position_id, data FROM log
        WHERE log.candidate_id = relationships.candidate_id AND data IS NOT NULL OFFSET 0) AS log
    LEFT JOIN positions ON positions.position_id = log.position_id AND positions.closings <> '{}'
    WHERE relationships.person_id = ANY($1::uuid[])
    """
_STATES = f"""
    SELECT person_id, bool_and(erased_at IS NOT NULL),
        array_agg(candidate_id) FILTER (WHERE reengagement_sequence > 0
            AND EXISTS (SELECT FROM queue_log WHERE queue_log.candidate_id = relationships.candidate_id)),
        array_agg(candidate_id) FILTER (WHERE reengagement_sequence > 0
            AND EXISTS (SELECT FROM obligation_waivers AS one WHERE one.candidate_id = relationships.candidate_id)),
        (array_agg(time_zone ORDER BY candidate_id <> person_id, candidate_id) FILTER (WHERE time_zone IS NOT NULL))[1],
        (array_agg(country ORDER BY candidate_id <> person_id, candidate_id) FILTER (WHERE country IS NOT NULL))[1],
        (array_agg(tier ORDER BY candidate_id <> person_id, candidate_id) FILTER (WHERE tier IS NOT NULL))[1], {GAINED},
        (SELECT max(due_at) FROM obligations WHERE obligations.person_id = relationships.person_id AND status = 'overdue'),
        (SELECT json_agg(json_build_array(since, rules) ORDER BY since)::text FROM contact_rules),
{COLUMNS}
    FROM relationships WHERE person_id = ANY($1::uuid[]) GROUP BY person_id
    """  # noqa: S608 - a constant
_PURSUIT = (
    ("id", "uuid"), ("person_id", "uuid"), ("position_id", "uuid"), ("attempt", "integer"), ("stage", "text"),
    ("status", "text"), ("close_kind", "text"), ("close_reason", "text"), ("closed_at", "timestamptz"),
    ("clock_at", "timestamptz"),
)  # fmt: skip
_ITEM = (
    ("person_id", "uuid"), ("id", "uuid"), ("presence", "text"), ("due_at", "timestamptz"), ("priority", "integer"),
    ("parts", "jsonb"), ("reasons", "jsonb"), ("newest_close", "timestamptz"), ("snoozed_until", "timestamptz"),
    ("announced", "timestamptz"), ("last_touch_by", "text"), ("tier", "text"),
)  # fmt: skip
_LEASE = (
    ("person_id", "uuid"), ("lease", "uuid"), ("recruiter", "text"), ("lease_expires_at", "timestamptz"),
    ("lease_newest_close", "timestamptz"),
)  # fmt: skip
_PLAN = (
    ("person_id", "uuid"), ("position_id", "uuid"), ("attempt", "integer"), ("kind", "text"), ("closed_by", "text"),
    ("closed_at", "timestamptz"), ("reason", "text"), ("facts", "jsonb"), ("time_due_at", "timestamptz"),
    ("position_from", "timestamptz"), ("also", "jsonb"), ("due_at", "timestamptz"), ("trigger", "text"),
)  # fmt: skip

_CONDITION = (
    ("person_id", "uuid"), ("position_id", "uuid"), ("closed_at", "timestamptz"), ("number", "smallint"), ("kind", "text"),
    ("level", "smallint"), ("amount", "double precision"), ("currency", "text"), ("remote", "boolean"), ("countries", "text[]"),
    ("cities", "text[]"), ("career_from", "timestamptz"), ("skills", "text[]"), ("wanted_level", "smallint"),
    ("role_words", "text[]"), ("sponsor", "text"), ("available_from", "date"),
)  # fmt: skip


def _of(table: str, names: Collection[str]) -> str:
    return ", ".join(f"{table}.{name}" for name in names)


def _upsert(
    table: str, columns: Sequence[tuple[str, str]], key: str, rows: str, *, by_time: Collection[str] = (), passes: str = "false"
) -> str:
    """An upsert of rows from a JSON array, which writes only rows that differ. ``key`` names its columns, with commas.

    A difference ``by_time`` alone counts only where time ``passes``. The others do not come as far as the conflict, for that
    would lock their rows, which is a write as well. Persons are locked, so that nobody inserts between the look and the write.
    """
    names, keys = [name for name, _ in columns], key.split(", ")
    changing = [name for name in names if name not in keys]
    compared = [name for name in changing if name not in by_time]
    is_new, differs = f"known.{keys[0]} IS NULL", f"({_of('known', compared)}) IS DISTINCT FROM ({_of('given', compared)})"
    return f"""
        INSERT INTO {table} ({", ".join(names)})
        SELECT {_of("given", names)} FROM json_to_recordset({rows}::json)
            AS given ({", ".join(f"{name} {kind}" for name, kind in columns)})
        LEFT JOIN LATERAL (
            SELECT * FROM {table} AS stored WHERE {" AND ".join(f"stored.{name} = given.{name}" for name in keys)} OFFSET 0
        ) AS known ON true
        WHERE {is_new} OR {differs} OR {passes}
        ORDER BY {_of("given", keys)}
        ON CONFLICT ({key}) DO UPDATE SET {", ".join(f"{name} = excluded.{name}" for name in changing)}
        """  # noqa: S608 - constants of this module


_SAVE = f"""
    WITH pursuit AS ({_upsert("pursuits", _PURSUIT, "id", "$1")}),
    emptied AS (
        UPDATE pursuits SET attempt = 0, stage = NULL, status = NULL, close_kind = NULL, close_reason = NULL, closed_at = NULL,
            clock_at = NULL
        WHERE person_id = ANY($2::uuid[]) AND attempt > 0
            AND NOT EXISTS (SELECT FROM unnest($3::uuid[]) AS kept (id) WHERE kept.id = pursuits.id)
    ),
    item AS ({_upsert("queue_items", _ITEM, "person_id", "$4")}),
    gone AS (
        DELETE FROM queue_items WHERE person_id = ANY($2::uuid[])
            AND NOT EXISTS (SELECT FROM unnest($5::uuid[]) AS kept (id) WHERE kept.id = queue_items.person_id)
    ),
    lease AS ({_upsert("leases", _LEASE, "person_id", "$16")}),
    released AS (
        DELETE FROM leases WHERE person_id = ANY($2::uuid[])
            AND NOT EXISTS (SELECT FROM unnest($17::uuid[]) AS kept (id) WHERE kept.id = leases.person_id)
    ),
    plan AS (
        {_upsert("return_plans", _PLAN, "person_id, position_id, attempt", "$6")}
        RETURNING person_id, position_id, attempt, CASE WHEN xmax = 0 THEN 'appeared' ELSE 'changed' END AS change, reason,
            closed_at
    ),
    ended AS (
        DELETE FROM return_plans WHERE person_id = ANY($2::uuid[]) AND NOT EXISTS (
            SELECT FROM unnest($7::uuid[], $8::uuid[], $9::integer[]) AS kept (person, position, number)
            WHERE person = person_id AND position = position_id AND number = attempt)
        RETURNING person_id, position_id, attempt, 'ended' AS change, reason, closed_at
    ),
    condition AS ({_upsert("return_conditions", _CONDITION, "person_id, position_id, closed_at, number", "$10")}),
    void AS (
        DELETE FROM return_conditions AS own WHERE person_id = ANY($2::uuid[]) AND NOT EXISTS (
            SELECT FROM json_to_recordset($10::json)
                AS kept (person_id uuid, position_id uuid, closed_at timestamptz, number smallint)
            WHERE (kept.person_id, kept.position_id, kept.closed_at, kept.number)
                = (own.person_id, own.position_id, own.closed_at, own.number))
    ),
    obligation AS (
        {_upsert("obligations", obligations.COLUMNS, "id", "$11", by_time=obligations.BY_TIME, passes=obligations.PASSES)}
        RETURNING new.id, new.candidate_id, old.id IS NULL AS is_new, {obligations.IS_NEWS} AS is_news
    ),
    withdrawn AS (
        DELETE FROM obligations WHERE candidate_id = ANY($13::uuid[])
            AND NOT EXISTS (SELECT FROM unnest($12::uuid[]) AS kept (id) WHERE kept.id = obligations.id)
        RETURNING id, candidate_id, to_jsonb(obligations) AS gone
    ),
    breach AS (
        {_upsert("policy_breaches", policy_breaches.COLUMNS, "id", "$14")}
        RETURNING new.id, new.candidate_id, old.id IS NULL AS is_new
    ),
    no_breach AS (
        DELETE FROM policy_breaches WHERE candidate_id = ANY($13::uuid[])
            AND NOT EXISTS (SELECT FROM unnest($15::uuid[]) AS kept (id) WHERE kept.id = policy_breaches.id)
        RETURNING id, candidate_id, to_jsonb(policy_breaches) AS gone
    ),
    finding AS ({_upsert("data_findings", cleansing.COLUMNS, "person_id, kind", "$18")}),
    settled AS (
        DELETE FROM data_findings WHERE person_id = ANY($2::uuid[]) AND NOT EXISTS (
            SELECT FROM unnest($19::uuid[], $20::text[]) AS kept (person, name) WHERE person = person_id AND name = kind)
    ),
    changed AS (
        SELECT 'plan' AS kind, person_id AS id, person_id AS stream, position_id, attempt, change, reason, closed_at,
            NULL::boolean AS is_new, NULL::jsonb AS gone FROM (SELECT * FROM ended UNION ALL SELECT * FROM plan) AS plans
        UNION ALL SELECT 'obligation', id, candidate_id, NULL, NULL, NULL, NULL, NULL, is_new, NULL FROM obligation WHERE is_news
        UNION ALL SELECT 'obligation', id, candidate_id, NULL, NULL, NULL, NULL, NULL, false, gone FROM withdrawn
        UNION ALL SELECT 'breach', id, candidate_id, NULL, NULL, NULL, NULL, NULL, NULL, NULL FROM breach WHERE is_new
        UNION ALL SELECT 'breach', id, candidate_id, NULL, NULL, NULL, NULL, NULL, NULL, gone FROM no_breach
    )
    SELECT changed.*, (
        SELECT {HEAD} FROM relationships WHERE candidate_id = stream AND erased_at IS NULL
    ) AS head FROM changed ORDER BY id, position_id, attempt
    """  # noqa: S608 - constants of this module
# Persons to whom no stream belongs that is not erased.
_GONE = """
    SELECT id FROM unnest($1::uuid[]) AS id
    WHERE NOT EXISTS (SELECT FROM relationships WHERE person_id = id AND erased_at IS NULL)
    """
_FORGET = "DELETE FROM pursuits WHERE person_id = ANY($1::uuid[])"


@dataclass(frozen=True, slots=True)
class Loaded:
    """Persons as they are known. ``erased`` are those of whom every stream was erased; one that was linked away has no facts.

    ``ahead`` are closings of their positions that are later than now, with the position.
    """

    people: Sequence[Person]
    erased: frozenset[UUID]
    ahead: frozenset[tuple[UUID, datetime]]
    rules: str | None = None
    """The rules about contacts over time, as they are on record: a JSON array of ``[since, rules]``."""


@dataclass(frozen=True, slots=True)
class ChangedPlan:
    """A plan whose row was written or removed, and its reason."""

    person_id: UUID
    position_id: UUID
    attempt: int
    change: PlanChange
    reason: Reason
    closed_at: datetime


@dataclass(frozen=True, slots=True)
class Changed:
    """What was written or removed of that which subscribers hear of."""

    plans: list[ChangedPlan]
    obligations: list[ChangedObligation]
    breaches: list[ChangedBreach]
    heads: dict[UUID, int]
    """The sequence on rekindle.reengagement.v1 of each stream that this is about and that was not erased."""


async def load(session: AsyncSession, people: Collection[UUID], *, now: datetime) -> Loaded:
    """All that is known of persons, in the order given."""
    connection = await driver(session)
    facts, closings = _group(await connection.fetch(_FACTS, list(people)))
    streams: dict[UUID, UUID] = {}
    waived: dict[UUID, UUID] = {}
    erased: set[UUID] = set()
    recorded: dict[UUID, tuple[str | None, str | None, Tier | None, Gained, datetime | None]] = {}
    profiles: dict[UUID, Profile] = {}
    rules: str | None = None
    for row in await connection.fetch(_STATES, list(people)):
        person, is_erased, logged, waived_of, time_zone, country, tier, gained, overdue, on_record, level, years, skills = row
        profiles[person] = profile_of(level, years, skills)
        if is_erased:
            erased.add(person)
        else:
            rules = on_record
            recorded[person] = time_zone, country, None if tier is None else Tier(tier), gained_of(gained), overdue
            streams |= dict.fromkeys(logged or (), person)
            waived |= dict.fromkeys(waived_of or (), person)
    waivers = await obligations.waivers_of(session, waived) if waived else {}
    entries: dict[UUID, list[QueueEntry]] = defaultdict(list)
    if streams:
        for entry in await queue_log.of_streams(session, list(streams)):
            entries[streams[entry.stream]].append(entry)
    past = {of: [time for time in times if time <= now] for of, times in closings.items()}
    ahead = frozenset((of, time) for of, times in closings.items() for time in times if time > now)
    closed = {fact.position for of in facts.values() for fact in of if fact.type in _CLOSES and fact.position is not None}
    around = await openings.around(connection, closed | past.keys())
    found = [
        Person(
            one,
            facts[one],
            past,
            entries[one],
            profiles.get(one, NOTHING_KNOWN),
            around.declined,
            around.openings,
            waivers,
            *recorded.get(one, ()),
        )
        for one in people
    ]
    return Loaded(found, frozenset(erased), ahead, rules)


def _group(rows: Iterable[Sequence[Any]]) -> tuple[Mapping[UUID, list[PersonFact]], Mapping[UUID, Sequence[datetime]]]:
    facts: dict[UUID, list[PersonFact]] = defaultdict(list)
    closings: dict[UUID, Sequence[datetime]] = {}
    for person, stream, event, type_name, time, position, data, closed in rows:
        facts[person].append(PersonFact(stream, event, type_name, time, position, data))
        if closed:
            closings[position] = closed
    return facts, closings


async def save(
    session: AsyncSession,
    derived: Mapping[UUID, Derived],
    streams: Collection[UUID],
    *,
    now: datetime,
    erased: Collection[UUID] = (),
) -> Changed:
    """Store what was derived of persons, where it differs from what is stored; returns what changed for subscribers.

    ``streams`` hold the persons' facts. The caller holds the persons' locks. A pursuit that no fact makes any more keeps an empty
    row, so that its id still leads to the person's; an erased person's go.
    """
    rows = [row for one in derived.values() for row in one.rows.values()]
    items = [one.item for one in derived.values() if one.item is not None]
    leased = [item for item in items if item.lease is not None]
    plans = [plan for one in derived.values() for plan in one.plans]
    owed = [one for each in derived.values() for one in each.obligations]
    broken = [one for each in derived.values() for one in each.breaches]
    found = [one for each in derived.values() for one in each.findings]
    connection = await driver(session)
    changed = await connection.fetch(
        _SAVE,
        _json([_pursuit(row) for row in rows]),
        list(derived),
        [row.id for row in rows],
        _json([_item(item) for item in items]),
        [item.person_id for item in items],
        _json([_plan(plan) for plan in plans]),
        [plan.person_id for plan in plans],
        [plan.position_id for plan in plans],
        [plan.attempt for plan in plans],
        _json([row for one in derived.values() for row in one.conditions]),
        _json([obligations.row_of(one, now) for one in owed]),
        [one.id for one in owed],
        list(streams),
        _json([policy_breaches.row_of(one) for one in broken]),
        [one.id for one in broken],
        _json([_lease(item) for item in leased]),
        [item.person_id for item in leased],
        _json([asdict(one) for one in found]),
        [one.person_id for one in found],
        [one.kind for one in found],
    )
    if erased:
        await connection.fetch(_FORGET, list(erased))
    return Changed(
        [
            ChangedPlan(
                one["id"], one["position_id"], one["attempt"], PlanChange(one["change"]), Reason(one["reason"]), one["closed_at"]
            )
            for one in changed
            if one["kind"] == "plan"
        ],
        [ChangedObligation(one["id"], one["is_new"], one["gone"]) for one in changed if one["kind"] == "obligation"],
        [ChangedBreach(one["id"], one["gone"]) for one in changed if one["kind"] == "breach"],
        {one["stream"]: one["head"] for one in changed if one["head"] is not None},
    )


async def forget_erased(session: AsyncSession, people: Collection[UUID]) -> dict[str, list[UUID]]:
    """Remove what was derived of those of the persons who have no stream left; returns whose each removed row was, by kind.

    The caller holds the map exclusively, so that nobody derives them meanwhile.
    """
    connection, removed = await driver(session), {}
    for table in ("pursuits", "queue_items", "return_plans", "return_conditions", "data_findings"):
        query = f"DELETE FROM {table} WHERE person_id IN ({_GONE}) RETURNING person_id"  # noqa: S608 - constants
        removed[table] = [row[0] for row in await connection.fetch(query, list(people))]
    await connection.fetch(f"DELETE FROM leases WHERE person_id IN ({_GONE})", list(people))  # noqa: S608 - a part of their items
    return removed


def _json(rows: Sequence[object]) -> str:
    # The driver's UUIDs are no plain ones, hence ``str``.
    return orjson.dumps(rows, default=str, option=orjson.OPT_UTC_Z).decode()


def _pursuit(row: PursuitRow) -> dict[str, Any]:
    return {name: getattr(row, name) for name, _ in _PURSUIT}


def _plan(plan: PlanRow) -> dict[str, Any]:
    own, *also = (_condition(condition) for condition in plan.conditions)
    return {name: getattr(plan, name, None) for name, _ in _PLAN} | own | {"also": also}


def _condition(condition: Condition) -> dict[str, Any]:
    facts = condition.facts.model_dump(mode="json", exclude_none=True)
    return {"reason": condition.reason, "facts": facts, "time_due_at": condition.due_at, "position_from": condition.position_from}


def _item(item: QueueItem) -> dict[str, Any]:
    return {
        "person_id": item.person_id,
        "id": item.id,
        "presence": item.presence,
        "due_at": item.due_at,
        "priority": item.priority,
        "parts": [{"factor": part.factor, "points": part.points, "why": part.why} for part in item.parts],
        "reasons": [_reason(reason) for reason in item.reasons],
        "newest_close": item.newest_close,
        "snoozed_until": item.snoozed_until,
        "announced": item.announced,
        "last_touch_by": item.last_touch_by,
        "tier": item.tier,
    }


def _lease(item: QueueItem) -> dict[str, Any]:
    lease = item.lease
    assert lease is not None
    return {
        "person_id": item.person_id,
        "lease": lease.id,
        "recruiter": lease.recruiter,
        "lease_expires_at": lease.expires_at,
        "lease_newest_close": lease.newest_close,
    }


def _reason(reason: QueueReason) -> dict[str, Any]:
    return {
        "position_id": reason.position_id,
        "reason": reason.reason,
        "due_at": reason.due_at,
        "trigger": reason.trigger,
        "strength": reason.strength,
        "why": reason.why,
        **({} if reason.obligation_id is None else _owed(reason)),
    }


def _owed(reason: QueueReason) -> dict[str, Any]:
    return {"obligation_id": reason.obligation_id, "kind": reason.kind, "recruiter": reason.recruiter}
