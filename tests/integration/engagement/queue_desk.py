"""A desk at the queue for integration tests: bring in what is on its way to the bus, then claim and finish at chosen times."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import text

from services.engagement.domain.queue import QueueItem, QueueStatus
from services.engagement.settings import EngagementSettings
from services.engagement.storage.queue import Wanted
from services.engagement.use_cases.claim_items import claim_items
from services.engagement.use_cases.list_queue import Listed, list_queue
from shared.db.engine import Sessions
from shared.events import Event
from tests.integration.engagement.following import event_of, follow
from tests.integration.engagement.posting import Ats, event


def at(day: str) -> datetime:
    """Noon in UTC of an ISO date."""
    return datetime.fromisoformat(day).replace(hour=12, tzinfo=UTC)


@dataclass
class Desk:
    """The queue of one database."""

    ats: Ats
    sessions: Sessions
    settings: EngagementSettings
    now: datetime | None = None
    """The time at which persons are derived; None for the present."""

    async def deliver(self) -> None:
        """Hand every event of the outbox to the consumer, as the bus does, in one batch."""
        await follow(self.sessions, self.settings, now=self.now)

    async def post(self, *events: dict[str, Any]) -> None:
        """Post events and deliver them."""
        await self.ats.post(list(events), status=207)
        await self.deliver()

    async def soft_no(self, of: str = "ats:ada", on: str = "2026-03-02", reason: str = "salary", **data: Any) -> None:
        """A person was contacted and declined."""
        before = (at(on) - timedelta(days=1)).isoformat()
        await self.post(
            event(of=of, at=before, position=data.get("position", "ats:job")),
            event("pursuit.declined", of=of, at=at(on).isoformat(), reason=reason, **data),
        )

    async def listed(self, now: datetime, status: QueueStatus | None = None, **wanted: Any) -> list[Listed]:
        """The queue at a time."""
        return (await list_queue(self.sessions, Wanted(status, **wanted), now=now, after=None, limit=200)).items

    async def claim(self, now: datetime, *, recruiter: str = "maria", limit: int = 10, seconds: int = 900) -> list[QueueItem]:
        """Claim due items at a time."""
        claimed = await claim_items(
            self.sessions,
            Wanted(QueueStatus.DUE),
            recruiter=recruiter,
            limit=limit,
            lease_for=timedelta(seconds=seconds),
            now=now,
            settings=self.settings,
            request=uuid4(),
        )
        return [one.item for one in claimed]

    async def claim_one(self, now: datetime, **how: Any) -> tuple[UUID, UUID]:
        """Claim the strongest due item; its id and the lease."""
        [item] = await self.claim(now, limit=1, **how)
        assert item.lease is not None
        return item.id, item.lease.id

    async def rows(self) -> list[tuple[Any, ...]]:
        """The items with their leases, all columns, by person."""
        query = "SELECT * FROM queue_items LEFT JOIN leases USING (person_id) ORDER BY person_id"
        async with self.sessions.begin() as session:
            return [tuple(row) for row in await session.execute(text(query))]

    async def events(self, kind: str = "rekindle.queue_item.") -> list[Event]:
        """What was published of the queue, in order; ``kind`` is how the types begin."""
        async with self.sessions.begin() as session:
            rows = await session.execute(
                text(
                    "SELECT event_id, type, source, subject, sequence, time, value FROM outbox "
                    "WHERE topic = 'rekindle.reengagement.v1' ORDER BY id"
                )
            )
            return [event_of(row) for row in rows if row.type.startswith(kind)]
