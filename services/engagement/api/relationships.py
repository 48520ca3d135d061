"""GET /v1/relationships: engagement's page on a person."""

from datetime import date, datetime
from typing import Annotated
from uuid import UUID
from zoneinfo import ZoneInfo

from fastapi import APIRouter, Path
from pydantic import BaseModel, Field

from services.engagement.api.dependencies import SessionsDep, SettingsDep
from services.engagement.api.obligations import Obligation, shown_obligation
from services.engagement.api.queue_items import QueueItem, shown_item
from services.engagement.api.returns import ReturnPlan, shown_plan
from services.engagement.domain.choices import ChosenCadence, ConsentWord, Said
from services.engagement.domain.choices import HardNo as DecidedHardNo
from services.engagement.domain.choices import Suppression as DecidedSuppression
from services.engagement.domain.pursuit_view import stage_of, status_of
from services.engagement.domain.why_not import WhyNot
from services.engagement.use_cases.read_relationship import Relationship as Read
from services.engagement.use_cases.read_relationship import read_relationship
from shared import clock
from shared.attempts import Outcome, Pursuit
from shared.events.vocabulary import Channel, Reason, Tier
from shared.ids import pursuit_id
from shared.naming import read_name
from shared.security.auth import Principal, requires
from shared.web.routing import StrictRoute
from shared.web.waiting import WaitedDep

router = APIRouter(prefix="/v1/relationships", tags=["relationships"], route_class=StrictRoute)

_ID = "4f6f0c57-0c7a-5a5e-8c7e-0f0b6c5f3a11"
_TIME = "2026-03-02T09:15:00Z"

OfSource = Annotated[str, Field(description="Which sender said it.", examples=["greenhouse"])]
OfStream = Annotated[UUID, Field(description="Of which of the person's records it was said.", examples=[_ID])]


class Entry(BaseModel):
    """One entry of a history: what was said, when and by which sender."""

    event_id: UUID = Field(description="The event's id on the bus.", examples=[_ID])
    type: str = Field(description="What was said.", examples=["rekindle.candidate.unsubscribed"])
    time: datetime = Field(description="When (UTC).", examples=[_TIME])
    source: OfSource
    candidate_id: OfStream


class HardNoEntry(Entry):
    """One decision about a hard no: it was set, by itself or by a close, or lifted."""

    position_id: UUID | None = Field(description="The pursuit that it closed; null where it was set by itself.", examples=[None])
    evidence: str | None = Field(description="What it rests on.", examples=["Asked by mail not to be contacted again"])
    decided_by: str | None = Field(description="Who decided it.", examples=["Maria Lopez"])
    by: str | None = Field(description="Who lifted it, or turned the person down.", examples=[None])


class HardNo(BaseModel):
    """A reason never to approach the person."""

    reason: Reason = Field(description="Why.", examples=["do_not_contact"])
    holds: bool = Field(description="Whether it holds; false once it was lifted.", examples=[True])
    since: datetime | None = Field(description="Since when it holds (UTC); null once it was lifted.", examples=[_TIME])
    history: list[HardNoEntry] = Field(description="Every decision about it, oldest first.")


class Refusals(BaseModel):
    """Noes: those after which we never come back, and those with a plan to."""

    hard: list[HardNo] = Field(description="Hard nos, those that were lifted too.")
    soft: list[ReturnPlan] = Field(description="Soft nos that live, each with its return plan.")


class RelatedPursuit(BaseModel):
    """A pursuit in short: the latest attempt."""

    id: UUID = Field(description="The pursuit's.", examples=[_ID])
    position_id: UUID = Field(description="For which position.", examples=[_ID])
    position_title: str | None = Field(description="Null until the position's record has one.", examples=["Staff engineer"])
    attempts: int = Field(description="How many attempts there were.", examples=[1])
    stage: str | None = Field(description="The furthest that the latest reached.", examples=["contacted"])
    status: str = Field(description="open, closed or hired.", examples=["closed"])
    outcome: Outcome = Field(description="How it ended or how far it is.", examples=["soft_no"])
    reason: Reason | None = Field(description="Why it ended; null while it is open.", examples=["salary"])
    began_at: datetime = Field(description="When the latest began (UTC).", examples=[_TIME])


