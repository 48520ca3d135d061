"""What is derived of persons is written only where it differs, and in few statements."""

from datetime import UTC, datetime
from typing import Any

from sqlalchemy import text

from services.engagement.settings import EngagementSettings
from services.engagement.use_cases.derive_people import derive_all
from shared.db.engine import Sessions
from tests.integration.engagement.posting import Ats, event
from tests.integration.engagement.queue_desk import Desk

TABLES = ("pursuits", "queue_items", "return_plans", "return_conditions", "obligations", "policy_breaches", "data_findings")
SALARY: dict[str, Any] = {"reason": "salary", "facts": {"asked": 85000, "currency": "EUR"}}


async def versions(engagement: Sessions) -> dict[str, list[tuple[str, str, str]]]:
    """Where each derived row lies, who wrote it, and who has locked it since."""
    found: dict[str, list[tuple[str, str, str]]] = {}
    async with engagement.begin() as session:
        for table in TABLES:
            rows = await session.execute(text(f"SELECT ctid::text, xmin::text, xmax::text FROM {table} ORDER BY 1"))
            found[table] = [(row[0], row[1], row[2]) for row in rows]
    return found


async def test_who_is_derived_to_the_same_again_is_neither_written_nor_locked(
    ats: Ats, engagement: Sessions, settings: EngagementSettings
) -> None:
    desk = Desk(ats, engagement, settings)
    await desk.post(
        event(at="2026-03-01T23:15:00Z"),
        event("pursuit.responded", at="2026-03-02T09:15:00Z", mood="positive"),
        event("pursuit.declined", at="2026-03-03T09:15:00Z", **SALARY),
        event("candidate.bounced", at="2026-03-03T09:15:00Z", channel="email"),
    )
    before = await versions(engagement)

    assert await derive_all(engagement, now=datetime.now(UTC), settings=settings) > 0

    assert all(before.values()), before
    assert await versions(engagement) == before
