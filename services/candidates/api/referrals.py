"""/v1/referrals: who named whom for what position, whether they were thanked, and what came of it."""

from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Path, Query, Request, Response
from pydantic import BaseModel, ConfigDict, Field

from services.candidates.api.bodies import Paragraph
from services.candidates.api.candidates import Reader
from services.candidates.api.dependencies import Cursor, Limit, current_time, observed_or_now
from services.candidates.api.insights import Learner
from services.candidates.domain.referrals import Referral
from services.candidates.use_cases import referrals
from services.candidates.use_cases.referrals import ReferralView
from shared.attempts import Outcome
from shared.events.fields import Code
from shared.events.vocabulary import Stage
from shared.ids import candidate_id, position_id
from shared.naming import read_name
from shared.timestamps import Moment
from shared.web.dependencies import SessionsDep
from shared.web.idempotency import IdempotentRoute, name_people, request_token
from shared.web.pagination import decode_cursor, encode_cursor

ReferralId = Annotated[UUID, Path(description="The referral's id.", examples=["9b0a4c37-0d3b-4f0a-8f2a-6f1f0f6f2c11"])]
router = APIRouter(prefix="/v1/referrals", tags=["referrals"], route_class=IdempotentRoute)

_NOTE = Field(description="What the referrer said of the person.", examples=["Led the migration that nobody believed in."])
_THANKED_AT = Field(description="When the referrer was thanked; null: not yet.", examples=[None])
_POSITION_ID = Field(description="The position; null: for none.", examples=[str(position_id("demo:staff-engineer"))])
_EXAMPLE: dict[str, Any] = {"referrer": "demo:ada", "candidate": "demo:ruth", "position": "demo:staff-engineer"}
Named = Annotated[str, Field(description="Id or reference of the person who is named.", examples=["demo:ruth"])]


class NewReferral(BaseModel):
    """Who named whom for what."""

    model_config = ConfigDict(extra="forbid", frozen=True, json_schema_extra={"examples": [_EXAMPLE]})

    referrer: Annotated[str, Field(description="Id or reference of the person who names the other.", examples=["demo:ada"])]
    candidate: Named
    position: Annotated[
        str | None, Field(description="Id or reference of the position; without it for none.", examples=["demo:staff-engineer"])
    ] = None
    note: Annotated[Paragraph | None, _NOTE] = None
    referred_at: Annotated[
        Moment | None, Field(description="When; default: now. Ahead of now counts as now.", examples=[None])
    ] = None


