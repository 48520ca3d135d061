"""Queue items, read in the queue's order. They are written with all else of a person: ``storage.people``."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any
from uuid import UUID

import orjson
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from services.engagement.domain.priority import Factor, PriorityPart
from services.engagement.domain.queue import Presence, QueueItem, QueueReason, QueueStatus
from services.engagement.domain.queue_log import Lease
from services.engagement.storage.streams import try_lock_people
from shared.db.asyncpg_connection import driver
from shared.events.vocabulary import Level, Reason, Tier, Trigger

_COLUMNS = (
    "person_id, id, presence, due_at, priority, parts, reasons, newest_close, snoozed_until, lease, recruiter, "
    "lease_expires_at, lease_newest_close, announced, last_touch_by, tier"
)
_LEASED = "lease_expires_at > :now"
_FREE = "(lease_expires_at IS NULL OR lease_expires_at <= :now)"
_STATUS: Mapping[QueueStatus, str] = {
    QueueStatus.DUE: f"due_at <= :now AND {_FREE}",
    QueueStatus.CLAIMED: _LEASED,
    QueueStatus.SNOOZED: f"due_at > :now AND snoozed_until > :now AND {_FREE}",
    QueueStatus.SCHEDULED: f"due_at > :now AND (snoozed_until IS NULL OR snoozed_until <= :now) AND {_FREE}",
}
"""Which live items have a status: as ``QueueItem.status`` says, by columns that one index holds."""
_COUNTS = ", ".join(f"count(*) FILTER (WHERE {condition}) AS {status}" for status, condition in _STATUS.items())
_FOR_RECRUITER = f" AND (last_touch_by = :recruiter OR (recruiter = :recruiter AND lease IS NOT NULL AND {_LEASED}))"
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
    AND (priority < :priority OR (priority = :priority AND (queue_items.due_at, queue_items.id) > (:due_at, :id)))
"""
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

    ``recruiter`` holds the item, or made the last touch. ``country``, ``level`` and ``skill`` are what a record says.
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
    values = _values(wanted, now) | {"limit": limit}
    where = _where(wanted)
    if after is not None:
        where += _FOLLOWS
        values |= {"priority": after.priority, "due_at": after.due_at, "id": after.id}
    query = f"SELECT {_COLUMNS} FROM queue_items WHERE {where} ORDER BY {_ORDER} LIMIT :limit"  # noqa: S608
    return [_item(row) for row in await session.execute(text(query), values)]


async def counts(session: AsyncSession, wanted: Wanted, *, now: datetime) -> dict[QueueStatus, int]:
    """How many live items there are of each status, at one moment. ``wanted.status`` is not looked at."""
    query, values = counting(wanted, now=now)
    row = (await session.execute(text(query), values)).one()
    return {status: getattr(row, status) for status in _STATUS}


def counting(wanted: Wanted, *, now: datetime) -> tuple[str, dict[str, Any]]:
    """The query of ``counts``, which without filters reads one index alone, and its values."""
    everything = replace(wanted, status=None)
    return f"SELECT {_COUNTS} FROM queue_items WHERE {_where(everything)}", _values(everything, now)  # noqa: S608 - constants


@dataclass(frozen=True, slots=True)
class Taken:
    """Items whose persons are locked. ``passed_over``: whether another transaction held the lock of any other that is wanted."""

    items: list[QueueItem]
    passed_over: bool


async def take(session: AsyncSession, wanted: Wanted, *, now: datetime, limit: int) -> Taken:
    """Due items, strongest first, whose persons are locked now; what another transaction holds is passed over.

    The caller has shared the map.
    """
    after: After | None = None
    taken: list[QueueItem] = []
    passed_over = False
    while len(taken) < limit:
        found = await page(session, wanted, now=now, after=after, limit=limit)
        looked_at = found[: limit - len(taken)]
        free = await try_lock_people(session, [item.person_id for item in looked_at])
        passed_over = passed_over or len(free) < len(looked_at)
        # Read again, for they may have changed before they were locked.
        again = await _of_people(session, free, _where(wanted), _values(wanted, now))
        taken += sorted(again, key=lambda item: (-item.priority, item.due_at, item.id))
        if not looked_at or looked_at[-1].due_at is None:
            break
        after = After(looked_at[-1].priority, looked_at[-1].due_at, looked_at[-1].id)
    return Taken(taken, passed_over)


