"""/v1/queue: whom to come back to now, how many, and why somebody is not among them."""

from dataclasses import replace
from datetime import datetime
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query
from pydantic import BaseModel, Field

from services.engagement.api.dependencies import SessionsDep, SettingsDep
from services.engagement.api.queue_filters import WantedDep
from services.engagement.api.queue_items import HeldQueueItem, QueueItem, held_item, shown_item
from services.engagement.domain.queue import QueueStatus
from services.engagement.domain.queue_errors import ItemUnknown
from services.engagement.domain.why_not import WhyNot
from services.engagement.storage.queue import After, Wanted
from services.engagement.use_cases.explain_absence import explain_absence
from services.engagement.use_cases.list_queue import count_items, list_queue
from shared import clock
from shared.events.fields import CandidateRef
from shared.security.auth import Principal, requires
from shared.web.idempotency import IdempotentRoute
from shared.web.pagination import decode_cursor, encode_cursor
from shared.web.waiting import WaitedDep

router = APIRouter(prefix="/v1/queue", tags=["queue"], route_class=IdempotentRoute)

Reader = Annotated[Principal, requires("engagement:read")]


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
    return held_item(page.items[0], now, recruiter=reader.recruiter)


def _after(purpose: str, cursor: str | None) -> After | None:
    if cursor is None:
        return None
    return decode_cursor(
        purpose, cursor, lambda priority, due, item: After(int(priority), datetime.fromisoformat(due), UUID(item))
    )
