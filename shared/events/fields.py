"""Field types of events, and the mark that keeps a field off the bus."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Annotated, Any, get_args
from uuid import UUID

from pydantic import AfterValidator, BaseModel, BeforeValidator, Field, WithJsonSchema, model_validator

from shared.currencies import existing_currency
from shared.ids import MalformedReferenceError, candidate_id, position_id, spelled
from shared.skills import LONGEST, skill_of


@dataclass(frozen=True, slots=True)
class Private:
    """Marks a field that never leaves the service that owns it: free text, names, senders' own ids."""

    def __get_pydantic_json_schema__(self, core_schema: Any, handler: Any) -> dict[str, Any]:
        schema: dict[str, Any] = handler(core_schema)
        return schema | {"x-private": True}


def _upper(value: object) -> object:
    return value.strip().upper() if isinstance(value, str) and value.isascii() else value


_CODE = re.compile(r"\w[\w.:/+-]{0,99}")


def code_or_none(value: object) -> str | None:
    """A code in its one spelling; None for what is no code."""
    text = spelled(value) if isinstance(value, str) else ""
    return text if _CODE.fullmatch(text) else None


def _code(value: str) -> str:
    code = code_or_none(value)
    if code is None:
        raise ValueError(
            "must be a code: 1 to 100 letters, digits or any of . : / + - _ without spaces; not a name or an address"
        )
    return code


Code = Annotated[str, AfterValidator(_code), WithJsonSchema({"type": "string", "pattern": r"^\w[\w.:/+-]{0,99}$"})]
"""A sender's code for something, for example a recruiter. Never a name or an address, for it travels on the bus."""


def _text(value: str) -> str:
    if not value.strip():
        raise ValueError("must not be blank")
    return value


Text = Annotated[str, Field(min_length=1, max_length=10_000), AfterValidator(_text)]
"""Free text. Always private."""

Skill = Annotated[str, Field(min_length=1, max_length=LONGEST), AfterValidator(_text), AfterValidator(skill_of)]
"""A skill in its one spelling."""
Skills = Annotated[list[Skill], AfterValidator(lambda skills: list(dict.fromkeys(skills)))]
"""Skills, each once."""


def _number(value: object) -> object:
    if isinstance(value, bool | str):
        raise ValueError("must be a number")
    return value


def _flag(value: object) -> object:
    if not isinstance(value, bool):
        raise ValueError("must be true or false")
    return value


Number = BeforeValidator(_number)
"""Marks a field as a number: text that looks like one, and true and false, are refused. It stands behind the bounds."""

Flag = Annotated[bool, BeforeValidator(_flag)]

Country = Annotated[str, Field(pattern=r"^[A-Z]{2}$", description="ISO 3166-1 alpha-2"), BeforeValidator(_upper)]
Currency = Annotated[str, Field(pattern=r"^[A-Z]{3}$", description="ISO 4217")]
KnownCurrency = Annotated[Currency, AfterValidator(existing_currency)]
"""A currency that exists: for every way in. What is on the bus was checked then."""
Amount = Annotated[float, Field(ge=0, le=1e12, allow_inf_nan=False), Number]
Years = Annotated[float, Field(ge=0, le=80, allow_inf_nan=False), Number]
Words = Annotated[int, Field(ge=0, le=1_000_000), Number]


def _as_position(value: object) -> UUID:
    if isinstance(value, UUID):
        return value
    if not isinstance(value, str):
        raise ValueError("must be a string: a UUID or <source>:<external_id>")
    return position_id(value)


def _as_candidate(value: object) -> UUID:
    if isinstance(value, UUID):
        return value
    if not isinstance(value, str):
        raise ValueError("must be a string: a UUID or <source>:<external_id>")
    return candidate_id(value)


PositionRef = Annotated[
    UUID,
    BeforeValidator(_as_position),
    WithJsonSchema(
        {"type": "string", "description": "Id or <source>:<external_id>.", "examples": ["demo:staff-engineer"]},
        mode="validation",
    ),
]
"""A position, named by id or reference; always an id once read."""

CandidateRef = Annotated[
    UUID,
    BeforeValidator(_as_candidate),
    WithJsonSchema(
        {"type": "string", "description": "Id or <source>:<external_id>.", "examples": ["demo:ada"]}, mode="validation"
    ),
]
"""A candidate, named by id or reference; always an id once read."""


class Place(BaseModel, extra="forbid", frozen=True):
    """A country, and a city that stays off the bus. A string that is no country code is read as a city."""

    country: Country | None = None
    city: Annotated[str | None, Private()] = Field(None, max_length=200)

    @model_validator(mode="before")
    @classmethod
    def _read(cls, value: object) -> object:
        if isinstance(value, str):
            return {"country": value} if re.fullmatch("[A-Za-z]{2}", value) else {"city": value}
        return value


def private_fields(model: type[BaseModel]) -> dict[str, Any]:
    """Which fields of a model stay off the bus, in the form that pydantic's ``exclude`` takes."""
    return dict(_private_fields(model))


def _private_fields(model: type[BaseModel]) -> Iterator[tuple[str, Any]]:
    for name, field in model.model_fields.items():
        if any(isinstance(mark, Private) for mark in field.metadata):
            yield name, True
            continue
        for inner, is_list in _models_in(field.annotation):
            if nested := private_fields(inner):
                yield name, {"__all__": nested} if is_list else nested


def _models_in(annotation: Any, *, in_list: bool = False) -> Iterator[tuple[type[BaseModel], bool]]:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        yield annotation, in_list
        return
    for part in get_args(annotation):
        outer = getattr(annotation, "__origin__", None)
        yield from _models_in(part, in_list=in_list or outer in {list, tuple, frozenset, set})


__all__ = [
    "Amount", "CandidateRef", "Code", "Country", "Currency", "Flag", "KnownCurrency", "MalformedReferenceError", "Number",
    "Place", "PositionRef", "Private", "Skill", "Skills", "Text", "Words", "Years", "private_fields",
]  # fmt: skip
