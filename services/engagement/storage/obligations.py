"""Obligations as they were derived, and what recruiters waived. Rows are written by ``storage.people``."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, Self
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from services.engagement.domain.obligations import Obligation, ObligationStatus, Waiver
from services.engagement.storage import streams
from shared.db.asyncpg_connection import driver
from shared.events.vocabulary import ObligationKind

COLUMNS = (
    ("id", "uuid"), ("person_id", "uuid"), ("candidate_id", "uuid"), ("kind", "text"), ("position_id", "uuid"),
    ("recruiter", "text"), ("made_by", "uuid"), ("made_at", "timestamptz"), ("warn_at", "timestamptz"),
    ("due_at", "timestamptz"), ("met_at", "timestamptz"), ("waived_at", "timestamptz"), ("waived_by", "text"),
    ("status", "text"), ("clock_at", "timestamptz"),
)  # fmt: skip
BY_TIME = frozenset({"status", "clock_at"})
"""What follows from the rest and the time of day."""
_SAID = [name for name, _ in COLUMNS if name not in {"person_id", "clock_at", "warn_at"}]
IS_NEWS = f"({', '.join(f'old.{name}' for name in _SAID)}) IS DISTINCT FROM ({', '.join(f'new.{name}' for name in _SAID)})"
"""Whether a row that was written says something else than before to subscribers."""
PASSES = "array_position('{open,warned,overdue}', given.status) > array_position('{open,warned,overdue}', known.status)"
"""Whether time has passed: who derives a person may be a moment behind the clock, and takes nothing back."""
_FIELDS = ", ".join(f"obligations.{name}" for name, _ in COLUMNS if name not in BY_TIME)
_UNSETTLED = "met_at IS NULL AND waived_at IS NULL"
_STATUS: Mapping[ObligationStatus, str] = {
    ObligationStatus.OPEN: f"{_UNSETTLED} AND due_at > $1 AND (warn_at IS NULL OR warn_at > $1)",
    ObligationStatus.WARNED: f"{_UNSETTLED} AND due_at > $1 AND warn_at <= $1",
    ObligationStatus.OVERDUE: f"{_UNSETTLED} AND due_at <= $1",
    ObligationStatus.MET: "met_at IS NOT NULL",
    ObligationStatus.WAIVED: "waived_at IS NOT NULL",
}
"""As ``Obligation.status`` says, at the time $1: an obligation is overdue by the clock alone."""
_WAIVERS = "SELECT obligation_id, recruiter, at FROM obligation_waivers WHERE candidate_id = ANY($1::uuid[])"
_WAIVER = "SELECT recruiter, reason FROM obligation_waivers WHERE obligation_id = $1"
_WAIVE = "INSERT INTO obligation_waivers (obligation_id, candidate_id, recruiter, reason, at) VALUES ($1, $2, $3, $4, $5)"
DUE = "clock_at <= $1"
_DUE = f"""
    SELECT obligations.id, relationships.person_id FROM obligations JOIN relationships USING (candidate_id)
    WHERE {DUE} ORDER BY clock_at LIMIT $2
    """  # noqa: S608 - constants of this module
_MOVE = f"""
    UPDATE obligations SET
        status = CASE WHEN due_at <= $1 THEN 'overdue' ELSE 'warned' END,
        clock_at = CASE WHEN due_at > $1 THEN due_at END
    WHERE id = ANY($2::uuid[]) AND {DUE} RETURNING {_FIELDS}
    """  # noqa: S608 - constants of this module
_FORGET = (
    "DELETE FROM obligation_waivers WHERE candidate_id = ANY($1::uuid[]) RETURNING candidate_id",
    "DELETE FROM obligations WHERE candidate_id = ANY($1::uuid[]) RETURNING candidate_id",
)


@dataclass(frozen=True, slots=True)
class ChangedObligation:
    """What was stored: a new one, another state of a known one, or, with its last row, that it is none any more (``gone``)."""

    id: UUID
    is_new: bool
    gone: dict[str, Any] | None


@dataclass(frozen=True, slots=True)
class WantedObligations:
    """Which obligations are asked for; None does not matter."""

    recruiter: str | None = None
    kind: ObligationKind | None = None
    statuses: tuple[ObligationStatus, ...] = ()
    """One of these; none does not matter."""
    person: UUID | None = None
    position: UUID | None = None

    def of(self, person: UUID) -> Self:
        """Those of a person alone."""
        return replace(self, person=person)


@dataclass(frozen=True, slots=True)
class StoredObligation:
    """An obligation, and why it was waived, if it was."""

    obligation: Obligation
    reason: str | None


async def page(
    session: AsyncSession, wanted: WantedObligations, *, now: datetime, after: tuple[datetime, UUID] | None, limit: int
) -> list[StoredObligation]:
    """Obligations as they stand at ``now``, by when they are due; ``after`` is the due time and id of the last one seen."""
    where, values = ["$1::timestamptz IS NOT NULL"], [now]
    if wanted.statuses:
        where.append(f"({' OR '.join(_STATUS[one] for one in wanted.statuses)})")
    for column, value in (
        ("recruiter", wanted.recruiter),
        ("kind", wanted.kind),
        ("person_id", wanted.person),
        ("position_id", wanted.position),
    ):
        if value is not None:
            where.append(f"obligations.{column} = ${_add(values, value)}")
    if after is not None:
        where.append(f"(due_at, id) > (${_add(values, after[0])}, ${_add(values, after[1])})")
    return await _read(session, f"{' AND '.join(where)} ORDER BY due_at, id LIMIT ${_add(values, limit)}", values)


async def one(session: AsyncSession, id: UUID) -> StoredObligation | None:
    """The obligation of an id."""
    return next(iter(await _read(session, "id = $1", [id])), None)


def _add(values: list[Any], value: Any) -> int:
    values.append(value)
    return len(values)


async def _read(session: AsyncSession, where: str, values: Sequence[Any]) -> list[StoredObligation]:
    query = f"""
        SELECT {_FIELDS}, obligation_waivers.reason FROM obligations
        LEFT JOIN obligation_waivers ON obligation_waivers.obligation_id = obligations.id AND waived_at IS NOT NULL
        WHERE {where}
        """  # noqa: S608 - constants of this module
    return [_stored(row) for row in await (await driver(session)).fetch(query, *values)]


def _stored(row: Any) -> StoredObligation:
    *fields, reason = row
    return StoredObligation(_obligation(fields), reason)


def _obligation(row: Sequence[Any]) -> Obligation:
    own, person, stream, kind, position, recruiter, made_by, made_at, warn_at, due_at, met_at, waived_at, waived_by = row
    waiver = None if waived_at is None else Waiver(waived_by, waived_at)
    return Obligation(
        own, person, stream, ObligationKind(kind), position, recruiter, made_by, made_at, warn_at, due_at, met_at, waiver
    )


def row_of(one: Obligation, now: datetime) -> dict[str, Any]:
    """The stored form."""
    waiver = one.waiver
    return {
        "id": one.id,
        "person_id": one.person_id,
        "candidate_id": one.stream,
        "kind": one.kind,
        "position_id": one.position_id,
        "recruiter": one.recruiter,
        "made_by": one.made_by,
        "made_at": one.made_at,
        "warn_at": one.warn_at,
        "due_at": one.due_at,
        "met_at": one.met_at,
        "waived_at": waiver and waiver.at,
        "waived_by": waiver and waiver.recruiter,
        "status": one.status(now),
        "clock_at": one.clock_at(now),
    }


async def move_due(session: AsyncSession, *, now: datetime, limit: int) -> list[Obligation]:
    """Move obligations whose time has come to warned or overdue, the longest due first, and lock their persons.

    Whom another transaction has locked is passed over. The caller has shared the map.
    """
    connection = await driver(session)
    of: dict[UUID, UUID] = dict(await connection.fetch(_DUE, now, limit))
    if not of:
        return []
    free = set(await streams.try_lock_people(session, set(of.values())))
    # What somebody moved before the lock was taken is not due any more when it is looked at again.
    moved = await connection.fetch(_MOVE, now, [found for found, person in of.items() if person in free])
    return [_obligation(row) for row in moved]


async def waivers_of(session: AsyncSession, streams: Collection[UUID]) -> dict[UUID, Waiver]:
    """What was waived of the streams' obligations, by obligation."""
    rows = await (await driver(session)).fetch(_WAIVERS, list(streams))
    return {of: Waiver(recruiter, at) for of, recruiter, at in rows}


async def waived(session: AsyncSession, id: UUID) -> tuple[str, str] | None:
    """Who waived an obligation, and why."""
    rows = await (await driver(session)).fetch(_WAIVER, id)
    return (rows[0][0], rows[0][1]) if rows else None


async def waive(session: AsyncSession, one: Obligation, waiver: Waiver, reason: str) -> None:
    """Put on record that nothing is owed any more."""
    await (await driver(session)).fetch(_WAIVE, one.id, one.stream, waiver.recruiter, reason, waiver.at)


async def forget(session: AsyncSession, streams: Collection[UUID]) -> list[UUID]:
    """Remove what was owed in streams that are erased, and why it was waived; returns the stream of each row."""
    connection, removed = await driver(session), []
    for query in _FORGET:
        removed += [row[0] for row in await connection.fetch(query, list(streams))]
    return removed
