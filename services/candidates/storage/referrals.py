"""Referrals: who named whom for what."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from services.candidates.domain.referrals import Referral
from services.candidates.storage.listing import all_of
from shared.db.asyncpg_connection import Driver, Write, inserting
from shared.db.locks import REFERRALS

ONE_AT_A_TIME = f"SELECT pg_advisory_xact_lock({REFERRALS})"
"""Wait until nobody else records a referral, so that two of them never close a circle."""

_COLUMNS = (
    ("id", "uuid"), ("referrer_id", "uuid"), ("candidate_id", "uuid"), ("position_id", "uuid"), ("note", "text"),
    ("referred_at", "timestamptz"), ("recorded_by", "text"), ("thanked_at", "timestamptz"), ("thanked_by", "text"),
)  # fmt: skip
_NAMES = ", ".join(name for name, _ in _COLUMNS)
_PERSON = "(SELECT person_id FROM candidates WHERE id = {stream})"
_NAMED_BY = f"""
    WITH RECURSIVE reached (referrer, candidate) AS (
        SELECT {_PERSON.format(stream="referrer_id")}, {_PERSON.format(stream="candidate_id")} FROM referrals
        WHERE referrer_id IN (SELECT id FROM candidates WHERE person_id = $1)
        UNION
        SELECT reached.candidate, {_PERSON.format(stream="referrals.candidate_id")} FROM reached
        JOIN candidates AS member ON member.person_id = reached.candidate JOIN referrals ON referrals.referrer_id = member.id
    )
    SELECT referrer, candidate FROM reached
    """  # noqa: S608 - constants


@dataclass(frozen=True, slots=True)
class Listed:
    """A referral, with the people who they are now and what senders call them."""

    referral: Referral
    referrer: UUID
    referrer_references: Sequence[str]
    candidate: UUID
    candidate_references: Sequence[str]


async def named_by(connection: Driver, person: UUID) -> list[tuple[UUID, UUID]]:
    """Whom a person named, whom these named, and so on: (who named, whom), as people."""
    return [(referrer, candidate) for referrer, candidate in await connection.fetch(_NAMED_BY, person)]


def adding(referral: Referral) -> Write:
    """Store a referral."""
    return inserting("referrals", _COLUMNS, [tuple(getattr(referral, name) for name, _ in _COLUMNS)])


async def between(connection: Driver, referrer: UUID, candidate: UUID, position: UUID | None) -> Referral | None:
    """The referral of one person by another for a position, or None."""
    rows = await connection.fetch(
        f"""
        SELECT {_NAMES} FROM referrals
        WHERE referrer_id IN (SELECT id FROM candidates WHERE person_id = $1)
            AND candidate_id IN (SELECT id FROM candidates WHERE person_id = $2) AND position_id IS NOT DISTINCT FROM $3
        ORDER BY referred_at, id LIMIT 1
        """,  # noqa: S608 - constants
        *(referrer, candidate, position),
    )
    return next((Referral(*row) for row in rows), None)


async def thank(connection: Driver, referral: UUID, at: datetime, by: str) -> bool:
    """Note that the referrer was thanked, once; whether there is such a referral."""
    done = await connection.execute(
        """
        UPDATE referrals SET thanked_at = coalesce(thanked_at, $2), thanked_by = CASE WHEN thanked_at IS NULL THEN $3
            ELSE thanked_by END WHERE id = $1
        """,
        *(referral, at, by),
    )
    return done.endswith(" 1")


async def page(
    connection: Driver,
    *,
    id: UUID | None = None,
    referrer: UUID | None = None,
    candidate: UUID | None = None,
    position: UUID | None = None,
    is_thanked: bool | None = None,
    before: tuple[datetime, UUID] | None = None,
    limit: int,
) -> list[Listed]:
    """Referrals, the newest first, before a place; ``referrer`` and ``candidate`` are people."""
    conditions: dict[str, Any] = {
        "referrals.id = $n": id,
        "referrer.person_id = $n": referrer,
        "named.person_id = $n": candidate,
        "position_id = $n": position,
        "(thanked_at IS NOT NULL) = $n": is_thanked,
    }
    where, values = all_of(conditions, behind=1)
    if before is not None:
        where += f" AND (referred_at, referrals.id) < (${len(values) + 2}, ${len(values) + 3})"
        values += before
    columns = ", ".join(f"referrals.{name}" for name, _ in _COLUMNS)
    rows = await connection.fetch(
        f"""
        SELECT {columns}, referrer.person_id, {_references("referrer")}, named.person_id, {_references("named")}
        FROM referrals JOIN candidates AS referrer ON referrer.id = referrer_id
        JOIN candidates AS named ON named.id = candidate_id
        WHERE true{where} ORDER BY referred_at DESC, referrals.id DESC LIMIT $1
        """,  # noqa: S608 - constants
        *(limit, *values),
    )
    return [Listed(Referral(*row[: len(_COLUMNS)]), *row[len(_COLUMNS) :]) for row in rows]


def _references(stream: str) -> str:
    """What senders call the person of a stream: the references of the record, as an array."""
    return f"""ARRAY(SELECT jsonb_array_elements_text(record -> 'references') FROM candidates
        WHERE id = {stream}.person_id AND record IS NOT NULL)"""  # noqa: S608 - a constant


def forgetting(streams: Collection[UUID]) -> Write:
    """Forget the referrals by and of these."""
    sql = "DELETE FROM referrals WHERE candidate_id = ANY($1::uuid[]) OR referrer_id = ANY($1::uuid[])"
    return Write(sql, (list(streams),))
