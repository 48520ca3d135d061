"""Field types of the records' bodies."""

from typing import Annotated
from zoneinfo import available_timezones

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, StringConstraints

from services.candidates.domain.contact import read_email, read_link, read_phone
from shared.events.fields import Country, Currency

MOST = 100
"""Items in a list of contact details or texts."""
MOST_SKILLS = 300

_ZONES = frozenset(available_timezones())


def _zone(name: str) -> str:
    if name not in _ZONES:
        raise ValueError("must be a time zone of the IANA database, for example Europe/Berlin")
    return name


def _number(value: object) -> object:
    if isinstance(value, bool | str):
        raise ValueError("must be a number")
    return value


def _flag(value: object) -> object:
    if value is not None and not isinstance(value, bool):
        raise ValueError("must be true or false")
    return value


def _once(values: list[str]) -> list[str]:
    """Without repeats, whatever the case; the first spelling stays."""
    return list({value.casefold(): value for value in reversed(values)}.values())[::-1]


Line = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=200)]
Paragraph = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=2000)]
Email = Annotated[str, Field(max_length=320), AfterValidator(read_email)]
Phone = Annotated[str, AfterValidator(read_phone)]
Link = Annotated[str, AfterValidator(read_link)]
Skill = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=100)]
Skills = Annotated[list[Skill], Field(max_length=MOST_SKILLS), AfterValidator(_once)]
Emails = Annotated[list[Email], Field(max_length=MOST), AfterValidator(_once)]
Phones = Annotated[list[Phone], Field(max_length=MOST), AfterValidator(_once)]
Links = Annotated[list[Link], Field(max_length=MOST), AfterValidator(lambda values: list(dict.fromkeys(values)))]
Zone = Annotated[str, AfterValidator(_zone)]
Amount = Annotated[float, BeforeValidator(_number), Field(ge=0, le=1e12, allow_inf_nan=False)]
Years = Annotated[float, BeforeValidator(_number), Field(ge=0, le=80, allow_inf_nan=False)]
Flag = Annotated[bool, BeforeValidator(_flag)]


class Patch(BaseModel):
    """A body whose fields are all optional, and known."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class Location(Patch):
    """Where; the city stays off the bus."""

    country: Country | None = None
    city: Line | None = None


class Salary(Patch):
    """What a person earns or asks for in a year."""

    amount: Amount | None = None
    currency: Currency | None = None


class SalaryRange(Patch):
    """What a position pays in a year."""

    min: Amount | None = None
    max: Amount | None = None
    currency: Currency | None = None
