"""Queue items: writing them as they were computed, and reading them in the queue's order."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

import orjson
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from services.engagement.domain.queue import Presence, QueueItem, QueueReason, Status
from services.engagement.domain.queue_log import Lease
from services.engagement.domain.returns import Trigger
from shared.db.locks import QUEUE
from shared.events.vocabulary import Reason

LOCKS = 1024
"""Refreshing a person takes one of so many advisory locks, so that a person without a row has one too."""

_COLUMNS = (
    "person_id, id, presence, due_at, priority, reasons, newest_close, snoozed_until, lease, recruiter, lease_expires_at, "
    "lease_newest_close, announced"
)
_CHANGING = _COLUMNS.split(", ")[2:]

_LOCK_PEOPLE = text(
    f"SELECT pg_advisory_xact_lock({QUEUE}, bucket) FROM unnest(CAST(:buckets AS integer[])) AS bucket"  # noqa: S608
)
_LOCK_ROWS = text(
    "SELECT person_id FROM queue_items WHERE person_id = ANY(CAST(:people AS uuid[])) ORDER BY person_id FOR UPDATE"
)
_LOOK_INTO = text(
    """
    SELECT person FROM unnest(CAST(:people AS uuid[])) AS person
    WHERE EXISTS (SELECT FROM queue_items WHERE person_id = person)
       OR EXISTS (SELECT FROM pursuits WHERE person_id = person
                  AND (attempt > 1 OR status <> 'open' OR stage NOT IN ('sourced', 'contacted')))
       OR EXISTS (SELECT FROM queue_log JOIN relationships USING (candidate_id) WHERE relationships.person_id = person)
    """
)
_SAVE = text(
    f"""
    INSERT INTO queue_items ({_COLUMNS})
    SELECT * FROM unnest(
        CAST(:people AS uuid[]), CAST(:ids AS uuid[]), CAST(:presences AS text[]), CAST(:dues AS timestamptz[]),
        CAST(:priorities AS integer[]), CAST(:reasons AS jsonb[]), CAST(:newest_closes AS timestamptz[]),
        CAST(:snoozes AS timestamptz[]), CAST(:leases AS uuid[]), CAST(:recruiters AS text[]),
        CAST(:lease_ends AS timestamptz[]), CAST(:lease_closes AS timestamptz[]), CAST(:announced AS timestamptz[]))
    ON CONFLICT (person_id) DO UPDATE SET {", ".join(f"{name} = excluded.{name}" for name in _CHANGING)}
    WHERE ({", ".join(f"queue_items.{name}" for name in _CHANGING)})
        IS DISTINCT FROM ({", ".join(f"excluded.{name}" for name in _CHANGING)})
    """  # noqa: S608 - the columns are constants
)
_DELETE = text("DELETE FROM queue_items WHERE person_id = ANY(CAST(:people AS uuid[]))")

_DUE = "presence = 'live' AND due_at <= :now AND (lease_expires_at IS NULL OR lease_expires_at <= :now)"
_WHERE: Mapping[Status | None, str] = {
    None: "presence = 'live'",
    Status.DUE: _DUE,
    Status.CLAIMED: "presence = 'live' AND lease_expires_at > :now",
    Status.SNOOZED: "presence = 'live' AND due_at > :now AND snoozed_until > :now "
    "AND (lease_expires_at IS NULL OR lease_expires_at <= :now)",
    Status.SCHEDULED: "presence = 'live' AND due_at > :now AND (snoozed_until IS NULL OR snoozed_until <= :now) "
    "AND (lease_expires_at IS NULL OR lease_expires_at <= :now)",
}
_FOR_REASON = """
    AND EXISTS (
        SELECT FROM jsonb_to_recordset(reasons) AS one (reason text, position_id uuid, due_at timestamptz)
        WHERE (one.due_at <= :now OR queue_items.due_at > :now)
          AND (CAST(:reason AS text) IS NULL OR one.reason = :reason)
          AND (CAST(:position AS uuid) IS NULL OR one.position_id = :position))
    AND reasons @> CAST(:contained AS jsonb)
"""
_ORDER = "priority DESC, queue_items.due_at, queue_items.id"
_FOLLOWS = """
    AND (priority < :priority OR (priority = :priority AND (queue_items.due_at, queue_items.id) > (:due_at, :id)))
"""
_TO_ANNOUNCE = text(
    f"""
    SELECT {_COLUMNS} FROM queue_items JOIN relationships ON candidate_id = queue_items.person_id
    WHERE presence = 'live' AND due_at <= :now AND announced IS DISTINCT FROM due_at
    ORDER BY due_at LIMIT :limit FOR NO KEY UPDATE SKIP LOCKED
    """.replace("person_id, id", "queue_items.person_id, queue_items.id", 1)  # noqa: S608 - the columns are constants
)


@dataclass(frozen=True, slots=True)
class After:
    """The place of an item in the queue's order: what follows it comes on the next page."""

    priority: int
    due_at: datetime
    id: UUID


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which items are asked for. ``reason`` and ``position`` are looked for among the reasons that are shown at the time."""

    status: Status | None = None
    position: UUID | None = None
    reason: Reason | None = None
    min_priority: int = 0


async def lock_people(session: AsyncSession, people: Collection[UUID]) -> None:
    """Let nobody else refresh or deal with these persons' items until the transaction ends. Waits, in one order for all."""
    buckets = sorted({int.from_bytes(person.bytes[-4:]) % LOCKS for person in people})
    await session.execute(_LOCK_PEOPLE, {"buckets": buckets})
    await session.execute(_LOCK_ROWS, {"people": sorted(people)})


