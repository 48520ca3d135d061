"""Positions: when they closed, and what their attempts can be filtered and grouped by; made from their snapshots."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from uuid import UUID

import orjson
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from shared.events import PositionChanged


async def closings(session: AsyncSession, positions: Iterable[UUID]) -> dict[UUID, list[datetime]]:
    """The closing times of those positions that have any."""
    rows = await session.execute(
        text("SELECT position_id, closings FROM positions WHERE position_id = ANY(:positions) AND closings <> '{}'"),
        {"positions": list(positions)},
    )
    return {row.position_id: row.closings for row in rows}


async def save(session: AsyncSession, snapshots: Sequence[PositionChanged]) -> None:
    """Keep what the snapshots say; ``snapshots`` holds one a position."""
    ordered = sorted(snapshots, key=lambda one: one.position_id)
    await session.execute(
        text(
            """
            INSERT INTO positions (position_id, closings, status, sponsor, level, remote, countries, skills)
            SELECT position_id, ARRAY(SELECT CAST(jsonb_array_elements_text(CAST(closings AS jsonb)) AS timestamptz)), status,
                sponsor, level, remote, ARRAY(SELECT jsonb_array_elements_text(CAST(countries AS jsonb))),
                ARRAY(SELECT jsonb_array_elements_text(CAST(skills AS jsonb)))
            FROM unnest(CAST(:positions AS uuid[]), CAST(:closings AS text[]), CAST(:statuses AS text[]),
                CAST(:sponsors AS text[]), CAST(:levels AS text[]), CAST(:remotes AS boolean[]), CAST(:countries AS text[]),
                CAST(:skills AS text[]))
                AS one (position_id, closings, status, sponsor, level, remote, countries, skills)
            ON CONFLICT (position_id) DO UPDATE SET closings = excluded.closings, status = excluded.status,
                sponsor = excluded.sponsor, level = excluded.level, remote = excluded.remote, countries = excluded.countries,
                skills = excluded.skills
            """
        ),
        {
            "positions": [one.position_id for one in ordered],
            "closings": [orjson.dumps(one.closings).decode() for one in ordered],
            "statuses": [one.status for one in ordered],
            "sponsors": [one.sponsor for one in ordered],
            "levels": [one.level for one in ordered],
            "remotes": [one.remote for one in ordered],
            "countries": [orjson.dumps(one.countries).decode() for one in ordered],
            "skills": [orjson.dumps([skill.casefold() for skill in one.skills]).decode() for one in ordered],
        },
    )
