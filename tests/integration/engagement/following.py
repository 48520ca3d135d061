"""What the worker does, at the moment that a test chooses: the bus delivers, and what follows is derived."""

from datetime import UTC, datetime

from sqlalchemy import Row, text

from services.engagement.consumers.facts import follow_facts
from services.engagement.settings import EngagementSettings
from services.engagement.storage.due import is_anything_due
from services.engagement.storage.streams import SHARE_MAP
from services.engagement.use_cases.derive_people import derive_stale, derive_streams
from services.engagement.use_cases.run_clock import tick
from shared.db.engine import Sessions
from shared.events import Event


async def follow(engagement: Sessions, settings: EngagementSettings, *, now: datetime | None = None) -> None:
    """Deliver every event of the outbox to the facts' consumer, in one batch, and derive whose streams changed.

    ``now`` is another time to derive at.
    """
    async with engagement.begin(opening=SHARE_MAP) as session:
        rows = await session.execute(
            text(
                "SELECT event_id, type, source, subject, sequence, time, value FROM outbox "
                "WHERE topic = 'rekindle.engagement.v1' ORDER BY id"
            )
        )
        events = [event_of(row) for row in rows]
        if now is None:
            await follow_facts(settings)(session, events)
        else:
            subjects = {event.subject for event in events if event.subject is not None}
            await derive_streams(session, subjects, now=now, settings=settings)
    await derive_stale(engagement, now=now or datetime.now(UTC), settings=settings)


async def clock(engagement: Sessions, settings: EngagementSettings, *, now: datetime) -> None:
    """Deliver what there is, let the clock do what it sees to be due, and deliver what it put on record."""
    await follow(engagement, settings)
    async with engagement.own_connection() as connection:
        if await is_anything_due(connection, now):
            await tick(engagement, now=now, settings=settings)
            assert not await is_anything_due(connection, now)
    await follow(engagement, settings)


def event_of(row: Row[tuple[object, ...]]) -> Event:
    """The event of an outbox row."""
    return Event(row.event_id, row.type, row.source, row.subject, row.sequence, row.time, bytes(row.value))
