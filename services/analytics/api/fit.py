"""Who fits a position, and what it would take: GET and POST .../fit, GET .../what-if."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Annotated, Any, TypeVar
from uuid import UUID

from fastapi import APIRouter, Body, Depends, Path
from pydantic import BaseModel, ConfigDict, Field

from services.analytics.api.answers import Freshness
from services.analytics.api.dependencies import FitDep, FreshnessDep, SessionsDep
from services.analytics.api.representations import JSON_ALONE
from services.analytics.domain.fit.asks import Asks
from services.analytics.domain.fit.counting import Answers, Counting, FitCounts, GroupCount
from shared import clock
from shared.events.fields import Amount, Country, Currency, Flag, PositionRef, Skills, Years
from shared.events.snapshots import Part
from shared.events.vocabulary import Level
from shared.fit import Rates
from shared.security.auth import Principal, requires
from shared.web.routing import StrictRoute
from shared.web.waiting import WaitedDep

router = APIRouter(prefix="/v1/analytics", tags=["analytics"], route_class=StrictRoute, dependencies=[JSON_ALONE])

PositionPath = Annotated[
    PositionRef, Path(description="An id or <source>:<external_id>, percent-encoded.", examples=["demo:staff-engineer"])
]
Found = TypeVar("Found")


@dataclass(frozen=True, slots=True)
class AskedPosition:
    """The position of which it is asked who fits, once what the caller waits for is counted."""

    position: PositionPath
    waited: WaitedDep
    sessions: SessionsDep
    reader: FitDep
    freshness: FreshnessDep

    async def read(self, count: Callable[[Counting, Asks], Found], changes: Mapping[str, Any] | None = None) -> Found:
        """What ``count`` says of the position, with changes. Raises PositionUnknown."""
        return await self.reader.read(self.sessions, self.position, count, changes)

    async def behind(self) -> Freshness:
        """How far behind that is."""
        return Freshness.model_validate(await self.freshness.read(self.sessions, now=clock.now()))


PositionDep = Annotated[AskedPosition, Depends()]


class AskedPart(BaseModel):
    """What a requirement or need asks of a person."""

    model_config = ConfigDict(extra="forbid")

    skills_any: Skills = Field([], max_length=100, description="One of these skills.", examples=[["python", "go"]])
    level_from: Level | None = Field(None, description="This level or a higher one.", examples=["senior"])
    years_from: Years | None = Field(None, description="Years of experience, at least.", examples=[5])


class FitChanges(BaseModel):
    """What would be otherwise with the position; what is left out stays as it is."""

    model_config = ConfigDict(extra="forbid")

    salary_max: Amount | None = Field(None, description="What it would pay at most.", examples=[100000])
    salary_currency: Currency | None = Field(None, description="In which currency.", examples=["EUR"])
    remote: Flag | None = Field(None, description="Whether it could be done remotely.", examples=[True])
    countries: list[Country] | None = Field(None, max_length=50, description="Where it would be.", examples=[["DE", "AT"]])
    requirements: list[AskedPart] | None = Field(None, max_length=50, description="What it would require instead.")
    needs: list[AskedPart] | None = Field(None, max_length=50, description="What it would need instead.")
    without_skills: Skills = Field(
        [],
        max_length=50,
        description="Skills not asked for any more; a part that asks for one of several asks for none.",
        examples=[["python"]],
    )
    years_less: Years | None = Field(None, description="So many years of experience less.", examples=[2])
    levels_lower: int | None = Field(None, ge=1, le=9, description="So many levels lower.", examples=[1])

    def given(self) -> dict[str, Any]:
        """The changes that were given."""
        found = {name: getattr(self, name) for name in self.model_fields_set if getattr(self, name) is not None}
        for name in found.keys() & {"requirements", "needs"}:
            found[name] = tuple(Part(**part.model_dump()) for part in found[name])
        return found | ({"countries": frozenset(found["countries"])} if "countries" in found else {})


class FitRequest(BaseModel):
    """A position as it might be."""

    model_config = ConfigDict(extra="forbid")

    changes: FitChanges = Field(
        default_factory=FitChanges,
        description="What would be otherwise with it.",
        examples=[{"salary_max": 100000, "remote": True}],
    )


class AnswerCounts(BaseModel):
    """How many people by answer."""

    met: int = Field(description="Who meets it.", examples=[120])
    not_met: int = Field(description="Who does not.", examples=[840])
    not_known: int = Field(description="What is known of them does not say.", examples=[40])


class ApproachCounts(AnswerCounts):
    """Who may be approached, as far as what they and we decided goes; whether now, say /v1/contact-checks."""

    hired: int = Field(description="Whom we hired, and who has not left.", examples=[4])
    hard_no: int = Field(description="Against whom a hard no holds, do_not_contact among them.", examples=[9])


class RatesUsed(BaseModel):
    """The table of exchange rates by which amounts were compared."""

    as_of: date = Field(description="The day whose rates these are.", examples=["2024-12-31"])
    source: str = Field(description="Whose they are.", examples=["European Central Bank, euro foreign exchange reference rates"])


class NotCompared(BaseModel):
    """People who ask in a currency that the table of rates lacks: whether the salary reaches them is not known."""

    currency: str = Field(description="In which they ask.", examples=["XPF"])
    people: int = Field(description="How many.", examples=[3])


class SalaryCounts(AnswerCounts):
    """Whom the salary reaches. What is asked in another currency is compared by the rates."""

    currency: str = Field(description="The position's.", examples=["EUR"])
    rates: RatesUsed = Field(description="The rates by which other currencies were compared.")
    not_compared: list[NotCompared] = Field(description="Of those who are not known, who asks in what the rates lack.")


class PartCounts(AskedPart, AnswerCounts):
    """One requirement or need, and how many people meet it."""


class PartsCounts(AnswerCounts):
    """How many meet all of some parts, and each."""

    parts: list[PartCounts] = Field(description="In the order of the record; its texts stay there.")


class FitGroup(BaseModel):
    """The people with one value, and how many of them meet what."""

    value: str | None = Field(description="null: not known.", examples=["senior"])
    people: int = Field(description="How many have it.", examples=[300])
    requirements: int = Field(description="Who meets every requirement.", examples=[80])
    needs: int = Field(description="Who meets every need.", examples=[60])
    fit: int = Field(description="Who fits.", examples=[45])


class PositionFit(BaseModel):
    """Who fits a position."""

    position_id: UUID
    people: int = Field(description="Everybody of whom there is a record; a merged person once, an erased one not.")
    fit: AnswerCounts = Field(
        description="Who meets every requirement, may be approached and, where the position states them, is reached by its "
        "salary and suited by its place. not_known: nothing speaks against them, and something is not known."
    )
    requirements: PartsCounts = Field(
        description="A position that lists none requires each of its skills, its level and its years of experience."
    )
    needs: PartsCounts
    approachable: ApproachCounts = Field(
        description="Who may be approached: neither hired by us, unless they left, nor under a hard no. The counts of "
        "requirements, needs, salary and location are of everybody."
    )
    salary: SalaryCounts | None = Field(description="Whom the salary reaches, by what they ask; null where none is stated.")
    location: AnswerCounts | None = Field(description="Who lives where it is, all if remote; null where no place is stated.")
    by: dict[str, list[FitGroup]] = Field(
        description="The same by level, location, market_status, skill and years of experience: of each the 25 values of which "
        "the most people meet the requirements. Somebody counts for each of their skills.",
    )
    freshness: Freshness


class WhatIfStep(BaseModel):
    """One change, and what it would bring."""

    change: dict[str, Any] = Field(description="As POST .../fit takes it in changes.", examples=[{"salary_max": 100000}])
    would_fit: int = Field(description="How many people who do not fit now would then fit.", examples=[12])
    in_all: int = Field(description="How many would fit in all.", examples=[57])
    not_known: int = Field(description="How many more might: something about them is not known.", examples=[8])


class WhatIf(BaseModel):
    """What each single change of a position would bring."""

    position_id: UUID
    fit: int = Field(description="Who fits now.", examples=[45])
    currency: str | None = Field(
        description="The currency of each salary_max: the position's; null without one.", examples=["EUR"]
    )
    changes: list[WhatIfStep] = Field(
        description="Salary as a curve, remote, each skill less, two years less, one level lower. Who would come back says "
        "/v1/returns/preview."
    )
    freshness: Freshness


@router.get("/positions/{position}/fit")
async def get_position_fit(
    _: Annotated[Principal, requires("analytics:read")],
    fit: PositionDep,
) -> PositionFit:
    """How many people meet the requirements, the needs and each part, and by what they are like."""
    return _answer(fit, await fit.read(Counting.fit), await fit.behind())


@router.post("/positions/{position}/fit")
async def post_position_fit(
    body: Annotated[FitRequest, Body(openapi_examples={"more": {"value": {"changes": {"salary_max": 100000, "remote": True}}}})],
    _: Annotated[Principal, requires("analytics:read")],
    fit: PositionDep,
) -> PositionFit:
    """The same, if the position were so. Changes nothing."""
    return _answer(fit, await fit.read(Counting.fit, body.changes.given()), await fit.behind())


@router.get("/positions/{position}/what-if")
async def get_what_if(
    _: Annotated[Principal, requires("analytics:read")],
    fit: PositionDep,
) -> WhatIf:
    """What each single change would bring, in people of the pool who would then fit: so one knows what is worth negotiating."""
    now, steps, currency = await fit.read(_steps)
    return WhatIf(
        position_id=fit.position,
        fit=now,
        currency=currency,
        changes=[WhatIfStep.model_validate(step, from_attributes=True) for step in steps],
        freshness=await fit.behind(),
    )


def _steps(counting: Counting, asks: Asks) -> Any:
    return counting.fitting(asks), counting.steps(asks), asks.terms.currency


def _answer(asked: AskedPosition, found: FitCounts, behind: Freshness) -> PositionFit:
    return PositionFit(
        position_id=asked.position,
        people=found.people,
        fit=_counts(found.fit),
        requirements=_parts(found.requirements, found.requirement_parts),
        needs=_parts(found.needs, found.need_parts),
        approachable=ApproachCounts(**found.approachable._asdict(), **found.bars),
        salary=_salary(found, asked.reader.rates),
        location=None if found.place is None else _counts(found.place),
        by={name: list(map(_group, groups)) for name, groups in found.groups.items()},
        freshness=behind,
    )


def _salary(found: FitCounts, rates: Rates) -> SalaryCounts | None:
    if found.salary is None or found.currency is None:
        return None
    return SalaryCounts(
        **found.salary._asdict(),
        currency=found.currency,
        rates=RatesUsed(as_of=rates.as_of, source=rates.source),
        not_compared=[NotCompared(currency=currency, people=people) for currency, people in found.not_compared],
    )


def _counts(answers: Answers) -> AnswerCounts:
    return AnswerCounts(**answers._asdict())


def _parts(answers: Answers, parts: list[tuple[Part, Answers]]) -> PartsCounts:
    return PartsCounts(**answers._asdict(), parts=[PartCounts(**part.model_dump(), **each._asdict()) for part, each in parts])


def _group(one: GroupCount) -> FitGroup:
    return FitGroup(**one._asdict())
