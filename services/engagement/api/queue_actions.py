"""/v1/queue: what recruiters do about it: claim, keep, complete, put off and dismiss."""

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Request
from pydantic import BaseModel, ConfigDict, Field

from services.engagement.api.dependencies import SessionsDep, SettingsDep
from services.engagement.api.queue_filters import Body, ItemFilters
from services.engagement.api.queue_items import LeasedQueueItem, leased_item
from services.engagement.domain.queue import QueueStatus
from services.engagement.storage.queue import Wanted
from services.engagement.use_cases.claim_items import claim_items
from services.engagement.use_cases.complete_item import complete_item
from services.engagement.use_cases.dismiss_item import dismiss_item
from services.engagement.use_cases.renew_lease import renew_lease
from services.engagement.use_cases.snooze_item import snooze_item
from shared import clock
from shared.errors import Invalid
from shared.events.fields import Code, Text
from shared.events.vocabulary import QueueOutcome
from shared.security.auth import Principal, requires
from shared.timestamps import Moment
from shared.web.idempotency import IdempotentRoute, request_token

router = APIRouter(prefix="/v1/queue", tags=["queue"], route_class=IdempotentRoute)

Writer = Annotated[Principal, requires("engagement:write")]


class ClaimedQueueItems(BaseModel):
    """What a recruiter was given; fewer than asked for when fewer are due."""

    items: list[LeasedQueueItem]


class MovedQueueItem(BaseModel):
    """An item after an action on it: planned again, snoozed, or gone."""

    id: UUID
    status: QueueStatus | None = Field(description="null once the item has left the queue")
    due_at: datetime | None


class QueueClaim(ItemFilters):
    """How many due items a recruiter takes, for how long, and which."""

    model_config = ConfigDict(
        json_schema_extra={"examples": [{"recruiter": "maria", "limit": 10, "position": "demo:staff-engineer"}]}
    )

    recruiter: Code | None = Field(None, description="Who takes them. Default: the recruiter whom the token names.")
    limit: int = Field(10, ge=1, le=200, strict=True)
    lease_seconds: int = Field(900, ge=1, le=86_400, strict=True)
    item: UUID | None = Field(None, description="This item alone, where it is due and nobody holds it.", examples=[None])

    def claimable(self) -> Wanted:
        """The due items; ``recruiter`` takes them, and filters none."""
        return replace(self.wanted(QueueStatus.DUE), recruiter=None, item=self.item)


class QueueCompletion(Body):
    """How it went. Records no fact itself."""

    lease: UUID
    outcome: QueueOutcome


class QueueRenewal(Body):
    """How long the item is kept from now on."""

    lease: UUID
    lease_seconds: int = Field(900, ge=1, le=86_400, strict=True)


class RenewedLease(BaseModel):
    """The lease, and how long it lasts now."""

    id: UUID
    lease: UUID
    recruiter: str
    lease_expires_at: datetime


class QueueSnooze(Body):
    """Until when the item is put off."""

    lease: UUID
    until: Moment


class QueueDismissal(Body):
    """Why the item is taken out."""

    lease: UUID
    reason: Text


def acting(named: str | None, principal: Principal) -> str:
    """The recruiter who acts: whom the body names, else the token. Raises Invalid where neither does, Forbidden for another."""
    if (recruiter := principal.acting_as(named)) is None:
        raise Invalid.of("recruiter", "is required: the token names no recruiter")
    return recruiter


@router.post("/claims")
async def claim_queue_items(
    request: Request, body: QueueClaim, sessions: SessionsDep, settings: SettingsDep, writer: Writer
) -> ClaimedQueueItems:
    """Take the strongest due items. Each comes with a lease; when that expires, the item is due for anybody again."""
    recruiter = acting(body.recruiter, writer)
    now = clock.now()
    claimed = await claim_items(
        sessions,
        body.claimable(),
        recruiter=recruiter,
        limit=body.limit,
        lease_for=timedelta(seconds=body.lease_seconds),
        now=now,
        settings=settings,
        request=request_token(request),
    )
    return ClaimedQueueItems(items=[leased_item(listed, now) for listed in claimed])


@router.post("/{id}/renewal")
async def renew_queue_lease(
    id: UUID, body: QueueRenewal, sessions: SessionsDep, settings: SettingsDep, _: Writer
) -> RenewedLease:
    """Keep a leased item for longer; a lease never ends earlier than it did. 409: it is over, or another recruiter's."""
    lease_for = timedelta(seconds=body.lease_seconds)
    held = await renew_lease(sessions, id, lease=body.lease, lease_for=lease_for, now=clock.now(), settings=settings)
    return RenewedLease(id=id, lease=held.id, recruiter=held.recruiter, lease_expires_at=held.expires_at)


@router.post("/{id}/completion")
async def complete_queue_item(
    id: UUID, body: QueueCompletion, sessions: SessionsDep, settings: SettingsDep, _: Writer
) -> MovedQueueItem:
    """Be done with a leased item; after ``wrong_time`` and ``not_reachable`` it is planned again.

    The same again is answered alike. 409: the lease is lost, or something else was done with it.
    """
    now = clock.now()
    moved = await complete_item(sessions, id, lease=body.lease, outcome=body.outcome, now=now, settings=settings)
    return MovedQueueItem(id=id, status=moved.status, due_at=moved.due_at)


@router.post("/{id}/snooze")
async def snooze_queue_item(
    id: UUID, body: QueueSnooze, sessions: SessionsDep, settings: SettingsDep, _: Writer
) -> MovedQueueItem:
    """Put a leased item off to a time; it is due again then, or earlier on news of the person.

    The same again is answered alike. 409: the lease is lost, or something else was done with it.
    """
    now = clock.now()
    moved = await snooze_item(sessions, id, lease=body.lease, until=body.until, now=now, settings=settings)
    return MovedQueueItem(id=id, status=moved.status, due_at=moved.due_at)


@router.post("/{id}/dismissal")
async def dismiss_queue_item(
    id: UUID, body: QueueDismissal, sessions: SessionsDep, settings: SettingsDep, _: Writer
) -> MovedQueueItem:
    """Take a leased item out of the queue, with a reason.

    The same again is answered alike. 409: the lease is lost, or something else was done with it.
    """
    now = clock.now()
    moved = await dismiss_item(sessions, id, lease=body.lease, reason=body.reason, now=now, settings=settings)
    return MovedQueueItem(id=id, status=moved.status, due_at=moved.due_at)
