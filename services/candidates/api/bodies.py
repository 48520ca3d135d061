"""Field types of the records' bodies."""

from collections.abc import Collection, Sequence
from typing import Annotated, Any, Literal, TypeVar
from uuid import UUID

from fastapi import Query
from pydantic import (
    AfterValidator,
    BaseModel,
    ConfigDict,
    Field,
    StringConstraints,
    ValidationError,
    WrapValidator,
)

from services.candidates.domain.contact import read_email, read_link, read_phone
from services.candidates.use_cases.changes import Changed
from services.candidates.use_cases.views import RecordView
from shared.errors import FieldError
from shared.events.fields import Amount, Country, KnownCurrency
from shared.ids import Reference, is_id, spelled
from shared.skills import LONGEST, skill_of
from shared.web.problem_details import invalid_from

MOST = 100
"""Items in a list of contact details or texts."""
MOST_SKILLS = 300


def _reference(text: str) -> str:
    if is_id(text):
        raise ValueError("must be a reference, <source>:<external_id>")
    return str(Reference.parse(text))


def _once(values: list[str]) -> list[str]:
    """Without repeats, whatever the case; the first spelling stays."""
    return list({value.casefold(): value for value in reversed(values)}.values())[::-1]


Line = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=200), AfterValidator(spelled)]
Paragraph = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=2000), AfterValidator(spelled)]
Email = Annotated[str, Field(max_length=320), AfterValidator(read_email)]
"""An e-mail address in its one spelling."""
Phone = Annotated[str, AfterValidator(read_phone)]
"""A phone number in E.164, or the digits of a national one; its extension behind ``;ext=``."""
Link = Annotated[str, AfterValidator(read_link)]
Skill = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=LONGEST), AfterValidator(skill_of)]
"""A skill in its one spelling."""
Skills = Annotated[list[Skill], Field(max_length=MOST_SKILLS), AfterValidator(_once)]
Emails = Annotated[list[Email], Field(max_length=MOST), AfterValidator(_once)]
Phones = Annotated[list[Phone], Field(max_length=MOST), AfterValidator(_once)]
Links = Annotated[list[Link], Field(max_length=MOST), AfterValidator(lambda values: list(dict.fromkeys(values)))]
OtherReference = Annotated[str, AfterValidator(_reference)]


class Patch(BaseModel):
    """A body whose fields are all optional, and known."""

    model_config = ConfigDict(extra="forbid", frozen=True)


AsSent = WrapValidator(lambda sent, _: sent)
"""Leaves a body as it was sent: ``read_patch`` reads it."""

OnInvalid = Annotated[
    Literal["refuse", "skip"],
    Query(description="skip: store what is valid, and name the rest in refused; refuse: one invalid field refuses the request."),
]

P = TypeVar("P", bound=Patch)


def read_patch(model: type[P], sent: Any, *, skip_invalid: bool, attributes: Collection[str] = ()) -> tuple[P, list[FieldError]]:
    """The patch in a body, and what was left out because it breaks a rule. Raises Invalid for what cannot be left out.

    ``attributes`` are the keys that a candidate's attributes may have.
    """
    refused: list[FieldError] = []
    while True:
        try:
            return model.model_validate(sent, context={"attributes": attributes}), refused
        except ValidationError as error:
            found = error.errors(include_url=False, include_input=False)
            left = _without(sent, [place for one in found if (place := _place_of(one))])
            if not skip_invalid or left == sent:
                raise invalid_from(found) from error
            refused += invalid_from(found).errors
            sent = left


def _place_of(error: Any) -> tuple[int | str, ...]:
    """Where the value is that breaks the rule: a member that is missing leaves its object without meaning."""
    place: tuple[int | str, ...] = error["loc"]
    return place[:-1] if error["type"] == "missing" else place


def _without(sent: Any, places: Sequence[tuple[int | str, ...]]) -> Any:
    """A JSON value without the members and items at these places."""
    if not isinstance(sent, dict | list):
        return sent
    here = {place[0] for place in places if len(place) == 1}
    below: dict[int | str, list[tuple[int | str, ...]]] = {}
    for place in places:
        if len(place) > 1:
            below.setdefault(place[0], []).append(place[1:])
    members = sent.items() if isinstance(sent, dict) else enumerate(sent)
    kept = {name: _without(inner, below.get(name, [])) for name, inner in members if name not in here}
    # A list of which nothing valid is left would clear what is known.
    kept = {name: inner for name, inner in kept.items() if inner or not (name in below and isinstance(inner, list))}
    return kept if isinstance(sent, dict) else list(kept.values())


class RefusedField(BaseModel):
    """A field that was left out, and the rule that it breaks."""

    field: str
    rule: str


def change_shown(changed: Changed[Any], refused: Sequence[FieldError]) -> dict[str, Any]:
    """What a change ignored and refused, as JSON values; ``refused`` is what its body was read without."""
    wrong = [*refused, *changed.refused]
    return {"ignored": list(changed.ignored), "refused": [{"field": one.field, "rule": one.rule} for one in wrong]}


class Location(Patch):
    """Where; the city stays off the bus."""

    country: Country | None = None
    city: Line | None = None


class Salary(Patch):
    """What a person earns or asks for in a year."""

    amount: Amount | None = None
    currency: KnownCurrency | None = None


class SalaryRange(Patch):
    """What a position pays in a year."""

    min: Amount | None = None
    max: Amount | None = None
    currency: KnownCurrency | None = None


class ChangeReceipt(BaseModel):
    """What a token without the scope candidates:read is answered to a change: that it was made, not what the record holds."""

    id: UUID
    after: str
    after_each: list[str]
    refused: list[RefusedField] = []


def receipt(view: RecordView, after_each: Sequence[str], refused: Sequence[Any] = ()) -> dict[str, Any]:
    """A receipt as JSON values."""
    return {"id": str(view.id), "after": view.after, "after_each": list(after_each), "refused": list(refused)}
