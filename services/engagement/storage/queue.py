"""Queue items, read in the queue's order. They are written with all else of a person: ``storage.people``.

A lease has a row of its own: a claim writes that narrow one, and neither the item's wide row nor any index of it.
"""

import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from functools import lru_cache
from typing import Any
from uuid import UUID

import orjson
from asyncpg.pgproto import pgproto
from sqlalchemy.ext.asyncio import AsyncSession

from services.engagement.domain.priority import Factor, PriorityPart
from services.engagement.domain.queue import Presence, QueueItem, QueueReason, QueueStatus
from services.engagement.domain.queue_log import Lease
from services.engagement.storage.announcements import HEAD
from services.engagement.storage.streams import try_lock_of, try_lock_people
from shared.db.asyncpg_connection import driver
from shared.events.vocabulary import Level, ObligationKind, Reason, Tier, Trigger

_COLUMNS = (
    "person_id, id, presence, due_at, priority, parts, reasons, newest_close, snoozed_until, lease, recruiter, "
    "lease_expires_at, lease_newest_close, announced, last_touch_by, tier"
)
_ITEMS = "queue_items LEFT JOIN leases USING (person_id)"
_LEASED = "lease_expires_at > :now"
# The leases that last are read once, not once for each of the strongest items, which are the leased ones.
_FREE = f"person_id NOT IN (SELECT person_id FROM leases WHERE {_LEASED})"  # noqa: S608 - a constant
_UNLEASED: Mapping[QueueStatus, str] = {
    QueueStatus.DUE: "due_at <= :now",
    QueueStatus.SNOOZED: "due_at > :now AND snoozed_until > :now",
    QueueStatus.SCHEDULED: "due_at > :now AND (snoozed_until IS NULL OR snoozed_until <= :now)",
}
"""Which live items that nobody holds have a status: as ``QueueItem.status`` says, by columns that one index holds."""
_STATUS = {QueueStatus.CLAIMED: _LEASED} | {status: f"{condition} AND {_FREE}" for status, condition in _UNLEASED.items()}
_COUNTS = ", ".join(
    f"count(*) FILTER (WHERE {condition}) AS {status}"
    for status, condition in [
        (QueueStatus.CLAIMED, _LEASED),
        *((status, f"{condition} AND ({_LEASED}) IS NOT TRUE") for status, condition in _UNLEASED.items()),
    ]
)
_FOR_RECRUITER = (
    "last_touch_by = :recruiter",
    f"person_id = ANY (ARRAY (SELECT person_id FROM leases WHERE recruiter = :recruiter AND {_LEASED}))",  # noqa: S608
    "reasons @> jsonb_build_array(jsonb_build_object('recruiter', CAST(:recruiter AS text)))",
)
"""Whose item it is, each found by an index of its own."""
_FOR_REASON = """
    AND EXISTS (
        SELECT FROM jsonb_to_recordset(reasons) AS one (reason text, position_id uuid, due_at timestamptz, trigger text)
        WHERE (one.due_at <= :now OR queue_items.due_at > :now)
          AND (CAST(:reason AS text) IS NULL OR one.reason = :reason)
          AND (CAST(:position AS uuid) IS NULL OR one.position_id = :position)
          AND (CAST(:trigger AS text) IS NULL OR one.trigger = :trigger))
    AND reasons @> CAST(:contained AS jsonb)
"""
_FOR_PERSON: Mapping[str, str] = {
    "country": "country = :country",
    "level": "level = :level",
    "skill": "skills @> ARRAY[CAST(:skill AS text)]",
}
"""What the records of a person must say, by filter; of linked records any may say it."""
_ORDER = "priority DESC, queue_items.due_at, queue_items.id"
_FOLLOWS = """
    AND priority <= :priority
    AND (priority < :priority OR (queue_items.due_at, queue_items.id) > (:due_at, :id))
"""
_NAME = re.compile(r"(?<!:):(\w+)")
TO_ANNOUNCE = "presence = 'live' AND due_at <= :now AND announced IS DISTINCT FROM due_at"


