"""/v1/queue: whom to come back to now, and what recruiters do about it."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query, Request
from pydantic import BaseModel, ConfigDict, Field

from services.engagement.api.dependencies import SessionsDep, SettingsDep
from services.engagement.api.queue_filters import Body, ItemFilters, WantedDep
from services.engagement.domain.priority import Factor
from services.engagement.domain.queue import QueueReason as DueReason
from services.engagement.domain.queue import QueueStatus
from services.engagement.domain.queue_errors import ItemUnknown
from services.engagement.domain.sentences import as_sentence
from services.engagement.domain.why_not import WhyNot
from services.engagement.storage.positions import KnownPosition
from services.engagement.storage.queue import After, Wanted
from services.engagement.use_cases.claim_items import claim_items
from services.engagement.use_cases.complete_item import complete_item
from services.engagement.use_cases.dismiss_item import dismiss_item
from services.engagement.use_cases.explain_absence import explain_absence
from services.engagement.use_cases.list_queue import Listed, count_items, list_queue
from services.engagement.use_cases.renew_lease import renew_lease
from services.engagement.use_cases.snooze_item import snooze_item
from shared import clock
from shared.errors import Invalid
from shared.events.fields import CandidateRef, Code, Text
from shared.events.vocabulary import ObligationKind, QueueOutcome, Reason, Tier, Trigger
from shared.security.auth import Principal, requires
from shared.timestamps import Moment
from shared.web.idempotency import IdempotentRoute, request_token
from shared.web.pagination import decode_cursor, encode_cursor
from shared.web.waiting import WaitedDep

router = APIRouter(prefix="/v1/queue", tags=["queue"], route_class=IdempotentRoute)

Reader = Annotated[Principal, requires("engagement:read")]
Writer = Annotated[Principal, requires("engagement:write")]


class QueueReason(BaseModel):
    """One plan to come back, and what brought it: its time, a signal or a reply; or something that we owe and is overdue."""

    position_id: UUID | None = Field(description="The position; null where what we owe concerns none.")
    position_references: list[str]
    position_title: str | None
    reason: Reason | None = Field(description="Why the pursuit ended; null for what we owe.", examples=["salary"])
    due_at: datetime
    trigger: Trigger
    obligation_id: UUID | None = Field(None, description="What we owe and is overdue, where the trigger is obligation_overdue.")
    kind: ObligationKind | None = Field(None, description="What kind of thing we owe.", examples=["reply"])
    recruiter: str | None = Field(None, description="Whose it is, as a code.", examples=["maria"])


class PriorityPart(BaseModel):
    """Points that an item has for one thing, and why in words."""

    factor: Factor = Field(description="what the points are for", examples=["stage"])
    points: int = Field(description="added to the priority; may be negative", examples=[40])
    why: str = Field(description="in words", examples=["Was interested."])


class QueueItem(BaseModel):
    """A person to come back to. ``candidate_id`` is the person; a claimed item says who holds it."""

    id: UUID
    candidate_id: UUID
    references: list[str]
    due_at: datetime | None
    priority: int = Field(ge=0, le=100)
    parts: list[PriorityPart] = Field(description="what the priority is made of; the points add up to it")
    status: QueueStatus
    explanation: str = Field(
        description="Why to come back, as a sentence: the strongest reason first, nothing twice.",
        examples=["Declined for salary at 85,000 EUR in March 2026; this role pays to 95,000 EUR."],
    )
    reasons: list[QueueReason]
    recruiter: str | None = Field(None, description="who holds the lease")
    lease_expires_at: datetime | None = None
    tier: Tier | None = Field(description="how close we stay to the person; inner after a declined offer or as runner-up")
    last_touch_by: str | None = Field(description="the recruiter who contacted the person last, where that is known")


class LeasedQueueItem(QueueItem):
    """An item with the lease that completion, snooze and dismissal ask for."""

    lease: UUID


class HeldQueueItem(QueueItem):
    """An item, with its lease for the recruiter who holds it."""

    lease: UUID | None = Field(None, description="What completion, snooze and dismissal ask for.")


class QueuePage(BaseModel):
    """A page of the queue."""

    items: list[QueueItem]
    next_cursor: str | None


class QueueAbsenceReason(BaseModel):
    """One cause that keeps a person from being due, in words."""

    code: WhyNot = Field(description="the cause", examples=["in_play"])
    sentence: str = Field(
        description="in words", examples=["They are in play for Staff engineer: interviewing, since 2 March 2026."]
    )
    until: datetime | None = Field(description="when time alone ends it; null where only news does")


class QueueAbsence(BaseModel):
    """Why a person is not among those whom the queue offers now."""

    candidate_id: UUID
    references: list[str]
    status: QueueStatus | None = Field(description="where their item stands; null where it is not in the queue")
    reasons: list[QueueAbsenceReason] = Field(description="every cause, the strictest first; none for who is due or claimed")


class QueueCounts(BaseModel):
    """How many live items there are of each status, all at one moment."""

    due: int
    claimed: int
    snoozed: int
    scheduled: int


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


@router.get("")
async def list_queue_items(
    sessions: SessionsDep,
    _: Reader,
    _waited: WaitedDep,
    wanted: WantedDep,
    status: Annotated[QueueStatus | None, Query(description="without it: every live item")] = None,
    limit: Annotated[int, Query(ge=1, le=200)] = 50,
    cursor: str | None = None,
) -> QueuePage:
    """Whom to come back to, strongest first, then the one who has waited longest. Without ``status``: all live items."""
    now = clock.now()
    wanted = replace(wanted, status=status)
    purpose = f"queue {wanted}"
    page = await list_queue(sessions, wanted, now=now, after=_after(purpose, cursor), limit=limit)
    after = page.next
    next_cursor = None
    if after is not None:
        next_cursor = encode_cursor(purpose, [after.priority, after.due_at.isoformat(), str(after.id)])
    items = [shown_item(listed, now) for listed in page.items]
    return QueuePage(items=items, next_cursor=next_cursor)


@router.get("/counts")
async def count_queue_items(sessions: SessionsDep, _: Reader, _waited: WaitedDep, wanted: WantedDep) -> QueueCounts:
    """How many items there are of each status, with the same filters as the list."""
    counts = await count_items(sessions, wanted, now=clock.now())
    return QueueCounts.model_validate(counts)


@router.get("/why-not")
async def explain_queue_absence(
    sessions: SessionsDep,
    settings: SettingsDep,
    _: Reader,
    _waited: WaitedDep,
    candidate: Annotated[CandidateRef, Query(description="id or reference", examples=["demo:ada"])],
) -> QueueAbsence:
    """Why is this person not in the queue? For anybody who is known here, an erased person too; 404 for the rest."""
    found = await explain_absence(sessions, candidate, now=clock.now(), settings=settings)
    return QueueAbsence(
        candidate_id=found.person_id,
        references=list(found.references),
        status=found.status,
        reasons=[QueueAbsenceReason(code=one.code, sentence=one.sentence, until=one.until) for one in found.reasons],
    )


@router.get("/{id}")
async def get_queue_item(id: UUID, sessions: SessionsDep, reader: Reader, _waited: WaitedDep) -> HeldQueueItem:
    """One live item. Its lease is shown to the recruiter alone who holds it and whom the token names. 404 once it has left."""
    now = clock.now()
    page = await list_queue(sessions, Wanted(item=id), now=now, after=None, limit=1)
    if not page.items:
        raise ItemUnknown(f"There is no queue item {id}, or it has left the queue.")
    lease = page.items[0].item.lease
    is_theirs = lease is not None and reader.recruiter == lease.recruiter and lease.expires_at > now
    return HeldQueueItem.model_validate({**_fields(page.items[0], now), "lease": lease.id if lease and is_theirs else None})


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
    return ClaimedQueueItems(items=[_leased(listed, now) for listed in claimed])


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


def _after(purpose: str, cursor: str | None) -> After | None:
    if cursor is None:
        return None
    return decode_cursor(
        purpose, cursor, lambda priority, due, item: After(int(priority), datetime.fromisoformat(due), UUID(item))
    )


def _fields(listed: Listed, now: datetime) -> dict[str, object]:
    item = listed.item
    status = item.status(now)
    lease = item.lease if status is QueueStatus.CLAIMED else None
    return {
        "id": item.id,
        "candidate_id": item.person_id,
        "references": list(listed.references),
        "due_at": item.due_at,
        "priority": item.priority,
        "parts": [{"factor": part.factor, "points": part.points, "why": as_sentence(part.why)} for part in item.parts],
        "status": status,
        "explanation": as_sentence(item.explanation(now)),
        "reasons": [_reason(reason, listed.positions) for reason in item.reasons_at(now)],
        "recruiter": None if lease is None else lease.recruiter,
        "lease_expires_at": None if lease is None else lease.expires_at,
        "tier": item.tier,
        "last_touch_by": item.last_touch_by,
    }


def shown_item(listed: Listed, now: datetime) -> QueueItem:
    """An item as the API shows it at ``now``."""
    return QueueItem.model_validate(_fields(listed, now))


def _leased(listed: Listed, now: datetime) -> LeasedQueueItem:
    lease = listed.item.lease
    return LeasedQueueItem.model_validate({**_fields(listed, now), "lease": None if lease is None else lease.id})


def _reason(reason: DueReason, known: Mapping[UUID, KnownPosition]) -> QueueReason:
    position = None if reason.position_id is None else known.get(reason.position_id)
    return QueueReason(
        position_id=reason.position_id,
        position_references=[] if position is None else position.references,
        position_title=None if position is None else position.title,
        reason=reason.reason,
        due_at=reason.due_at,
        trigger=reason.trigger,
        obligation_id=reason.obligation_id,
        kind=reason.kind,
        recruiter=reason.recruiter,
    )
