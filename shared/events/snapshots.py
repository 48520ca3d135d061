"""Snapshots of records, on compacted topics: the latest says all that other services may know. No personal data."""

from typing import Annotated, ClassVar
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field

from shared.events.base import EventData
from shared.events.fields import Amount, Code, Country, Currency, Skills, Years
from shared.events.topics import Topic
from shared.events.vocabulary import Channel, Employment, Level, MarketStatus, PositionStatus, Tier
from shared.timestamps import CalendarDate, Moment


class CandidateChanged(EventData):
    """The state of one candidate stream. ``person_id`` is the stream that stands for the person: the merge map."""

    type: ClassVar[str] = "rekindle.candidate.changed"
    topic: ClassVar[Topic] = Topic.CANDIDATES

    candidate_id: UUID
    person_id: UUID
    country: Country | None = None
    time_zone: str | None = None
    level: Level | None = None
    years_experience: Years | None = None
    skills: Skills = []
    market_status: MarketStatus | None = None
    tier: Tier | None = None
    salary_amount: Amount | None = None
    salary_currency: Currency | None = None
    channels: Annotated[
        list[Channel] | None, Field(description="Channels on which the record has an address; absent where that is not known.")
    ] = None
    attributes: Annotated[
        dict[Code, Code] | None, Field(description="What the team records to look at fairness: codes, by a key of its choice.")
    ] = None


class CandidateErased(EventData):
    """The candidate was erased: a permanent record, with nothing else on it.

    Until every service has confirmed the erasure it may be published again, each time as the stream's next version.
    """

    type: ClassVar[str] = "rekindle.candidate.erased"
    topic: ClassVar[Topic] = Topic.CANDIDATES

    candidate_id: UUID
    erasure_id: UUID | None = None


class Span(BaseModel):
    """A time during which a position was open; ``closed_at`` is absent while it is."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    opened_at: Moment | None = None
    closed_at: Moment | None = None


class Part(BaseModel):
    """What a requirement or need asks of a person, each where it is stated; its text stays with the record."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    skills_any: Annotated[Skills, Field(description="One of these skills.")] = []
    level_from: Annotated[Level | None, Field(description="This level or a higher one.")] = None
    years_from: Annotated[Years | None, Field(description="Years of experience, at least.")] = None


class WorkPlace(BaseModel):
    """A place of a position: a city, anywhere in a country, or a city of a country that is not known."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    country: Country | None = None
    city: Annotated[str | None, Field(description="In lower case; absent where it is anywhere in the country.")] = None


class PositionChanged(EventData):
    """The state of one position, with every opening and closing time that is known, oldest first."""

    type: ClassVar[str] = "rekindle.position.changed"
    topic: ClassVar[Topic] = Topic.POSITIONS

    position_id: UUID
    reference: Annotated[str | None, Field(description="What senders call it: <source>:<external_id>.")] = None
    title: str | None = None
    status: PositionStatus | None = None
    spans: list[Span] = []
    sponsor: Code | None = None
    level: Level | None = None
    skills: Skills = []
    years_experience: Years | None = None
    remote: bool | None = None
    countries: list[Country] = []
    cities: Annotated[
        list[str], Field(description="Where it is, in lower case; a position without any is anywhere in its countries.")
    ] = []
    locations: Annotated[
        list[WorkPlace],
        Field(description="Where it is, place by place; absent from snapshots of earlier releases."),
    ] = []
    salary_min: Amount | None = None
    salary_max: Amount | None = None
    salary_currency: Currency | None = None
    requirements: Annotated[list[Part], Field(description="What is formally required, in the order of the record.")] = []
    needs: Annotated[list[Part], Field(description="What the problem to be solved needs, in the order of the record.")] = []
    employment: Employment | None = None
    starts_on: CalendarDate | None = None
    ends_on: CalendarDate | None = None

    @property
    def closings(self) -> list[Moment]:
        """The times at which the position closed, oldest first."""
        return sorted(span.closed_at for span in self.spans if span.closed_at is not None)