@dataclass(frozen=True, slots=True)
class After:
    """The place of an item in the queue's order: what follows it comes on the next page."""

    priority: int
    due_at: datetime
    id: UUID


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which items are asked for. ``reason``, ``position`` and ``trigger`` are looked for among the reasons that are shown then.

    ``recruiter`` holds the item, made the last touch, or owes what is overdue. ``country``, ``level`` and ``skill`` are what a
    record says.
    """

    status: QueueStatus | None = None
    position: UUID | None = None
    reason: Reason | None = None
    min_priority: int = 0
    recruiter: str | None = None
    trigger: Trigger | None = None
    country: str | None = None
    level: Level | None = None
    skill: str | None = None
    tier: Tier | None = None
    """What the record says, or inner for those who got away."""
    item: UUID | None = None

    @property
    def has_reason(self) -> bool:
        """Whether one of the reasons is asked for."""
        return self.reason is not None or self.position is not None or self.trigger is not None


async def page(session: AsyncSession, wanted: Wanted, *, now: datetime, after: After | None, limit: int) -> list[QueueItem]:
    """Live items, strongest first, then longest due."""
    query, values = paging(wanted, now=now, after=after, limit=limit)
    return [_item(row) for row in await _fetch(session, query, values)]


def paging(wanted: Wanted, *, now: datetime, after: After | None, limit: int) -> tuple[str, dict[str, Any]]:
    """The query of ``page``, which for a recruiter alone reads no more items than it answers, and its values."""
    values = _values(wanted, now) | {"limit": limit}
    where = _where(replace(wanted, recruiter=None))
    if after is not None:
        where += _FOLLOWS
        values |= {"priority": after.priority, "due_at": after.due_at, "id": after.id}
    end = f"ORDER BY {_ORDER} LIMIT :limit"
    if wanted.recruiter is not None:
        theirs = (f"(SELECT person_id FROM {_ITEMS} WHERE {where} AND {one} {end})" for one in _FOR_RECRUITER)  # noqa: S608
        where = f"person_id IN ({' UNION '.join(theirs)})"
    return f"SELECT {_COLUMNS} FROM {_ITEMS} WHERE {where} {end}", values  # noqa: S608


async def counts(session: AsyncSession, wanted: Wanted, *, now: datetime) -> dict[QueueStatus, int]:
    """How many live items there are of each status, at one moment. ``wanted.status`` is not looked at."""
    query, values = counting(wanted, now=now)
    [row] = await _fetch(session, query, values)
    return {status: row[status] for status in _STATUS}


def counting(wanted: Wanted, *, now: datetime) -> tuple[str, dict[str, Any]]:
    """The query of ``counts``, which without filters reads one index alone, and its values."""
    everything = replace(wanted, status=None)
    return f"SELECT {_COUNTS} FROM {_ITEMS} WHERE {_where(everything)}", _values(everything, now)  # noqa: S608 - constants


@dataclass(frozen=True, slots=True)
class Claimed:
    """A leased item, the sequence that its line in the log takes, and what senders call its person."""

    item: QueueItem
    sequence: int
    references: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Taken:
    """Items that were leased, strongest first. ``passed_over``: whether fewer than wanted, for somebody locked others."""

    items: list[Claimed]
    passed_over: bool


# Nobody is waited for: who has a person's lock may be waiting for somebody's row. The subquery comes first, so that only persons
# whose turn it is are locked; it has an end, so that the index is read as far as it is needed, and nothing is sorted.
_PICK = f"""
    SELECT person_id FROM (
        SELECT person_id FROM queue_items WHERE {{where}} AND person_id <> ALL (CAST(:busy AS uuid[]))
        ORDER BY {_ORDER} LIMIT 10000
    ) AS ordered WHERE {try_lock_of("person_id")}
    LIMIT greatest(0, :limit - (SELECT count(*) FROM queue_log WHERE request = :request))
    """  # noqa: S608 - constants
# The persons are locked by now: an item that is still wanted stays so, one that somebody took in between has a lease, and nobody
# else numbers their events.
_LEASE = f"""
    WITH picked AS MATERIALIZED (
        SELECT * FROM queue_items WHERE person_id = ANY (CAST(:people AS uuid[])) AND {{where}}
    ), known AS MATERIALIZED (
        SELECT person_id, max({HEAD}) FILTER (WHERE candidate_id = person_id AND erased_at IS NULL) AS head,
            bool_or(candidate_id = person_id AND reengagement_sequence = 0) AS is_first,
            array_agg(reference) FILTER (WHERE reference IS NOT NULL) AS known_as
        FROM relationships WHERE person_id = ANY (CAST(:people AS uuid[])) GROUP BY person_id
    ), leased AS (
        INSERT INTO leases SELECT person_id, gen_random_uuid(), :taker, :until, newest_close
        FROM picked JOIN known USING (person_id) WHERE head IS NOT NULL
        ON CONFLICT (person_id) DO UPDATE SET lease = excluded.lease, recruiter = excluded.recruiter,
            lease_expires_at = excluded.lease_expires_at, lease_newest_close = excluded.lease_newest_close
        WHERE leases.lease_expires_at <= :now RETURNING *
    )
    SELECT {_COLUMNS}, head + 1 AS sequence, is_first, known_as
    FROM picked JOIN leased USING (person_id) JOIN known USING (person_id)
    """  # noqa: S608 - constants
# Streams of which nothing was announced before: what they owe was another's, who is the same person. All lock rows in this order.
_BEGIN = """
    UPDATE relationships SET reengagement_sequence = 1 WHERE candidate_id IN (
        SELECT candidate_id FROM relationships WHERE candidate_id = ANY (CAST(:streams AS uuid[]))
        ORDER BY candidate_id FOR NO KEY UPDATE)
    """


async def claim(
    session: AsyncSession, wanted: Wanted, *, recruiter: str, until: datetime, now: datetime, limit: int, request: UUID
) -> Taken:
    """Lease the strongest due items to a recruiter and lock their persons; what another transaction locked is passed over.

    What the same ``request`` has claimed before, as the queue log says, is taken off the ``limit``. The caller has shared the
    map, and puts each item on record with its sequence.
    """
    asked, taking = _values(wanted, now), {"taker": recruiter, "until": until}
    pick = _PICK.format(where=_where(wanted))
    lease = _LEASE.format(where=f"{_where(replace(wanted, status=None))} AND {_UNLEASED[QueueStatus.DUE]}")
    busy, first, claimed = set[UUID](), list[UUID](), list[Claimed]()
    is_all = False
    while not is_all and (left := limit - len(claimed)):
        values = asked | {"limit": left, "busy": list(busy), "request": request}
        picked = [row[0] for row in await _fetch(session, pick, values)]
        rows = await _fetch(session, lease, asked | taking | {"people": picked}) if picked else []
        claimed += [Claimed(_item(row), row["sequence"], tuple(sorted(row["known_as"] or ()))) for row in rows]
        first += [row["person_id"] for row in rows if row["is_first"]]
        busy |= {*picked} - {row["person_id"] for row in rows}
        is_all = len(picked) < left
    if first:
        await _fetch(session, _BEGIN, {"streams": first})
    claimed.sort(key=lambda one: (-one.item.priority, one.item.due_at, one.item.id))
    return Taken(claimed, passed_over=is_all and bool(await page(session, wanted, now=now, after=None, limit=1)))


_IS_OWN = """
    EXISTS (SELECT FROM relationships WHERE candidate_id = queue_items.person_id AND relationships.person_id = candidate_id)
    """
"""Whether an item's person stands for itself. After a link it is another's, until that one is derived."""
_ANNOUNCE = "UPDATE queue_items SET announced = due_at WHERE person_id = ANY($1::uuid[])"


async def mark_announced(session: AsyncSession, people: Collection[UUID]) -> None:
    """The due times of these persons' items were announced. The caller holds their locks since before it read their items."""
    await (await driver(session)).execute(_ANNOUNCE, list(people))


