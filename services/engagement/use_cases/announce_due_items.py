"""Announcing to subscribers that an item's time has come: once for each item and due time."""

from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncSession

from services.engagement.domain.queue import QueueItem
from services.engagement.domain.queue_log import Action, Done
from services.engagement.settings import EngagementSettings
from services.engagement.storage import queue, queue_log
from services.engagement.storage.queue_log import Line
from services.engagement.storage.streams import SHARE_MAP
from services.engagement.use_cases.transactions import transact
from shared.db.engine import Sessions
from shared.events import QueueItemFellDue

CHUNK = 500
"""Items in one transaction: each takes a lock of its person."""


async def announce_due_items(sessions: Sessions, *, now: datetime, settings: EngagementSettings) -> int:
    """Publish ``rekindle.queue_item.fell_due`` for up to 500 items that are due and were not announced; returns how many.

    The queue itself needs none of this: an item is due by the clock alone.
    """

    async def work(session: AsyncSession) -> int:
        due = await queue.take_unannounced(session, now=now, limit=CHUNK)
        await queue_log.write(session, [_line(item, now) for item in due], shards=settings.partitions)
        await queue.mark_announced(session, [item.person_id for item in due])
        return len(due)

    return await transact(sessions, work, opening=SHARE_MAP)


def _line(item: QueueItem, now: datetime) -> Line:
    assert item.due_at is not None
    event = QueueItemFellDue(
        item_id=item.id,
        candidate_id=item.person_id,
        plans=item.plans_at(now),
        owed=item.owed_at(now),
        due_at=item.due_at,
        reasons=[reason.reason for reason in item.reasons_at(now) if reason.reason is not None],
        priority=item.priority,
    )
    return Line(done=Done(Action.FELL_DUE), event=event, at=now, due_at=item.due_at)
