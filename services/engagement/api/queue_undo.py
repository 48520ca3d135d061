"""/v1/queue/{id}/undo: what was just done with an item is taken back."""

from uuid import UUID

from fastapi import APIRouter

from services.engagement.api.dependencies import SessionsDep, SettingsDep
from services.engagement.api.queue_actions import MovedQueueItem, Writer
from services.engagement.api.queue_filters import Body
from services.engagement.use_cases.restore_item import restore_item
from shared import clock
from shared.web.idempotency import IdempotentRoute

router = APIRouter(prefix="/v1/queue", tags=["queue"], route_class=IdempotentRoute)


class QueueUndo(Body):
    """The lease with which the item was completed, snoozed or dismissed."""

    lease: UUID


@router.post("/{id}/undo")
async def restore_queue_item(
    id: UUID, body: QueueUndo, sessions: SessionsDep, settings: SettingsDep, _: Writer
) -> MovedQueueItem:
    """Take back a completion, snooze or dismissal while its lease would last: the item is held by the lease again.

    Facts that were posted meanwhile stay. The same again is answered alike. 409: the lease is over, nothing was done with it, or
    more was done with the item since.
    """
    moved = await restore_item(sessions, id, lease=body.lease, now=clock.now(), settings=settings)
    return MovedQueueItem(id=id, status=moved.status, due_at=moved.due_at)
