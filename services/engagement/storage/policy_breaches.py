"""Contacts that broke a rule, and the rules over time. Breaches are written with all else of a person: ``storage.people``."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from services.engagement.domain.contact import Breach, Code
from shared.db.asyncpg_connection import driver

COLUMNS = (
    ("id", "uuid"), ("person_id", "uuid"), ("candidate_id", "uuid"), ("code", "text"), ("made_by", "uuid"),
    ("made_at", "timestamptz"), ("channel", "text"), ("recruiter", "text"), ("position_id", "uuid"), ("why", "text"),
)  # fmt: skip
_FIELDS = ", ".join(name for name, _ in COLUMNS)
_FORGET = "DELETE FROM policy_breaches WHERE candidate_id = ANY($1::uuid[]) RETURNING candidate_id"
_LAST_RULES = "SELECT rules FROM contact_rules ORDER BY since DESC LIMIT 1"
_ADD_RULES = (
    "INSERT INTO contact_rules (since, rules) VALUES ($1, $2::jsonb) ON CONFLICT (since) DO UPDATE SET rules = excluded.rules"
)


@dataclass(frozen=True, slots=True)
class ChangedBreach:
    """A breach that was found, or with its last row one that is none (``gone``)."""

    id: UUID
    gone: dict[str, Any] | None


@dataclass(frozen=True, slots=True)
class WantedBreaches:
    """Which breaches are asked for; None does not matter. ``until`` is no part of the time."""

    recruiter: str | None = None
    code: Code | None = None
    since: datetime | None = None
    until: datetime | None = None


async def page(
    session: AsyncSession,
    wanted: WantedBreaches,
    *,
    person: UUID | None,
    before: tuple[datetime, UUID] | None,
    limit: int,
) -> list[Breach]:
    """Breaches, the newest first; ``before`` is the time and id of the last one seen."""
    where: list[str] = ["true"]
    values: list[Any] = []
    named = {"recruiter =": wanted.recruiter, "code =": wanted.code, "made_at >=": wanted.since, "made_at <": wanted.until}
    for condition, value in {**named, "person_id =": person}.items():
        if value is not None:
            values.append(value)
            where.append(f"{condition} ${len(values)}")
    if before is not None:
        values += before
        where.append(f"(made_at, id) < (${len(values) - 1}, ${len(values)})")
    values.append(limit)
    query = f"""
        SELECT {_FIELDS} FROM policy_breaches WHERE {" AND ".join(where)} ORDER BY made_at DESC, id DESC LIMIT ${len(values)}
        """  # noqa: S608 - constants of this module
    return [_breach(row) for row in await (await driver(session)).fetch(query, *values)]


def _breach(row: Sequence[Any]) -> Breach:
    own, person, stream, code, made_by, made_at, channel, recruiter, position, why = row
    return Breach(own, person, stream, Code(code), made_by, made_at, channel, recruiter, position, why)


def row_of(one: Breach) -> dict[str, Any]:
    """The stored form."""
    return {
        "id": one.id,
        "person_id": one.person_id,
        "candidate_id": one.stream,
        "code": one.code,
        "made_by": one.made_by,
        "made_at": one.made_at,
        "channel": one.channel,
        "recruiter": one.recruiter,
        "position_id": one.position_id,
        "why": one.why,
    }


async def forget(session: AsyncSession, streams: Collection[UUID]) -> list[UUID]:
    """Remove the breaches of streams that are erased; returns the stream of each row."""
    return [row[0] for row in await (await driver(session)).fetch(_FORGET, list(streams))]


async def remember_rules(session: AsyncSession, rules: str, now: datetime) -> bool:
    """Keep the rules about contacts, as JSON, where they are others than before; whether they are."""
    connection = await driver(session)
    if await connection.fetchval(f"SELECT ({_LAST_RULES}) = $1::jsonb", rules):
        return False
    await connection.fetch(_ADD_RULES, now, rules)
    return True