class Suppression(BaseModel):
    """A channel, or one address of it, by which the person is not to be, or cannot be, reached."""

    channel: Channel = Field(description="By what.", examples=["email"])
    has_address: bool = Field(description="Whether it concerns one address alone.", examples=[False])
    address: str | None = Field(
        description="Which address; left out for a token without the scope contact_details:read.", examples=[None]
    )
    is_choice: bool = Field(description="The person's own choice; false: a message could not be delivered.", examples=[True])
    holds: bool = Field(description="Whether it holds; false once it was lifted.", examples=[True])
    since: datetime | None = Field(description="Since when it holds (UTC); null once it was lifted.", examples=[_TIME])
    source: str | None = Field(description="Which sender said so first; null once it was lifted.", examples=["greenhouse"])
    history: list[Entry] = Field(description="Everything that was said about it, oldest first.")


class RelatedCadence(BaseModel):
    """How often the person accepts to hear from us by some channels, or all. Of several records the strictest wins."""

    every_days: int = Field(description="Days between two contacts.", examples=[30])
    channels: list[Channel] | None = Field(description="For which channels it is the latest; null: all.", examples=[None])
    since: datetime = Field(description="When it was chosen (UTC).", examples=[_TIME])
    source: OfSource
    candidate_id: OfStream


class RelatedConsent(BaseModel):
    """The latest word on a lawful basis."""

    basis: str = Field(description="Which.", examples=["consent"])
    holds: bool = Field(description="Whether it was given, and neither withdrawn nor expired.", examples=[True])
    expires_on: date | None = Field(description="Its last day, in the organisation's zone; null: no end.", examples=[None])
    since: datetime = Field(description="When that was said (UTC).", examples=[_TIME])
    source: OfSource
    candidate_id: OfStream


class HeldContact(BaseModel):
    """The next contact, held for somebody."""

    id: UUID = Field(description="By which it can be released.", examples=[_ID])
    recruiter: str | None = Field(description="For whom.", examples=["maria"])
    expires_at: datetime = Field(description="When it ends by itself (UTC).", examples=[_TIME])


class OutOfQueue(BaseModel):
    """One cause why the queue does not offer the person now."""

    code: WhyNot = Field(description="Which.", examples=["scheduled"])
    sentence: str = Field(description="In words.", examples=["Nothing is due before 29 August 2026: declined for salary."])
    until: datetime | None = Field(description="When time alone ends it (UTC); null where only news does.", examples=[_TIME])


class Relationship(BaseModel):
    """Everything that follows from what happened with a person."""

    candidate_id: UUID = Field(description="The person's.", examples=[_ID])
    references: list[str] = Field(description="What senders call the person.", examples=[["greenhouse:53883394"]])
    tier: Tier | None = Field(
        description="How close we stay: as the record says, or inner after a declined offer or as runner-up.", examples=["inner"]
    )
    pursuits: list[RelatedPursuit] = Field(description="By position.")
    refusals: Refusals = Field(description="Every no that was said, by them or by us.")
    suppressions: list[Suppression] = Field(description="By channel and address, those that were lifted too.")
    cadence: list[RelatedCadence] = Field(
        description="What holds of the choices of each of the person's records, the latest first."
    )
    consent: list[RelatedConsent] = Field(description="The latest word of each record on each basis.")
    obligations: list[Obligation] = Field(description="What we owe them, or owed them, the longest due first; at most 200.")
    reservations: list[HeldContact] = Field(description="Who holds the next contact.")
    queue_item: QueueItem | None = Field(description="The person's item; null where the queue shows none.")
    not_in_queue: list[OutOfQueue] = Field(description="Why the queue does not offer them now, strictest first; empty: it does.")


