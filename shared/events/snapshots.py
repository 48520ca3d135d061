"""Snapshots of records, on compacted topics: the latest says all that other services may know. No personal data."""

from typing import Annotated, ClassVar
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field

from shared.events.base import EventData
from shared.events.fields import Amount, Code, Country, Currency, Skills, Years
from shared.events.topics import Topic
from shared.events.vocabulary import Level, MarketStatus, PositionStatus, Tier
from shared.timestamps import Moment


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
    salary_min: Amount | None = None
    salary_max: Amount | None = None
    salary_currency: Currency | None = None

    @property
    def closings(self) -> list[Moment]:
        """The times at which the position closed, oldest first."""
        return sorted(span.closed_at for span in self.spans if span.closed_at is not None)
