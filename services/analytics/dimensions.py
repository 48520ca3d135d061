"""What attempts can be filtered and grouped by: the registry of dimensions, and where the value of each comes from."""

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from typing import Annotated, Any, Literal
from uuid import UUID

from pydantic import AfterValidator, Field

from shared.events.fields import Country, PositionRef
from shared.events.vocabulary import Channel, Level, MarketStatus, SenderRole, Tier
from shared.ids import spelled
from shared.skills import skill_of

Text = Annotated[str, Field(min_length=1, max_length=100), AfterValidator(spelled)]


class Of(StrEnum):
    """Whose a dimension is."""

    ATTEMPT = "attempt"
    PERSON = "person"
    POSITION = "position"
    PERIOD = "period"
    """The time of what is counted; such a dimension groups and does not filter."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Dimension:
    """One dimension. To add one: a ``Dimension`` here, its line in ``DIMENSIONS``, its test.

    ``column`` is the column of the table of attempts, people or positions that holds the value; where it ``holds_list``, an
    attempt counts for each of its values. ``type`` is the type of the filter: the API's document is made from it. ``stored``
    brings the filter's value into the form of the column.
    """

    name: str
    question: str
    of: Of
    column: str = ""
    type: Any = Text
    holds_list: bool = False
    stored: Callable[[str], object] = str


POSITION = Dimension(
    name="position",
    question="For which position? Its id, or <source>:<external_id>.",
    of=Of.ATTEMPT,
    column="position_id",
    type=PositionRef,
    stored=UUID,
)
RECRUITER = Dimension(
    name="recruiter", question="Who made the first touch, or else is named by the first fact?", of=Of.ATTEMPT, column="recruiter"
)
SENDER_ROLE = Dimension(
    name="sender_role",
    question="In which role did the sender of the first touch write?",
    of=Of.ATTEMPT,
    column="sender_role",
    type=SenderRole,
)
VIA = Dimension(name="via", question="Where was the person found?", of=Of.ATTEMPT, column="via")
ORIGIN = Dimension(
    name="origin",
    question="Did the person apply, or did we begin?",
    of=Of.ATTEMPT,
    column="origin",
    type=Literal["inbound", "outbound"],
)
CHANNEL = Dimension(
    name="channel", question="Through which channel was the first touch?", of=Of.ATTEMPT, column="channel", type=Channel
)
ATTEMPT = Dimension(
    name="attempt",
    question="Which attempt of the person for the position is it? 1 is the first, 2 the first return.",
    of=Of.ATTEMPT,
    column="number",
    type=Annotated[int, Field(ge=1, le=10_000)],
    stored=int,
)
SPONSOR = Dimension(name="sponsor", question="Whose position is it?", of=Of.POSITION, column="sponsor")
SKILL = Dimension(
    name="skill",
    question="Which skill has the person?",
    of=Of.PERSON,
    column="skills",
    holds_list=True,
    stored=skill_of,
)
LEVEL = Dimension(name="level", question="On which level is the person?", of=Of.PERSON, column="level", type=Level)
LOCATION = Dimension(
    name="location",
    question="In which country is the person? ISO 3166-1 alpha-2.",
    of=Of.PERSON,
    column="country",
    type=Country,
)
TIER = Dimension(name="tier", question="In which tier of the pool is the person?", of=Of.PERSON, column="tier", type=Tier)
MARKET_STATUS = Dimension(
    name="market_status",
    question="Is the person looking for a position?",
    of=Of.PERSON,
    column="market_status",
    type=MarketStatus,
)
PERIOD = Dimension(name="period", question="In which period, in the organisation's zone?", of=Of.PERIOD)

DIMENSIONS: list[Dimension] = [
    POSITION,
    RECRUITER,
    SENDER_ROLE,
    VIA,
    ORIGIN,
    CHANNEL,
    ATTEMPT,
    SPONSOR,
    SKILL,
    LEVEL,
    LOCATION,
    TIER,
    MARKET_STATUS,
    PERIOD,
]

FILTERS = [one for one in DIMENSIONS if one.of is not Of.PERIOD]
BY_NAME = {one.name: one for one in DIMENSIONS}
