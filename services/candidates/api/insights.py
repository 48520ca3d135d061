"""/v1/candidates/{candidate}/insights: what moves a person, and what to ask them next."""

from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Query, Request
from pydantic import BaseModel, ConfigDict, Field

from services.candidates.api.bodies import Paragraph
from services.candidates.api.candidates import MOVED, Reader
from services.candidates.api.dependencies import CandidateName, Cursor, Limit, current_time, observed_or_now, redirect
from services.candidates.domain.insights import Confidence, Insight, Kind
from services.candidates.use_cases import insights
from services.candidates.use_cases.remarks import RemarkView
from services.candidates.use_cases.views import Redirected
from shared.events.fields import Code
from shared.naming import read_name
from shared.security.auth import Principal, requires
from shared.timestamps import Moment
from shared.web.dependencies import SessionsDep
from shared.web.idempotency import IdempotentRoute, request_token
from shared.web.pagination import decode_cursor, encode_cursor

router = APIRouter(prefix="/v1/candidates", tags=["candidates"], route_class=IdempotentRoute)

Learner = Annotated[Principal, requires("candidates:write", "engagement:write")]
"""Who may change records, and who reports what happened: a recruiter learns of people while talking to them."""

_CONFIDENCE = Field(
    description="said: in the person's own words. likely: it follows from what they said or did. guess: somebody thinks so.",
    examples=["said"],
)
_KIND = Field(description="What it is about.", examples=["motivation"])
_TEXT = Field(description="The insight, in a sentence or two.", examples=["Wants to lead a small team again."])
_SOURCE = Field(description="How it was learnt, as a code: call, interview, message, profile ...", examples=["call"])
_SUPERSEDES = Field(description="The insight that this one replaces; it stays in the list of all.", examples=[None])


class NewInsight(BaseModel):
    """What was learnt of a person."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    kind: Annotated[Kind, _KIND]
    text: Annotated[Paragraph, _TEXT]
    source: Annotated[Code, _SOURCE]
    confidence: Annotated[Confidence, _CONFIDENCE] = "said"
    observed_at: Annotated[Moment | None, Field(description="When this was so; default: now. Ahead of now counts as now.")] = None
    recruiter: Annotated[
        Code | None, Field(description="Who learnt it; default: whom the token acts as, else its name.", examples=["maria"])
    ] = None
    supersedes: Annotated[UUID | None, _SUPERSEDES] = None


class RecordedInsight(BaseModel):
    """A dated note on what moves a person. It is never changed: a later one supersedes it."""

    id: Annotated[UUID, Field(description="Of the insight.", examples=["0b9f3c52-7c1d-4d0e-9a37-2f6f2f6f9a10"])]
    candidate_id: Annotated[
        UUID,
        Field(
            description="Whose it is: it stays with this id when people part.", examples=["5b0f5f0e-6f6e-5c57-8f5e-3e4f0a4e9c11"]
        ),
    ]
    kind: Annotated[Kind, _KIND]
    text: Annotated[str, _TEXT]
    source: Annotated[str, _SOURCE]
    confidence: Annotated[Confidence, _CONFIDENCE]
    author: Annotated[str, Field(description="The recruiter who recorded it, else the token.", examples=["maria"])]
    observed_at: Annotated[datetime, Field(description="When this was so.")]
    recorded_at: Annotated[datetime, Field(description="When it was recorded.")]
    supersedes: Annotated[UUID | None, _SUPERSEDES]
    superseded_by: Annotated[UUID | None, Field(description="What replaced it; null while it counts.", examples=[None])]


class OpenQuestion(BaseModel):
    """Something that is not known of a person yet."""

    about: Annotated[str, Field(description="A kind of insight, or a field of the record.", examples=["compensation"])]
    question: Annotated[str, Field(description="What to find out.", examples=["What would they have to be paid?"])]
    last_known_at: Annotated[
        datetime | None,
        Field(description="When it was known, where that is more than a year ago; null where it never was.", examples=[None]),
    ]


class InsightPage(BaseModel):
    """A page of a person's insights, the newest first, and what is not known yet."""

    items: Annotated[list[RecordedInsight], Field(description="Insights.")]
    open_questions: Annotated[
        list[OpenQuestion],
        Field(
            description="What is not known yet, or was learnt more than a year ago: what to ask next, what matters most first."
        ),
    ]
    next_cursor: Annotated[str | None, Field(description="As cursor: the next page; null on the last.", examples=[None])]


def _shown(view: RemarkView[Insight]) -> dict[str, Any]:
    one = view.remark
    return {
        "id": one.id,
        "candidate_id": one.candidate_id,
        "kind": one.kind,
        "text": one.text,
        "source": one.learnt_from,
        "confidence": one.confidence,
        "author": one.author,
        "observed_at": one.observed_at,
        "recorded_at": one.recorded_at,
        "supersedes": one.supersedes,
        "superseded_by": view.superseded_by,
    }


@router.post("/{candidate}/insights", status_code=201, response_model=RecordedInsight, responses=MOVED)
async def record_insight(
    candidate: CandidateName, body: NewInsight, request: Request, principal: Learner, sessions: SessionsDep
) -> Any:
    """Record what moves a person. With `supersedes` it takes the place of an earlier insight, which is kept."""
    name, now = read_name("candidate", candidate), current_time()
    insight = Insight(
        request_token(request),
        name.id,
        body.kind,
        body.text,
        principal.acting_as(body.recruiter) or principal.identity,
        body.source,
        body.confidence,
        observed_or_now(body.observed_at, now),
        now,
        body.supersedes,
    )
    found = await insights.record_insight(sessions, name, insight)
    return redirect(request, found) if isinstance(found, Redirected) else _shown(found)


@router.get("/{candidate}/insights", response_model=InsightPage, responses=MOVED)
async def list_insights(
    candidate: CandidateName,
    request: Request,
    _: Reader,
    sessions: SessionsDep,
    *,
    kind: Annotated[Kind | None, Query(description="Insights of this kind alone.")] = None,
    superseded: Annotated[bool, Query(description="Those that count no longer as well.")] = False,
    limit: Limit = 50,
    cursor: Cursor = None,
) -> Any:
    """What moves a person, the newest first, and what to ask them next.

    The texts are what a review of a message may take as `known`.
    """
    purpose = f"insights {candidate} {kind} {superseded}"
    after = None
    if cursor is not None:
        after = decode_cursor(purpose, cursor, lambda observed_at, one: (datetime.fromisoformat(observed_at), UUID(one)))
    found = await insights.list_insights(
        sessions,
        read_name("candidate", candidate),
        kind=kind,
        with_superseded=superseded,
        after=after,
        limit=limit,
        now=current_time(),
    )
    if isinstance(found, Redirected):
        return redirect(request, found)
    questions = [{"about": one.about, "question": one.question, "last_known_at": one.last_known_at} for one in found.questions]
    return {
        "items": [_shown(one) for one in found.items],
        "open_questions": questions,
        "next_cursor": encode_cursor(purpose, found.last) if found.last else None,
    }
