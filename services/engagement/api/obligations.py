"""/v1/obligations: what we owe people."""

from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Path, Query
from pydantic import BaseModel, ConfigDict, Field

from services.engagement.api.dependencies import SessionsDep, SettingsDep
from services.engagement.domain.obligations import ObligationStatus, obligation_id
from services.engagement.storage.obligations import WantedObligations
from services.engagement.use_cases.list_obligations import ShownObligation
from services.engagement.use_cases.list_obligations import list_obligations as find_obligations
from services.engagement.use_cases.waive_obligation import waive_obligation as waive
from shared import clock
from shared.errors import Invalid
from shared.events.fields import Code, Text
from shared.events.vocabulary import ObligationKind
from shared.ids import candidate_id, event_id, position_id
from shared.naming import read_name
from shared.security.auth import Principal, requires
from shared.web.idempotency import IdempotentRoute
from shared.web.pagination import decode_cursor, encode_cursor
from shared.web.waiting import WaitedDep

router = APIRouter(prefix="/v1/obligations", tags=["obligations"], route_class=IdempotentRoute)

Writer = Annotated[Principal, requires("engagement:write")]

_MADE_BY = event_id("demo", "ada-responded")
_EXAMPLE: dict[str, Any] = {
    "id": str(obligation_id(_MADE_BY, ObligationKind.REPLY)),
    "candidate_id": str(candidate_id("demo:ada")),
    "references": ["demo:ada"],
    "kind": "reply",
    "status": "warned",
    "position_id": str(position_id("demo:staff-engineer")),
    "position_references": ["demo:staff-engineer"],
    "position_title": "Staff engineer",
    "recruiter": "maria",
    "made_by": str(_MADE_BY),
    "made_at": "2026-03-02T09:15:00Z",
    "warn_at": "2026-03-03T13:15:00Z",
    "due_at": "2026-03-05T09:15:00Z",
}


class ObligationWaiver(BaseModel):
    """Why nothing is owed any more, and who decided it."""

    reason: str
    recruiter: str
    at: datetime


class Obligation(BaseModel):
    """Something that we owe a person: a reply, feedback, or what we promised."""

    model_config = ConfigDict(json_schema_extra={"examples": [_EXAMPLE]})

    id: UUID
    candidate_id: UUID = Field(description="the person's")
    references: list[str]
    kind: ObligationKind
    status: ObligationStatus = Field(description="as it stands now")
    position_id: UUID | None
    position_references: list[str]
    position_title: str | None
    recruiter: str | None = Field(
        description="of the fact that made it, else of the attempt, else of the last contact; null where none is known"
    )
    made_by: UUID
    made_at: datetime
    warn_at: datetime | None = Field(description="when half of the time for a reply has passed")
    due_at: datetime
    met_at: datetime | None = None
    waiver: ObligationWaiver | None = None


class ObligationPage(BaseModel):
    """Obligations, the longest due first."""

    items: list[Obligation]
    next_cursor: str | None


class ObligationWaive(BaseModel):
    """Why nothing is owed any more, and who decided it: without ``recruiter``, whom the token names."""

    model_config = ConfigDict(
        extra="forbid", json_schema_extra={"examples": [{"reason": "answered by phone, nothing was noted", "recruiter": "maria"}]}
    )

    reason: Annotated[Text, Field(max_length=2000)]
    recruiter: Code | None = None


@router.get("")
async def list_obligations(
    sessions: SessionsDep,
    _: Annotated[Principal, requires("engagement:read")],
    _waited: WaitedDep,
    recruiter: Annotated[Code | None, Query(description="whose they are")] = None,
    kind: ObligationKind | None = None,
    status: Annotated[
        list[ObligationStatus] | None,
        Query(description="as it stands now; of several one must be so; without it: all", examples=[["warned", "overdue"]]),
    ] = None,
    candidate: Annotated[str | None, Query(description="id or reference")] = None,
    limit: Annotated[int, Query(ge=1, le=200)] = 50,
    cursor: str | None = None,
) -> ObligationPage:
    """What we owe people, or owed them, the longest due first."""
    of = None if candidate is None else read_name("candidate", candidate).id
    wanted = WantedObligations(recruiter, kind, tuple(dict.fromkeys(status or ())))
    purpose = f"obligations {wanted} {of}"
    after = None
    if cursor is not None:
        after = decode_cursor(purpose, cursor, lambda due, last: (datetime.fromisoformat(due), UUID(last)))
    shown, following = await find_obligations(sessions, wanted, candidate=of, now=(now := clock.now()), after=after, limit=limit)
    next_cursor = None if following is None else encode_cursor(purpose, [following[0].isoformat(), str(following[1])])
    return ObligationPage(items=[shown_obligation(one, now) for one in shown], next_cursor=next_cursor)


@router.post("/{id}/waiver")
async def waive_obligation(
    id: Annotated[UUID, Path(examples=[_EXAMPLE["id"]])],
    body: ObligationWaive,
    sessions: SessionsDep,
    settings: SettingsDep,
    writer: Writer,
) -> Obligation:
    """Decide that nothing is owed any more. The same again is answered alike. 409: it was met, or waived otherwise."""
    recruiter = writer.acting_as(body.recruiter)
    if recruiter is None:
        raise Invalid.of("recruiter", "is required: the token names no recruiter")
    now = clock.now()
    waived = await waive(sessions, id, reason=body.reason, recruiter=recruiter, now=now, settings=settings)
    return shown_obligation(waived, now)


def shown_obligation(shown: ShownObligation, now: datetime) -> Obligation:
    """An obligation as the API shows it at ``now``."""
    one, waiver = shown.stored.obligation, shown.stored.obligation.waiver
    return Obligation(
        id=one.id,
        candidate_id=one.person_id,
        references=list(shown.references),
        kind=one.kind,
        status=one.status(now),
        position_id=one.position_id,
        position_references=[] if shown.position is None else shown.position.references,
        position_title=None if shown.position is None else shown.position.title,
        recruiter=one.recruiter,
        made_by=one.made_by,
        made_at=one.made_at,
        warn_at=one.warn_at,
        due_at=one.due_at,
        met_at=one.met_at,
        waiver=None
        if waiver is None
        else ObligationWaiver(reason=shown.stored.reason or "", recruiter=waiver.recruiter, at=waiver.at),
    )
