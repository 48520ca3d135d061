"""POST /v1/returns/preview: whom a change of a position would bring back, and what each further step would bring."""

from dataclasses import replace
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Query
from pydantic import BaseModel, ConfigDict, Field

from services.engagement.api.dependencies import SessionsDep, SettingsDep
from services.engagement.domain.matching import Match, PositionState
from services.engagement.domain.sentences import as_sentence
from services.engagement.use_cases.preview_returns import Tally, preview_returns
from shared import clock
from shared.events.fields import Amount, Code, Flag, KnownCurrency, Place, PositionRef, Skills, Years
from shared.events.snapshots import Part, WorkPlace
from shared.events.vocabulary import Level, PositionStatus, Reason
from shared.security.auth import Principal, requires
from shared.skills import folded
from shared.timestamps import CalendarDate
from shared.web.pagination import decode_cursor, encode_cursor
from shared.web.routing import StrictRoute
from shared.web.waiting import WaitedDep

router = APIRouter(prefix="/v1/returns", tags=["returns"], route_class=StrictRoute)


class SalaryChange(BaseModel):
    """What the position would pay; what is left out stays."""

    model_config = ConfigDict(extra="forbid")

    min: Amount | None = Field(None, description="At least.", examples=[90000])
    max: Amount | None = Field(None, description="At most.", examples=[120000])
    currency: KnownCurrency | None = Field(None, examples=["EUR"])


class PositionPart(BaseModel):
    """What a requirement or need would ask of a person."""

    model_config = ConfigDict(extra="forbid")

    text: str | None = Field(None, max_length=10_000, description="In words; decides nothing.", examples=["Runs what they build"])
    skills_any: Skills = Field([], max_length=100, description="One of these skills.", examples=[["python", "go"]])
    level_from: Level | None = Field(None, description="This level or a higher one.", examples=["senior"])
    years_from: Years | None = Field(None, description="Years of experience, at least.", examples=[5])

    def part(self) -> Part:
        """What decides of it."""
        return Part(skills_any=self.skills_any, level_from=self.level_from, years_from=self.years_from)


class PositionChanges(BaseModel):
    """What would be otherwise; what is left out stays as it is, null is not known. Without a status it counts as open."""

    model_config = ConfigDict(extra="forbid")

    status: PositionStatus | None = Field(None, description="As if it had this status.", examples=["open"])
    title: str | None = Field(None, max_length=500, description="What it would be called.", examples=["Staff engineer"])
    sponsor: Code | None = Field(None, description="Who would own it.", examples=["acme"])
    level: Level | None = Field(None, description="Its level.", examples=["senior"])
    skills: Skills | None = Field(None, max_length=100, description="The skills that it would ask for.", examples=[["python"]])
    years_experience: Years | None = Field(None, description="The years that it would ask for.", examples=[5])
    requirements: list[PositionPart] | None = Field(None, max_length=50, description="What would be required formally.")
    needs: list[PositionPart] | None = Field(None, max_length=50, description="What the problem would need.")
    remote: Flag | None = Field(None, description="Whether it could be done remotely.", examples=[True])
    locations: list[Place] | None = Field(None, max_length=50, description="Where it would be.", examples=[[{"country": "DE"}]])
    salary: SalaryChange | None = Field(None, description="What it would pay.")
    starts_on: CalendarDate | None = Field(None, description="When it would start.", examples=["2027-05-01"])

    def applied_to(self, position: PositionState) -> PositionState:
        """The position with these changes."""
        given = {name: getattr(self, name) for name in self.model_fields_set}
        changes: dict[str, Any] = {name: given[name] for name in given.keys() & _AS_THEY_ARE}
        if given.get("status") is not None:
            changes["status"] = given["status"]
        if "skills" in given:
            changes["skills"] = frozenset(given["skills"] or ())
        for name in given.keys() & {"requirements", "needs"}:
            changes[name] = tuple(one.part() for one in given[name] or ())
        if "locations" in given:
            places: list[Place] = given["locations"] or []
            changes["countries"] = frozenset(place.country for place in places if place.country is not None)
            changes["cities"] = frozenset(folded(place.city) for place in places if place.city is not None)
            changes["locations"] = tuple(
                WorkPlace(country=place.country, city=place.city and folded(place.city)) for place in places
            )
        if "salary" in given:
            paid = SalaryChange(min=None, max=None, currency=None) if self.salary is None else self.salary
            changes |= {f"salary_{name}": getattr(paid, name) for name in paid.model_fields_set}
        return replace(position, **changes)