class NewThanks(BaseModel):
    """That the referrer was thanked."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    at: Annotated[Moment | None, Field(description="When; default: now. Ahead of now counts as now.", examples=[None])] = None
    recruiter: Annotated[
        Code | None, Field(description="Who thanked; default: whom the token acts as, else its name.", examples=["maria"])
    ] = None


class ReferralPerson(BaseModel):
    """One of the two people."""

    candidate_id: Annotated[UUID, Field(description="The person.", examples=[str(candidate_id("demo:ada"))])]
    references: Annotated[list[str], Field(description="What senders call the person.", examples=[["demo:ada"]])]


class ReferralResult(BaseModel):
    """What came of a referral in one pursuit."""

    position_id: Annotated[UUID, Field(description="The position.", examples=[str(position_id("demo:staff-engineer"))])]
    stage: Annotated[Stage | None, Field(description="How far the person named came.", examples=["interviewing"])]
    outcome: Annotated[Outcome, Field(description="How it ended, or how far it is.", examples=["in_play"])]
    began_at: Annotated[datetime, Field(description="When the attempt began.")]


class RecordedReferral(BaseModel):
    """A referral. The person who is named has neither applied nor agreed to anything by it."""

    id: Annotated[UUID, Field(description="Of the referral.", examples=["0b9f3c52-7c1d-4d0e-9a37-2f6f2f6f9a10"])]
    referrer: Annotated[ReferralPerson, Field(description="Who named the other.")]
    candidate: Annotated[ReferralPerson, Field(description="Who was named.")]
    position_id: Annotated[UUID | None, _POSITION_ID]
    note: Annotated[str | None, _NOTE]
    referred_at: Annotated[datetime, Field(description="When.")]
    recorded_by: Annotated[str, Field(description="The token that recorded it, or whom it acts as.", examples=["maria"])]
    thanked_at: Annotated[datetime | None, _THANKED_AT]
    thanked_by: Annotated[str | None, Field(description="Who thanked the referrer.", examples=["maria"])]
    is_void: Annotated[bool, Field(description="Whether the two turned out to be one person.", examples=[False])]
    came_of_it: Annotated[
        list[ReferralResult],
        Field(
            description="What came of it by now: of a referral for a position that pursuit, else all that did not end before it; "
            "the one that got furthest first. Empty: nothing yet."
        ),
    ]


class ReferralPage(BaseModel):
    """Referrals, the newest first."""

    items: Annotated[list[RecordedReferral], Field(description="Referrals.")]
    next_cursor: Annotated[str | None, Field(description="As cursor: the next page; null on the last.", examples=[None])]


def _shown(view: ReferralView) -> dict[str, Any]:
    one, listed = view.listed.referral, view.listed
    return {
        "id": one.id,
        "referrer": {"candidate_id": listed.referrer, "references": listed.referrer_references},
        "candidate": {"candidate_id": listed.candidate, "references": listed.candidate_references},
        "position_id": one.position_id,
        "note": one.note,
        "referred_at": one.referred_at,
        "recorded_by": one.recorded_by,
        "thanked_at": one.thanked_at,
        "thanked_by": one.thanked_by,
        "is_void": view.is_void,
        "came_of_it": [
            {
                "position_id": result.position_id,
                "stage": result.attempt.stage,
                "outcome": result.attempt.outcome,
                "began_at": result.attempt.began_at,
            }
            for result in view.results
        ],
    }


@router.post(
    "",
    status_code=201,
    response_model=RecordedReferral,
    responses={200: {"model": RecordedReferral, "description": "It was recorded before."}},
)
async def record_referral(
    body: NewReferral, request: Request, principal: Learner, sessions: SessionsDep, response: Response
) -> Any:
    """Record that one person named another for a position, or for none. Said again, the first stays.

    It is no event of the person named: they are found, contacted and counted as somebody who has not applied. Nobody names
    themselves, or whoever named them.
    """
    now = current_time()
    referrer, candidate = (read_name("candidate", body.referrer, field="referrer"), read_name("candidate", body.candidate))
    new = Referral(
        *(request_token(request), referrer.id, candidate.id),
        *(None if body.position is None else read_name("position", body.position).id, body.note),
        *(observed_or_now(body.referred_at, now), principal.acting_as(None) or principal.identity),
    )
    view = await referrals.record_referral(sessions, referrer, candidate, new)
    name_people(request, [referrer.id, candidate.id, view.listed.referrer, view.listed.candidate])
    response.status_code = 201 if view.listed.referral.id == new.id else 200
    return _shown(view)


@router.get("", response_model=ReferralPage)
async def list_referrals(
    _: Reader,
    sessions: SessionsDep,
    *,
    referrer: Annotated[str | None, Query(description="By this person: id or reference.", examples=["demo:ada"])] = None,
    candidate: Annotated[str | None, Query(description="Of this person: id or reference.", examples=["demo:ruth"])] = None,
    position: Annotated[
        str | None, Query(description="For this position: id or reference.", examples=["demo:staff-engineer"])
    ] = None,
    thanked: Annotated[bool | None, Query(description="Whether the referrer was thanked.", examples=[False])] = None,
    limit: Limit = 50,
    cursor: Cursor = None,
) -> Any:
    """Who named whom for what, thanked or not, and what came of it, the newest first."""
    purpose = f"referrals {referrer} {candidate} {position} {thanked}"
    before = None
    if cursor is not None:
        before = decode_cursor(purpose, cursor, lambda at, last: (datetime.fromisoformat(at), UUID(last)))
    page = await referrals.list_referrals(
        sessions,
        referrer=None if referrer is None else read_name("candidate", referrer, field="referrer"),
        candidate=None if candidate is None else read_name("candidate", candidate),
        position=None if position is None else read_name("position", position).id,
        is_thanked=thanked,
        before=before,
        limit=limit,
    )
    return {
        "items": [_shown(one) for one in page.items],
        "next_cursor": encode_cursor(purpose, page.last) if page.last else None,
    }


@router.get("/{referral_id}", response_model=RecordedReferral)
async def get_referral(referral_id: ReferralId, _: Reader, sessions: SessionsDep) -> Any:
    """A referral, and what came of it."""
    return _shown(await referrals.read_referral(sessions, referral_id))


@router.post("/{referral_id}/thanked", response_model=RecordedReferral)
async def note_thanks(
    referral_id: ReferralId, body: NewThanks, request: Request, principal: Learner, sessions: SessionsDep
) -> Any:
    """Note that the referrer was thanked. Again, the first time stays."""
    by = principal.acting_as(body.recruiter) or principal.identity
    view = await referrals.note_thanks(sessions, referral_id, at=observed_or_now(body.at, current_time()), by=by)
    name_people(request, [view.listed.referrer, view.listed.candidate])
    return _shown(view)
