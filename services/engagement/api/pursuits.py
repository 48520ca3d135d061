"""GET /v1/pursuits: what came of a candidate for a position, attempt by attempt."""

from datetime import datetime
from typing import Annotated, Any, Literal
from uuid import UUID

from fastapi import APIRouter, Path, Query
from pydantic import BaseModel, Field

from services.engagement.api.dependencies import SessionsDep, SettingsDep
from services.engagement.storage.pursuits import Wanted
from services.engagement.use_cases.read_pursuits import ShownPursuit, count_pursuits, read_pursuit
from services.engagement.use_cases.read_pursuits import list_pursuits as find_pursuits
from shared import clock
from shared.attempts import Interest, Outcome
from shared.events.vocabulary import Stage
from shared.ids import candidate_id, position_id, pursuit_id
from shared.naming import read_name
from shared.security.auth import Principal, requires
from shared.web.pagination import decode_cursor, encode_cursor
from shared.web.routing import StrictRoute
from shared.web.waiting import WaitedDep

router = APIRouter(prefix="/v1/pursuits", tags=["pursuits"], route_class=StrictRoute)

PursuitStatus = Literal["open", "closed", "hired"]
_EXAMPLE = str(pursuit_id(candidate_id("demo:ada"), position_id("demo:staff-engineer")))


class StageReached(BaseModel):
    """A stage that an attempt reached; ``recorded_at`` is null where later stages imply it."""

    stage: str
    reached_at: datetime
    recorded_at: datetime | None


class Touch(BaseModel):
    """One outreach contact, counted from 1."""

    number: int
    time: datetime
    channel: str | None
    recruiter: str | None
    sender_role: str | None
    template: str | None


class AttemptClose(BaseModel):
    """How an attempt ended. ``event`` is the closing fact; null where time or the position closed it."""

    kind: str
    reason: str
    facts: dict[str, Any]
    by: str | None
    time: datetime
    event: UUID | None


class Attempt(BaseModel):
    """One attempt, from its start to its close."""

    number: int
    origin: str
    via: str | None
    recruiter: str | None = Field(description="of the first touch, else of the first fact that has one")
    channel: str | None = Field(description="as recruiter")
    sender_role: str | None = Field(description="as recruiter")
    began_at: datetime
    cohort_at: datetime
    stage: str | None = Field(description="the furthest reached")
    status: str = Field(description="open, closed or hired")
    stages: list[StageReached]
    touches: list[Touch]
    first_response_at: datetime | None
    replied_by_touch: int | None
    close: AttemptClose | None
    hired_at: datetime | None
    started_at: datetime | None
    left_at: datetime | None
    outcome: Outcome
    interest: Interest
    unanswered: bool = Field(description="contacted, and neither a response nor a later stage nor a decline came")
    contradiction: bool = Field(description="holds both a hire and a close with a reason of its own")


class Pursuit(BaseModel):
    """A candidate for a position. ``stage``, ``status`` and ``close`` are those of the latest attempt."""

    id: UUID
    candidate_id: UUID = Field(description="the person's")
    references: list[str]
    position_id: UUID
    position_references: list[str]
    position_title: str | None = Field(description="null until the position's record has one")
    attempt: int | None
    stage: str | None
    status: str | None = Field(description="open, closed or hired; null where no attempt is left")
    close: AttemptClose | None
    attempts: list[Attempt]


class PursuitPage(BaseModel):
    """Pursuits, by id."""

    items: list[Pursuit]
    next_cursor: str | None


class PursuitCount(BaseModel):
    """How many pursuits are where, by their latest attempt."""

    stage: Stage | None = Field(description="The furthest reached; null where no stage ever was.")
    status: PursuitStatus
    pursuits: int = Field(description="How many.", examples=[12])


class PursuitCounts(BaseModel):
    """Where the people of a position are."""

    items: list[PursuitCount]


PositionQuery = Query(description="id or reference", examples=["demo:staff-engineer"])


@router.get("/counts")
async def count_position_pursuits(
    sessions: SessionsDep,
    _: Annotated[Principal, requires("engagement:read")],
    _waited: WaitedDep,
    position: Annotated[str, PositionQuery],
) -> PursuitCounts:
    """How many of a position's pursuits are at each stage with each status; what there is none of is left out."""
    found = await count_pursuits(sessions, read_name("position", position).id)
    counts = [{"stage": stage, "status": status, "pursuits": pursuits} for stage, status, pursuits in found]
    return PursuitCounts.model_validate({"items": counts})


@router.get("/{id}", response_model=Pursuit)
async def get_pursuit(
    id: Annotated[UUID, Path(examples=[_EXAMPLE])],
    sessions: SessionsDep,
    settings: SettingsDep,
    _: Annotated[Principal, requires("engagement:read")],
    _waited: WaitedDep,
) -> dict[str, Any]:
    """One pursuit with all its attempts. The id of before a person's records were linked answers with the person's pursuit."""
    return _answer(await read_pursuit(sessions, id, now=clock.now(), settings=settings))


@router.get("", response_model=PursuitPage)
async def list_pursuits(
    sessions: SessionsDep,
    settings: SettingsDep,
    _: Annotated[Principal, requires("engagement:read")],
    _waited: WaitedDep,
    candidate: Annotated[str | None, Query(description="id or reference")] = None,
    position: Annotated[str | None, PositionQuery] = None,
    stage: Annotated[Stage | None, Query(description="Whose latest attempt came so far and no further.")] = None,
    status: Annotated[PursuitStatus | None, Query(description="Whose latest attempt is so.")] = None,
    limit: Annotated[int, Query(ge=1, le=200)] = 50,
    cursor: Annotated[str | None, Query()] = None,
) -> dict[str, Any]:
    """Pursuits of a candidate, of a position, of both or of all; those at a stage, or with a status, where asked for."""
    person = None if candidate is None else read_name("candidate", candidate).id
    of_position = None if position is None else read_name("position", position).id
    wanted = Wanted(of_position, stage, status)
    purpose = f"pursuits:{person}:{wanted}"
    after = None if cursor is None else decode_cursor(purpose, cursor, UUID)
    shown, following = await find_pursuits(
        sessions,
        candidate=person,
        wanted=wanted,
        after=after,
        limit=limit,
        now=clock.now(),
        settings=settings,
    )
    return {
        "items": [_answer(one) for one in shown],
        "next_cursor": None if following is None else encode_cursor(purpose, [str(following)]),
    }


def _answer(shown: ShownPursuit) -> dict[str, Any]:
    row = shown.row
    return {
        "id": row.id,
        "candidate_id": row.person_id,
        "references": shown.references,
        "position_id": row.position_id,
        "position_references": [] if shown.position is None else shown.position.references,
        "position_title": None if shown.position is None else shown.position.title,
        "attempt": row.attempt or None,
        "stage": row.stage,
        "status": row.status,
        "close": shown.attempts[-1]["close"] if shown.attempts else None,
        "attempts": shown.attempts,
    }
