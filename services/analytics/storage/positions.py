"""Positions: when they closed, and what their attempts can be filtered and grouped by; made from their snapshots."""

from collections.abc import Iterable
from datetime import datetime
from uuid import UUID

import orjson
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from services.analytics.storage.unnest import TRANSACTION, columns, unnest
from shared.db.asyncpg_connection import Driver
from shared.events import PositionChanged
from shared.skills import skill_keys


async def closings(connection: Driver, positions: Iterable[UUID]) -> dict[UUID, list[datetime]]:
    """The closing times of those positions that have any."""
    found = await connection.fetch(
        "SELECT position_id, closings FROM positions WHERE position_id = ANY($1::uuid[]) AND closings <> '{}'", list(positions)
    )
    return dict(found)


async def save(connection: Driver, snapshots: Iterable[PositionChanged]) -> None:
    """Keep what the snapshots, one a position, say."""
    ordered = sorted(snapshots, key=lambda one: one.position_id)
    await connection.fetch(
        f"""
        INSERT INTO positions (position_id, closings, status, sponsor, level, remote, countries, skills, snapshot, version)
        SELECT position_id, ARRAY(SELECT CAST(jsonb_array_elements_text(CAST(closings AS jsonb)) AS timestamptz)), status,
            sponsor, level, remote, ARRAY(SELECT jsonb_array_elements_text(CAST(countries AS jsonb))),
            ARRAY(SELECT jsonb_array_elements_text(CAST(skills AS jsonb))), CAST(snapshot AS jsonb), {TRANSACTION}
        FROM {unnest("uuid", "text", "text", "text", "text", "boolean", "text", "text", "text")}
            AS one (position_id, closings, status, sponsor, level, remote, countries, skills, snapshot)
        ON CONFLICT (position_id) DO UPDATE SET closings = excluded.closings, status = excluded.status,
            sponsor = excluded.sponsor, level = excluded.level, remote = excluded.remote, countries = excluded.countries,
            skills = excluded.skills, snapshot = excluded.snapshot, version = excluded.version
        """,  # noqa: S608 - constants of this service
        *columns(
            [
                (
                    one.position_id, orjson.dumps(one.closings).decode(), one.status, one.sponsor, one.level, one.remote,
                    orjson.dumps(one.countries).decode(), orjson.dumps(skill_keys(one.skills)).decode(),
                    one.model_dump_json(exclude_defaults=True),
                )
                for one in ordered
            ],
            9,
        ),
    )  # fmt: skip


async def snapshot_of(session: AsyncSession, position: UUID) -> PositionChanged | None:
    """What is known of a position; None before its record arrived."""
    found = await session.scalar(
        text("SELECT CAST(snapshot AS text) FROM positions WHERE position_id = :position"), {"position": position}
    )
    return None if found is None else PositionChanged.model_validate_json(found)
