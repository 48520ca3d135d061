"""What each service last said about what it has not published yet."""

from collections.abc import Sequence

from services.analytics.domain.reports import Report
from services.analytics.storage.unnest import columns, unnest
from shared.db.asyncpg_connection import Driver

_SAVE = f"""
    INSERT INTO producers (service, backlog, oldest_at, reported_at)
    SELECT * FROM {unnest("text", "bigint", "timestamptz", "timestamptz")}
    ON CONFLICT (service) DO UPDATE SET backlog = excluded.backlog, oldest_at = excluded.oldest_at,
        reported_at = excluded.reported_at
    WHERE producers.reported_at < excluded.reported_at
"""  # noqa: S608 - constants


async def save(connection: Driver, reports: Sequence[Report]) -> None:
    """Keep the newest report of each service."""
    newest = {one.service: one for one in sorted(reports, key=lambda one: one.reported_at)}
    rows = [(service, one.backlog, one.oldest_at, one.reported_at) for service, one in sorted(newest.items())]
    await connection.fetch(_SAVE, *columns(rows, 4))


async def reports(connection: Driver) -> list[Report]:
    """The last report of every service that ever made one."""
    rows = await connection.fetch("SELECT service, backlog, oldest_at, reported_at FROM producers ORDER BY service")
    return [Report(*row) for row in rows]
