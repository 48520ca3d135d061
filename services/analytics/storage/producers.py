"""What each service last said about what it has not published yet."""

from collections.abc import Sequence

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from services.analytics.domain.reports import Report


async def save(session: AsyncSession, reports: Sequence[Report]) -> None:
    """Keep the newest report of each service."""
    newest = {one.service: one for one in sorted(reports, key=lambda one: one.reported_at)}
    ordered = [newest[service] for service in sorted(newest)]
    await session.execute(
        text(
            """
            INSERT INTO producers (service, backlog, oldest_at, reported_at)
            SELECT * FROM unnest(CAST(:services AS text[]), CAST(:backlogs AS bigint[]), CAST(:oldest AS timestamptz[]),
                CAST(:reported AS timestamptz[]))
            ON CONFLICT (service) DO UPDATE SET backlog = excluded.backlog, oldest_at = excluded.oldest_at,
                reported_at = excluded.reported_at
            WHERE producers.reported_at < excluded.reported_at
            """
        ),
        {
            "services": [one.service for one in ordered],
            "backlogs": [one.backlog for one in ordered],
            "oldest": [one.oldest_at for one in ordered],
            "reported": [one.reported_at for one in ordered],
        },
    )


async def reports(session: AsyncSession) -> list[Report]:
    """The last report of every service that ever made one."""
    rows = await session.execute(text("SELECT service, backlog, oldest_at, reported_at FROM producers ORDER BY service"))
    return [Report(*row) for row in rows]
