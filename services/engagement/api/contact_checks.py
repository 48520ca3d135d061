"""POST /v1/contact-checks: may we contact this person now?"""

from datetime import UTC, date, datetime
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Body, Request, Response
from pydantic import BaseModel, ConfigDict, Field, ValidationError, WrapValidator

from services.engagement.api.dependencies import SessionsDep, SettingsDep
from services.engagement.domain.contact import Ask, Code
from services.engagement.use_cases.check_contacts import IN_THE_PAST, Checked, Planned, check_contacts, release_reservation
from shared import clock
from shared.errors import DomainError, Invalid
from shared.events.fields import CandidateRef, PositionRef
from shared.events.fields import Code as SenderCode
from shared.events.vocabulary import Channel, ContactKind, Purpose
from shared.security.auth import Principal, requires
from shared.timestamps import CLOCK_SKEW, DayOrMoment
from shared.web.idempotency import IdempotentRoute, name_people, request_token
from shared.web.problem_details import invalid_from, problem, request_id_of, status_of
from shared.web.waiting import WaitedDep

router = APIRouter(prefix="/v1/contact-checks", tags=["contact checks"], route_class=IdempotentRoute)

MOST = 1_000

EXAMPLE: dict[str, Any] = {"candidate": "greenhouse:53883394", "channel": "email", "recruiter": "maria", "purpose": "outreach"}


class ContactCheckRequest(BaseModel):
    """A contact that somebody plans."""

    model_config = ConfigDict(extra="forbid", json_schema_extra={"examples": [EXAMPLE]})

    candidate: Annotated[CandidateRef, Field(description="Who, by id or reference.", examples=["greenhouse:53883394"])]
    channel: Annotated[Channel, Field(description="By what.", examples=["email"])]
    recruiter: Annotated[SenderCode | None, Field(description="Who would write or call.", examples=["maria"])] = None
    purpose: Annotated[
        Purpose,
        Field(
            description="outreach is held to every rule; the others only to erased, do_not_contact, channel_unusable.",
            examples=["outreach"],
        ),
    ] = Purpose.OUTREACH
    kind: Annotated[ContactKind, Field(description="A newsletter or an invitation is no touch.", examples=["message"])] = (
        ContactKind.MESSAGE
    )
    position: Annotated[
        PositionRef | None, Field(description="About which position, by id or reference.", examples=["greenhouse:107761"])
    ] = None
    address: Annotated[
        str | None,
        Field(
            min_length=1, max_length=500, description="To which address; without it any that is blocked counts.", examples=[None]
        ),
    ] = None
    at: Annotated[
        DayOrMoment | None,
        Field(
            description="When; default now. A day alone is one where the person lives, and breaks no quiet hours.",
            examples=[None],
        ),
    ] = None
    reserve: Annotated[
        bool, Field(strict=True, description="Hold the next contact with the person, if this one is allowed.", examples=[False])
    ] = False


class ContactReason(BaseModel):
    """One reason why not."""

    code: Code = Field(description="Which rule.", examples=["cadence"])
    sentence: str = Field(
        description="In words.", examples=["They accept to hear from us every 30 days, and last did on 2 March 2026."]
    )
    until: datetime | None = Field(
        description="The time from which the answer changes (UTC); null where no time changes it.",
        examples=["2026-04-01T09:15:00Z"],
    )


class ContactReservation(BaseModel):
    """The next contact with the person, held until a time, the contact's own event, or its release."""

    id: UUID = Field(description="By which it can be released.", examples=["0b9e2c1e-6a3c-5f51-9f4e-2f1a8c1e7d10"])
    expires_at: datetime = Field(description="When it ends by itself (UTC).", examples=["2026-03-02T09:30:00Z"])


class ContactCheckAnswer(BaseModel):
    """Whether the contact is allowed, and every reason why not, the strictest first."""

    candidate_id: UUID = Field(description="The person's.", examples=["4f6f0c57-0c7a-5a5e-8c7e-0f0b6c5f3a11"])
    allowed: bool = Field(description="Whether nothing stands against it.", examples=[False])
    earliest_allowed_at: datetime | None = Field(
        description="The first moment without a reason if nothing else happens (UTC); null where there is none.",
        examples=["2026-04-01T09:15:00Z"],
    )
    reasons: list[ContactReason] = Field(description="Empty where it is allowed.")
    reservation: ContactReservation | None = Field(description="With reserve, where it is allowed.", examples=[None])