_AS_THEY_ARE = frozenset({"title", "sponsor", "level", "years_experience", "remote", "starts_on"})


class ReturnPreviewRequest(BaseModel):
    """A position, and what would be otherwise with it."""

    model_config = ConfigDict(extra="forbid")

    position: PositionRef
    changes: PositionChanges = Field(
        default_factory=PositionChanges,
        description="What would be otherwise with it.",
        examples=[{"salary": {"max": 120000, "currency": "EUR"}, "remote": True}],
    )


class BroughtBack(BaseModel):
    """How many people would come back."""

    people: int = Field(description="How many.", examples=[31])
    by_reason: dict[Reason, int] = Field(description="By the reason of the no that is met.", examples=[{"salary": 20}])


class PreviewedCandidate(BaseModel):
    """Somebody whom the changed position would bring back."""

    candidate_id: UUID
    references: list[str]
    reason: Reason = Field(description="The reason of the no that is met.", examples=["salary"])
    declined_position_id: UUID = Field(description="Which pursuit ended so.", examples=["8f2274f7-74d1-5b7a-afff-99f71a18b754"])
    sentence: str = Field(description="What about the position brings them back.", examples=["This role pays to 120,000 EUR."])


class PreviewStep(BroughtBack):
    """One further step beyond the changes."""

    change: dict[str, Any] = Field(description="What would be otherwise too.", examples=[{"remote": True}])
    more: int = Field(description="How many of them the changes alone do not bring back.", examples=[12])


class ReturnPreview(BaseModel):
    """Whom a position would bring back."""

    now: BroughtBack = Field(description="As it is: nobody where it is not open.")
    changed: BroughtBack = Field(description="With the changes.")
    steps: list[PreviewStep] = Field(description="With the changes and one step more: salary, remote, a skill or two years less.")
    candidates: list[PreviewedCandidate] = Field(description="Whom the changed position would bring back, by id.")
    next_cursor: str | None


@router.post("/preview")
async def preview_return(
    body: ReturnPreviewRequest,
    sessions: SessionsDep,
    settings: SettingsDep,
    _: Annotated[Principal, requires("engagement:read")],
    _waited: WaitedDep,
    limit: Annotated[int, Query(ge=1, le=200)] = 50,
    cursor: Annotated[str | None, Query()] = None,
) -> ReturnPreview:
    """Say beforehand whom a change of a position would bring back, by reason, and what each further step would bring.

    Changes nothing. It says whom the position fits, whenever it was opened. Who is in play for another position is not counted.
    """
    purpose = f"returns_preview:{body.position}"
    after = None if cursor is None else decode_cursor(purpose, cursor, UUID)
    found = await preview_returns(
        sessions, body.position, body.changes.applied_to, after=after, limit=limit, now=clock.now(), settings=settings
    )
    return ReturnPreview(
        now=_brought(found.now),
        changed=_brought(found.changed),
        steps=[
            PreviewStep(
                change=dict(step.change),
                people=len(tally.matches),
                by_reason=dict(tally.by_reason),
                more=len(tally.matches.keys() - found.changed.matches.keys()),
            )
            for step, tally in found.steps
        ],
        candidates=[_candidate(person, references, match) for person, references, match in found.page],
        next_cursor=None if found.following is None else encode_cursor(purpose, [str(found.following)]),
    )


def _brought(tally: Tally) -> BroughtBack:
    return BroughtBack(people=len(tally.matches), by_reason=dict(tally.by_reason))


def _candidate(person: UUID, references: list[str], match: Match) -> PreviewedCandidate:
    return PreviewedCandidate(
        candidate_id=person,
        references=references,
        reason=match.reason,
        declined_position_id=match.refusal.position_id,
        sentence=as_sentence(match.why),
    )