_LEASE = """
    UPDATE queue_items SET lease = given.lease, recruiter = $3, lease_expires_at = $4, lease_newest_close = newest_close
    FROM unnest($1::uuid[], $2::uuid[]) AS given (person, lease) WHERE person_id = given.person
    """
_ANNOUNCE = "UPDATE queue_items SET announced = due_at WHERE person_id = ANY($1::uuid[])"


async def lease_to(session: AsyncSession, leased: Mapping[UUID, Lease]) -> None:
    """Lease items, by person, to one recruiter, as their log says: the one thing that a claim changes about them.

    All leases end at the same time. The caller holds the locks of the persons since before it read their items.
    """
    if leased:
        one = next(iter(leased.values()))
        await (await driver(session)).execute(
            _LEASE, list(leased), [lease.id for lease in leased.values()], one.recruiter, one.expires_at
        )


async def mark_announced(session: AsyncSession, people: Collection[UUID]) -> None:
    """The due times of these persons' items were announced. The caller holds their locks since before it read their items."""
    await (await driver(session)).execute(_ANNOUNCE, list(people))


async def ids_of(session: AsyncSession, wanted: Wanted, *, now: datetime, limit: int) -> list[UUID]:
    """The ids of the first live items that are wanted, strongest first."""
    return [item.id for item in await page(session, wanted, now=now, after=None, limit=limit)]


async def of_ids(session: AsyncSession, ids: Collection[UUID]) -> dict[UUID, QueueItem]:
    """The items of these ids, live or not, by id."""
    query = text(f"SELECT {_COLUMNS} FROM queue_items WHERE id = ANY(CAST(:ids AS uuid[]))")  # noqa: S608 - constants
    return {row.id: _item(row) for row in await session.execute(query, {"ids": sorted(ids)})}


async def take_unannounced(session: AsyncSession, *, now: datetime, limit: int) -> list[QueueItem]:
    """Items whose due time has come and was not announced, whose persons are locked now. The caller has shared the map."""
    query = text(f"SELECT person_id FROM queue_items WHERE {TO_ANNOUNCE} ORDER BY due_at LIMIT :limit")  # noqa: S608
    found = list(await session.scalars(query, {"now": now, "limit": limit}))
    return await _of_people(session, await try_lock_people(session, found), TO_ANNOUNCE, {"now": now})


async def _of_people(session: AsyncSession, people: Collection[UUID], where: str, values: dict[str, Any]) -> list[QueueItem]:
    if not people:
        return []
    query = text(f"SELECT {_COLUMNS} FROM queue_items WHERE person_id = ANY(CAST(:people AS uuid[])) AND {where}")  # noqa: S608
    return [_item(row) for row in await session.execute(query, {"people": sorted(people)} | values)]


def _where(wanted: Wanted) -> str:
    where = "presence = 'live' AND priority >= :min_priority"
    if wanted.status is not None:
        where += f" AND {_STATUS[wanted.status]}"
    if wanted.recruiter is not None:
        where += _FOR_RECRUITER
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
    statement = text(f"SELECT {_COLUMNS} FROM queue_items WHERE id = :id")  # noqa: S608 - the columns are constants
    row = (await session.execute(statement, {"id": id})).one_or_none()
    return None if row is None else _item(row)


def _item(row: Any) -> QueueItem:
    lease = None
    if row.lease is not None:
        lease = Lease(row.lease, row.recruiter, row.lease_expires_at, row.lease_newest_close)
    return QueueItem(
        person_id=row.person_id,
        id=row.id,
        presence=Presence(row.presence),
        reasons=tuple(_reason(reason) for reason in row.reasons),
        due_at=row.due_at,
        priority=row.priority,
        parts=tuple(PriorityPart(Factor(one["factor"]), one["points"], one["why"]) for one in row.parts),
        newest_close=row.newest_close,
        snoozed_until=row.snoozed_until,
        lease=lease,
        announced=row.announced,
        last_touch_by=row.last_touch_by,
        tier=None if row.tier is None else Tier(row.tier),
    )


def _reason(stored: Mapping[str, Any]) -> QueueReason:
    return QueueReason(
        position_id=UUID(stored["position_id"]),
        reason=Reason(stored["reason"]),
        due_at=datetime.fromisoformat(stored["due_at"]),
        trigger=Trigger(stored["trigger"]),
        strength=stored["strength"],
        why=stored["why"],
    )