class ContactCheckItem(BaseModel):
    """An item of a batch: 200 with the answer, or the problem that kept it out."""

    index: int = Field(description="Which item of the body, from 0.", examples=[0])
    status: int = Field(description="As a single call would be answered.", examples=[200])
    answer: ContactCheckAnswer | None = Field(None, description="Null with a problem.")
    problem: dict[str, Any] | None = Field(None, description="RFC 9457 problem details.", examples=[None])


class ContactCheckBatch(BaseModel):
    """An item for each check, in order."""

    allowed: int = Field(description="How many are allowed.", examples=[12])
    items: list[ContactCheckItem] = Field(description="An item for each check, in order.")


AsSent = WrapValidator(lambda sent, _: sent)


@router.post(
    "",
    response_model=ContactCheckAnswer,
    responses={207: {"model": ContactCheckBatch, "description": "For an array: an answer for each check, in order."}},
)
async def check_contact(
    request: Request,
    body: Annotated[
        Annotated[ContactCheckRequest, AsSent] | Annotated[list[ContactCheckRequest], AsSent],
        Body(openapi_examples={"one": {"value": EXAMPLE}}),
    ],
    sessions: SessionsDep,
    settings: SettingsDep,
    principal: Annotated[Principal, requires("engagement:write")],
    _waited: WaitedDep,
) -> Any:
    """May we contact this person? One check, or an array of up to 1,000. It sees every event that was accepted before it."""
    sent: Any = body
    now = clock.now()
    token = request_token(request)
    if not isinstance(sent, list):
        planned = _read(sent, now, principal)
        name_people(request, {planned.candidate})
        [checked] = await check_contacts(sessions, [planned], request=token, now=now, settings=settings)
        if isinstance(checked, Invalid):
            raise checked
        return _answer(checked)
    if not 1 <= len(sent) <= MOST:
        raise Invalid.of("body", f"must hold 1 to {MOST:,} checks")
    read = [_read_item(item, now, principal) for item in sent]
    plans = [one for one in read if isinstance(one, Planned)]
    name_people(request, {one.candidate for one in plans})
    answers = iter(await check_contacts(sessions, plans, request=token, now=now, settings=settings))
    results = [next(answers) if isinstance(one, Planned) else one for one in read]
    items = [
        ContactCheckItem(index=at, status=200, answer=_answer(one))
        if isinstance(one, Checked)
        else ContactCheckItem(index=at, status=status_of(one), problem=problem(one, request_id=request_id_of(request)))
        for at, one in enumerate(results)
    ]
    batch = ContactCheckBatch(allowed=sum(item.answer is not None and item.answer.allowed for item in items), items=items)
    return Response(batch.model_dump_json(exclude_none=False), 207, media_type="application/json")


@router.delete("/reservations/{id}", status_code=204)
async def release_contact_reservation(
    id: UUID, sessions: SessionsDep, _: Annotated[Principal, requires("engagement:write")]
) -> None:
    """Release a reservation before its time."""
    await release_reservation(sessions, id)


def _read_item(item: Any, now: datetime, principal: Principal) -> Planned | DomainError:
    try:
        return _read(item, now, principal)
    except DomainError as error:
        return error


def _read(item: Any, now: datetime, principal: Principal) -> Planned:
    """The plan that a body states. Raises Invalid, which names every field and rule, and Forbidden for another recruiter."""
    try:
        asked = ContactCheckRequest.model_validate(item)
    except ValidationError as error:
        raise invalid_from(error.errors()) from error
    day = asked.at if isinstance(asked.at, date) and not isinstance(asked.at, datetime) else None
    at = asked.at if isinstance(asked.at, datetime) else now
    if asked.reserve and at < now - CLOCK_SKEW:
        raise Invalid.of("at", IN_THE_PAST)
    ask = Ask(
        channel=asked.channel,
        at=at,
        recruiter=principal.acting_as(asked.recruiter),
        purpose=asked.purpose,
        kind=asked.kind,
        position=asked.position,
        address=asked.address,
    )
    return Planned(asked.candidate, ask, day, asked.reserve)


def _answer(checked: Checked) -> ContactCheckAnswer:
    decision, held = checked.decision, checked.reservation
    return ContactCheckAnswer(
        candidate_id=checked.person,
        allowed=decision.is_allowed,
        earliest_allowed_at=_utc(decision.earliest_allowed_at),
        reasons=[ContactReason(code=one.code, sentence=one.sentence, until=_utc(one.until)) for one in decision.reasons],
        reservation=None if held is None else ContactReservation(id=held.id, expires_at=held.expires_at),
    )


def _utc(moment: datetime | None) -> datetime | None:
    return None if moment is None else moment.astimezone(UTC)