@router.get("/{ref}")
async def get_relationship(
    ref: Annotated[str, Path(description="The person: an id or <source>:<external_id>, percent-encoded.", examples=["demo:ada"])],
    sessions: SessionsDep,
    settings: SettingsDep,
    principal: Annotated[Principal, requires("engagement:read")],
    _waited: WaitedDep,
) -> Relationship:
    """All about one person, as the log says at this moment, with private texts. 410 for an erased candidate.

    An ``address`` is left out for a token without the scope contact_details:read.
    """
    now = clock.now()
    read = await read_relationship(sessions, read_name("candidate", ref, field="ref").id, now=now, settings=settings)
    return _shown(read, settings.zone, now, with_addresses=principal.may("contact_details:read"))


def _shown(read: Read, zone: ZoneInfo, now: datetime, *, with_addresses: bool) -> Relationship:
    choices = read.choices
    return Relationship(
        candidate_id=read.person_id,
        references=read.references,
        tier=read.derived.tier,
        pursuits=[
            _pursuit(read, position, pursuit)
            for position, pursuit in sorted(read.derived.pursuits.items(), key=lambda one: one[0])
            if pursuit.attempts
        ],
        refusals=Refusals(
            hard=[_hard_no(one) for one in choices.hard_nos],
            soft=[
                shown_plan(plan, read.references, read.positions.get(plan.position_id), zone, now) for plan in read.derived.plans
            ],
        ),
        suppressions=[_suppression(one, with_address=with_addresses) for one in choices.suppressions],
        cadence=[_cadence(one) for one in choices.cadences],
        consent=[_consent(one, now.astimezone(zone).date()) for one in choices.consents],
        obligations=[shown_obligation(one, now) for one in read.owed],
        reservations=[HeldContact(id=one.id, recruiter=one.recruiter, expires_at=one.expires_at) for one in read.reservations],
        queue_item=None if read.item is None else shown_item(read.item, now),
        not_in_queue=[OutOfQueue(code=one.code, sentence=one.sentence, until=one.until) for one in read.not_in_queue],
    )


def _pursuit(read: Read, position: UUID, pursuit: Pursuit) -> RelatedPursuit:
    latest = pursuit.attempts[-1]
    known = read.positions.get(position)
    return RelatedPursuit(
        id=pursuit_id(read.person_id, position),
        position_id=position,
        position_title=None if known is None else known.title,
        attempts=len(pursuit.attempts),
        stage=stage_of(latest),
        status=status_of(latest),
        outcome=latest.outcome,
        reason=None if latest.close is None else latest.close.reason,
        began_at=latest.began_at,
    )


def _entry(said: Said) -> Entry:
    return Entry(event_id=said.event_id, type=said.type, time=said.at, source=said.source, candidate_id=said.stream)


def _hard_no(one: DecidedHardNo) -> HardNo:
    history = [
        HardNoEntry(
            **_entry(said).model_dump(),
            position_id=said.position_id,
            evidence=said.evidence,
            decided_by=said.decided_by,
            by=said.by,
        )
        for said in one.history
    ]
    return HardNo(reason=one.reason, holds=one.since is not None, since=one.since, history=history)


def _suppression(one: DecidedSuppression, *, with_address: bool) -> Suppression:
    first = next((said for said in one.history if said.at == one.since), None)
    return Suppression(
        channel=one.channel,
        has_address=one.address is not None,
        address=one.address if with_address else None,
        is_choice=one.is_choice,
        holds=one.since is not None,
        since=one.since,
        source=None if first is None else first.source,
        history=[_entry(said) for said in one.history],
    )


def _cadence(one: ChosenCadence) -> RelatedCadence:
    said = one.chosen
    return RelatedCadence(
        every_days=one.every_days, channels=one.channels, since=said.at, source=said.source, candidate_id=said.stream
    )


def _consent(one: ConsentWord, today: date) -> RelatedConsent:
    return RelatedConsent(
        basis=one.basis,
        holds=one.holds and (one.expires_on is None or today <= one.expires_on),
        expires_on=one.expires_on,
        since=one.word.at,
        source=one.word.source,
        candidate_id=one.word.stream,
    )