async def may_have_item(session: AsyncSession, people: Collection[UUID]) -> set[UUID]:
    """Those who may have an item: the others were sourced or contacted at most, and nothing ever ended."""
    return set(await session.scalars(_LOOK_INTO, {"people": sorted(people)}))


async def save(session: AsyncSession, items: Sequence[QueueItem]) -> None:
    """Insert or replace items; rows that say the same already are left alone."""
    if not items:
        return
    ordered = sorted(items, key=lambda item: item.person_id)
    await session.execute(
        _SAVE,
        {
            "people": [item.person_id for item in ordered],
            "ids": [item.id for item in ordered],
            "presences": [item.presence.value for item in ordered],
            "dues": [item.due_at for item in ordered],
            "priorities": [item.priority for item in ordered],
            "reasons": [_reasons_as_json(item.reasons) for item in ordered],
            "newest_closes": [item.newest_close for item in ordered],
            "snoozes": [item.snoozed_until for item in ordered],
            "leases": [item.lease and item.lease.id for item in ordered],
            "recruiters": [item.lease and item.lease.recruiter for item in ordered],
            "lease_ends": [item.lease and item.lease.expires_at for item in ordered],
            "lease_closes": [item.lease and item.lease.newest_close for item in ordered],
            "announced": [item.announced for item in ordered],
        },
    )


async def delete(session: AsyncSession, people: Collection[UUID]) -> None:
    """Remove the rows of persons."""
    if people:
        await session.execute(_DELETE, {"people": sorted(people)})


async def page(session: AsyncSession, wanted: Wanted, *, now: datetime, after: After | None, limit: int) -> list[QueueItem]:
    """Live items, strongest first, then longest due."""
    return await _find(session, wanted, now=now, after=after, limit=limit, source="queue_items", lock="")


async def take(session: AsyncSession, wanted: Wanted, *, now: datetime, limit: int) -> list[QueueItem]:
    """Due items, strongest first, locked with their persons' relationship rows; what another holds is passed over."""
    return await _find(
        session,
        wanted,
        now=now,
        after=None,
        limit=limit,
        source="queue_items JOIN relationships ON candidate_id = queue_items.person_id",
        lock="FOR NO KEY UPDATE SKIP LOCKED",
    )


async def _find(
    session: AsyncSession,
    wanted: Wanted,
    *,
    now: datetime,
    after: After | None,
    limit: int,
    source: str,
    lock: str,
) -> list[QueueItem]:
    values: dict[str, Any] = {"now": now, "limit": limit, "min_priority": wanted.min_priority}
    where = _WHERE[wanted.status] + " AND priority >= :min_priority"
    if wanted.reason is not None or wanted.position is not None:
        where += _FOR_REASON
        values |= {"reason": wanted.reason, "position": wanted.position, "contained": _contained(wanted)}
    if after is not None:
        where += _FOLLOWS
        values |= {"priority": after.priority, "due_at": after.due_at, "id": after.id}
    columns = _COLUMNS.replace("person_id, id", "queue_items.person_id, queue_items.id", 1)
    statement = f"SELECT {columns} FROM {source} WHERE {where} ORDER BY {_ORDER} LIMIT :limit {lock}"  # noqa: S608
    return [_item(row) for row in await session.execute(text(statement), values)]


def _contained(wanted: Wanted) -> str:
    one: dict[str, str] = {}
    if wanted.reason is not None:
        one["reason"] = wanted.reason.value
    if wanted.position is not None:
        one["position_id"] = str(wanted.position)
    return orjson.dumps([one]).decode()


async def one(session: AsyncSession, id: UUID) -> QueueItem | None:
    """The item of an id, live or not."""
    statement = text(f"SELECT {_COLUMNS} FROM queue_items WHERE id = :id")  # noqa: S608 - the columns are constants
    row = (await session.execute(statement, {"id": id})).one_or_none()
    return None if row is None else _item(row)


async def to_announce(session: AsyncSession, *, now: datetime, limit: int) -> list[QueueItem]:
    """Items whose due time has come and was not told yet, locked with their persons' relationship rows."""
    return [_item(row) for row in await session.execute(_TO_ANNOUNCE, {"now": now, "limit": limit})]


def _reasons_as_json(reasons: Sequence[QueueReason]) -> str:
    return orjson.dumps(
        [
            {
                "position_id": str(reason.position_id),
                "reason": reason.reason,
                "due_at": reason.due_at,
                "trigger": reason.trigger,
                "strength": reason.strength,
                "why": reason.why,
            }
            for reason in reasons
        ],
        option=orjson.OPT_UTC_Z,
    ).decode()


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
        newest_close=row.newest_close,
        snoozed_until=row.snoozed_until,
        lease=lease,
        announced=row.announced,
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
