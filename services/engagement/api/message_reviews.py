"""POST /v1/message-reviews: is this message any good?"""

from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Request
from pydantic import BaseModel, ConfigDict, Field

from services.engagement.api.dependencies import SessionsDep, SettingsDep
from services.engagement.domain.review import Kind, Review, Severity, Verdict
from services.engagement.use_cases.review_message import Message, review_message
from shared import clock
from shared.events.fields import CandidateRef, Code, PositionRef
from shared.security.auth import Principal, requires
from shared.web.idempotency import IdempotentRoute, request_token

router = APIRouter(prefix="/v1/message-reviews", tags=["message reviews"], route_class=IdempotentRoute)

LONGEST = 40_000
"""Characters of a draft; some 6,000 words."""

EXAMPLE: dict[str, Any] = {
    "text": "Hi Ada, your talk on query planners answered a question we had argued about for a week. May I tell you more?",
    "kind": "first_touch",
    "candidate": "greenhouse:53883394",
    "known": ["spoke at a conference about query planners"],
}


class MessageReviewRequest(BaseModel):
    """A draft, what it is meant to be, and to whom it goes."""

    model_config = ConfigDict(extra="forbid", json_schema_extra={"examples": [EXAMPLE]})

    text: Annotated[
        str,
        Field(
            max_length=LONGEST,
            description="The draft as it would be sent, a subject line included. It is not stored.",
            examples=[EXAMPLE["text"]],
        ),
    ]
    kind: Annotated[Kind, Field(description="What the message is meant to be.", examples=["first_touch"])]
    candidate: Annotated[
        CandidateRef | None, Field(description="Whom it goes to, by id or reference.", examples=["greenhouse:53883394"])
    ] = None
    position: Annotated[
        PositionRef | None,
        Field(
            description="What it is about; with `candidate` it is known whether they showed interest.",
            examples=["greenhouse:107761"],
        ),
    ] = None
    recruiter: Annotated[Code | None, Field(description="Who writes.", examples=["maria"])] = None
    known: Annotated[
        list[Annotated[str, Field(min_length=1, max_length=500)]] | None,
        Field(
            max_length=50,
            description="Details of the person that your record confirms. They are compared with the text and not stored.",
            examples=[EXAMPLE["known"]],
        ),
    ] = None


class ScorePart(BaseModel):
    """What one rule took from the score."""

    factor: str = Field(description="The rule's code.", examples=["exaggeration"])
    points: int = Field(description="Points, 0 or less.", examples=[-15])
    why: str = Field(description="In words.", examples=["Say plainly what the work is. (It stands there 2 times.)"])


class ReviewFinding(BaseModel):
    """What is better changed, and where."""

    code: str = Field(description="The rule's code.", examples=["placeholder"])
    severity: Severity = Field(
        description="stop: not to be sent so; warn: better changed; info: worth a look.", examples=["stop"]
    )
    span: tuple[int, int] | None = Field(
        description="Where in the text, in Unicode code points: the first, and the one after the last. null: the whole text.",
        examples=[[3, 15]],
    )
    advice: str = Field(description="What to do about it.", examples=["Fill in the placeholder."])


class MessageReviewAnswer(BaseModel):
    """The review. A `contacted` event that names the id as `message` makes the text one that near copies are held against."""

    id: UUID = Field(description="The review's.", examples=["6f1c3a0e-58a4-4d4a-9c6b-0d9a55b0a5b1"])
    verdict: Verdict = Field(
        description="stop with a finding that stops, improve with one that warns, else good.", examples=["improve"]
    )
    score: int = Field(ge=0, le=100, description="100 less the points of the parts.", examples=[71])
    parts: list[ScorePart] = Field(description="What the score is made of.")
    findings: list[ReviewFinding] = Field(description="In the order of the text; what concerns the whole text first.")


@router.post("")
async def post_message_review(
    request: Request,
    body: MessageReviewRequest,
    sessions: SessionsDep,
    settings: SettingsDep,
    writer: Annotated[Principal, requires("engagement:write")],
) -> MessageReviewAnswer:
    """Review a draft before it is sent: findings with advice, and a score with its parts. The text is not stored."""
    writer.acting_as(body.recruiter)
    message = Message(body.text, body.kind, body.candidate, body.position, body.known)
    token = request_token(request)
    return _answer(token, await review_message(sessions, message, id=token, now=clock.now(), settings=settings))


def _answer(id: UUID, of: Review) -> MessageReviewAnswer:
    return MessageReviewAnswer(
        id=id,
        verdict=of.verdict,
        score=of.score,
        parts=[ScorePart(factor=part.factor, points=part.points, why=part.why) for part in of.parts],
        findings=[ReviewFinding(code=f.code, severity=f.severity, span=f.span, advice=f.advice) for f in of.findings],
    )
