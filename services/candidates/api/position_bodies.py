"""Bodies of /v1/positions."""

from datetime import date, datetime
from typing import Annotated, Any
from uuid import UUID

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, TypeAdapter, ValidationInfo, field_validator, model_validator

from services.candidates.api.bodies import MOST, Line, Location, Paragraph, Patch, RefusedField, SalaryRange, Skills
from services.candidates.use_cases.views import RecordView
from shared.events.fields import Code, Flag, Years
from shared.events.vocabulary import Employment, Level, PositionStatus
from shared.timestamps import CalendarDate, Moment, written

Texts = Annotated[list[Paragraph], Field(max_length=MOST)]


_PARAGRAPH: TypeAdapter[str] = TypeAdapter(Paragraph)


class Requirement(Patch):
    """A requirement or need. A person meets it who meets every part that is stated."""

    text: Annotated[Paragraph, Field(examples=["Five years of Python"])]
    skills_any: Annotated[Skills, BeforeValidator(lambda sent: [] if sent is None else sent)] = Field(
        [], description="One of these skills.", examples=[["python"]]
    )
    level_from: Annotated[Level | None, Field(description="This level or a higher one.", examples=["senior"])] = None
    years_from: Annotated[Years | None, Field(description="Years of experience, at least.", examples=[5])] = None

    @model_validator(mode="before")
    @classmethod
    def _of_text(cls, sent: object) -> object:
        return {"text": _PARAGRAPH.validate_python(sent)} if isinstance(sent, str) else sent


Requirements = Annotated[list[Requirement], Field(max_length=MOST, description="A text alone is the text of one.")]


_PARTS = ("requirements", "needs")

_TASKS = Field(description="What the person would do.", examples=[["Finish the migration, then lead two engineers"]])
_WORKLOAD = Field(description="How much work it is.", examples=["38 hours, on call one week in six"])
_NEXT_STEPS = Field(description="What happens until somebody decides.", examples=[["A call of half an hour this week"]])

_EXAMPLE: dict[str, Any] = {
    "title": "Staff engineer, payments",
    "status": "open",
    "sponsor": "acme",
    "level": "staff",
    "skills": ["python", "postgresql", "kafka"],
    "remote": True,
    "salary": {"min": 95000, "max": 115000, "currency": "EUR"},
}


class PositionPatch(Patch):
    """What a source states of an opening. Absent fields keep their value, null clears."""

    model_config = ConfigDict(json_schema_extra={"examples": [_EXAMPLE]})

    title: Line | None = None
    status: PositionStatus | None = None
    sponsor: Annotated[Code | None, Field(description="The client or hiring manager who owns it, as a code.")] = None
    level: Level | None = None
    skills: Skills | None = None
    years_experience: Years | None = None
    requirements: Requirements | None = None
    needs: Requirements | None = None
    downsides: Texts | None = None
    tasks: Annotated[Texts | None, _TASKS] = None
    workload: Annotated[Paragraph | None, _WORKLOAD] = None
    next_steps: Annotated[Texts | None, _NEXT_STEPS] = None
    remote: Flag | None = None
    locations: Annotated[list[Location], Field(max_length=MOST)] | None = None
    employment: Employment | None = None
    starts_on: Annotated[CalendarDate | None, Field(description="The first day of work.")] = None
    ends_on: Annotated[CalendarDate | None, Field(description="The last day of work; not before the first.")] = None
    salary: SalaryRange | None = None
    opened_at: Moment | None = None
    closed_at: Moment | None = None
    observed_at: Annotated[Moment | None, Field(description="When this was so; default: now.")] = None

    @field_validator("closed_at")
    @classmethod
    def _closes_after_it_opens(cls, closed_at: datetime | None, patch: ValidationInfo) -> datetime | None:
        opened_at = patch.data.get("opened_at")
        if closed_at and opened_at and closed_at < opened_at:
            raise ValueError("must not be before opened_at")
        return closed_at

    def fields(self) -> dict[str, Any]:
        """The fields that are stated, as JSON values."""
        fields = self.model_dump(mode="json", exclude={"observed_at", "locations", *_PARTS}, exclude_unset=True)
        for name in self.model_fields_set.intersection(_PARTS):
            parts: list[Requirement] | None = getattr(self, name)
            fields[name] = None if parts is None else [part.model_dump(mode="json") for part in parts]
        if "locations" in self.model_fields_set:
            places = self.locations
            fields["locations"] = None if places is None else [place.model_dump(exclude_none=True) for place in places]
        for name in ("opened_at", "closed_at"):
            if (moment := getattr(self, name)) is not None:
                fields[name] = written(moment)
        return fields


class OpenSpan(BaseModel):
    """A time during which the position was open."""

    opened_at: datetime | None
    closed_at: datetime | None


class Position(BaseModel):
    """A position's record. ``spans``: all times during which it was open, oldest first."""

    id: UUID
    references: list[str]
    title: str | None
    status: PositionStatus | None
    sponsor: str | None
    level: Level | None
    skills: list[str]
    years_experience: float | None
    requirements: list[Requirement]
    needs: list[Requirement]
    downsides: list[str]
    tasks: Annotated[list[str], _TASKS]
    workload: Annotated[str | None, _WORKLOAD]
    next_steps: Annotated[list[str], _NEXT_STEPS]
    remote: bool | None
    locations: list[Location]
    employment: Employment | None
    starts_on: date | None
    ends_on: date | None
    salary: SalaryRange | None
    opened_at: datetime | None
    closed_at: datetime | None
    spans: list[OpenSpan]
    after: str


class ChangedPosition(Position):
    """A position's record after a change."""

    ignored: Annotated[
        list[str], Field(description="Fields whose value is another than was sent: what counts is newer. The history has both.")
    ]
    refused: Annotated[list[RefusedField], Field(description="With on_invalid=skip: what was left out, and why.")]


class PositionPage(BaseModel):
    """Positions' records, in the order of their ids."""

    items: list[Position]
    next_cursor: str | None
    resume_cursor: Annotated[
        str | None,
        Field(
            description="Only with updated_since=. As cursor, at any later time: what changed after this page.", examples=[None]
        ),
    ] = None


def shown(view: RecordView) -> dict[str, Any]:
    """A record as JSON values."""
    body = {"id": str(view.id), **view.record, "after": view.after}
    return {name: body[name] for name in Position.model_fields}
