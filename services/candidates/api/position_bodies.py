"""Bodies of /v1/positions."""

from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

from pydantic import BaseModel, Field, ValidationInfo, field_validator

from services.candidates.api.bodies import MOST, Line, Location, Paragraph, Patch, RefusedField, SalaryRange, Skills
from services.candidates.use_cases.views import RecordView
from shared.events.fields import Code, Flag, Years
from shared.events.vocabulary import Level, PositionStatus
from shared.timestamps import Moment, written

Texts = Annotated[list[Paragraph], Field(max_length=MOST)]


class PositionPatch(Patch):
    """What a source states of an opening. Absent fields keep their value, null clears."""

    title: Line | None = None
    status: PositionStatus | None = None
    sponsor: Annotated[Code | None, Field(description="The client or hiring manager who owns it, as a code.")] = None
    level: Level | None = None
    skills: Skills | None = None
    years_experience: Years | None = None
    requirements: Texts | None = None
    needs: Texts | None = None
    downsides: Texts | None = None
    remote: Flag | None = None
    locations: Annotated[list[Location], Field(max_length=MOST)] | None = None
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
        fields = self.model_dump(mode="json", exclude={"observed_at", "locations"}, exclude_unset=True)
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
    requirements: list[str]
    needs: list[str]
    downsides: list[str]
    remote: bool | None
    locations: list[Location]
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


def shown(view: RecordView) -> dict[str, Any]:
    """A record as JSON values."""
    body = {"id": str(view.id), **view.record, "after": view.after}
    return {name: body[name] for name in Position.model_fields}