async def ids_of(session: AsyncSession, wanted: Wanted, *, now: datetime, limit: int) -> list[UUID]:
    """The ids of the first live items that are wanted, strongest first."""
    return [item.id for item in await page(session, wanted, now=now, after=None, limit=limit)]


async def of_ids(session: AsyncSession, ids: Collection[UUID], *, are_own: bool = False) -> dict[UUID, QueueItem]:
    """The items of these ids, live or not, by id; with ``are_own`` without those whose person has become one with another."""
    query = f"SELECT {_COLUMNS} FROM {_ITEMS} WHERE id = ANY(CAST(:ids AS uuid[]))"  # noqa: S608 - constants
    query += f" AND {_IS_OWN}" if are_own else ""
    return {row["id"]: _item(row) for row in await _fetch(session, query, {"ids": list(ids)})}


async def take_unannounced(session: AsyncSession, *, now: datetime, limit: int) -> list[QueueItem]:
    """Items whose due time has come and was not announced, whose persons are locked now. The caller has shared the map."""
    query = f"SELECT person_id FROM queue_items WHERE {TO_ANNOUNCE} ORDER BY due_at LIMIT :limit"  # noqa: S608
    found = [row[0] for row in await _fetch(session, query, {"now": now, "limit": limit})]
    return await _of_people(session, await try_lock_people(session, found), f"{TO_ANNOUNCE} AND {_IS_OWN}", {"now": now})


async def _of_people(session: AsyncSession, people: Collection[UUID], where: str, values: dict[str, Any]) -> list[QueueItem]:
    if not people:
        return []
    query = f"SELECT {_COLUMNS} FROM {_ITEMS} WHERE person_id = ANY(CAST(:people AS uuid[])) AND {where}"  # noqa: S608
    return [_item(row) for row in await _fetch(session, query, {"people": list(people)} | values)]


def _where(wanted: Wanted) -> str:
    where = "presence = 'live' AND priority >= :min_priority"
    if wanted.status is not None:
        where += f" AND {_STATUS[wanted.status]}"
    if wanted.recruiter is not None:
        where += f" AND ({' OR '.join(_FOR_RECRUITER)})"
    if wanted.tier is not None:
        where += " AND tier = :tier"
    if wanted.item is not None:
        where += " AND queue_items.id = :item"
    for name, condition in _FOR_PERSON.items():
        if getattr(wanted, name) is not None:
            where += f" AND person_id IN (SELECT person_id FROM relationships WHERE erased_at IS NULL AND {condition})"  # noqa: S608
    return where + _FOR_REASON if wanted.has_reason else where


def _values(wanted: Wanted, now: datetime) -> dict[str, Any]:
    values: dict[str, Any] = {"now": now, "min_priority": wanted.min_priority}
    values |= {
        name: getattr(wanted, name) for name in ("recruiter", "tier", "item", *_FOR_PERSON) if getattr(wanted, name) is not None
    }
    if wanted.has_reason:
        asked = {"reason": wanted.reason, "position": wanted.position, "trigger": wanted.trigger}
        contained = {"reason": wanted.reason, "position_id": wanted.position, "trigger": wanted.trigger}
        one = {name: str(value) for name, value in contained.items() if value is not None}
        values |= asked | {"contained": orjson.dumps([one]).decode()}
    return values


async def one(session: AsyncSession, id: UUID) -> QueueItem | None:
    """The item of an id, live or not."""
    query = f"SELECT {_COLUMNS} FROM {_ITEMS} WHERE id = :id"  # noqa: S608 - the columns are constants
    return next((_item(row) for row in await _fetch(session, query, {"id": id})), None)


async def _fetch(session: AsyncSession, query: str, values: Mapping[str, Any]) -> list[Any]:
    """The rows of a query, which names its values as ``:name``."""
    numbered, names = _numbered(query)
    return await (await driver(session)).fetch(numbered, *(values[name] for name in names))


@lru_cache(maxsize=256)
def _numbered(query: str) -> tuple[str, tuple[str, ...]]:
    """The query with its values as the driver takes them, by number, and the name of each."""
    names = tuple(dict.fromkeys(_NAME.findall(query)))
    return _NAME.sub(lambda name: f"${names.index(name[1]) + 1}", query), names


def _item(row: Any) -> QueueItem:
    lease = None
    if row["lease"] is not None:
        lease = Lease(row["lease"], row["recruiter"], row["lease_expires_at"], row["lease_newest_close"])
    return QueueItem(
        person_id=row["person_id"],
        id=row["id"],
        presence=Presence(row["presence"]),
        reasons=tuple(_reason(reason) for reason in row["reasons"]),
        due_at=row["due_at"],
        priority=row["priority"],
        parts=tuple(PriorityPart(Factor(one["factor"]), one["points"], one["why"]) for one in row["parts"]),
        newest_close=row["newest_close"],
        snoozed_until=row["snoozed_until"],
        lease=lease,
        announced=row["announced"],
        last_touch_by=row["last_touch_by"],
        tier=None if row["tier"] is None else Tier(row["tier"]),
    )


def _reason(stored: Mapping[str, Any]) -> QueueReason:
    return QueueReason(
        # The driver's class is made in a fraction of the time.
        position_id=None if stored["position_id"] is None else pgproto.UUID(stored["position_id"]),
        reason=None if stored["reason"] is None else Reason(stored["reason"]),
        due_at=datetime.fromisoformat(stored["due_at"]),
        trigger=Trigger(stored["trigger"]),
        strength=stored["strength"],
        why=_clauses(stored["why"]),
        obligation_id=UUID(stored["obligation_id"]) if "obligation_id" in stored else None,
        kind=ObligationKind(stored["kind"]) if "kind" in stored else None,
        recruiter=stored.get("recruiter"),
    )


def _clauses(stored: str | list[str]) -> tuple[str, ...]:
    """What an earlier release wrote as one text is read, too."""
    return tuple(stored.split("; ") if isinstance(stored, str) else stored)
