"""A broken rule reads as a sentence behind its field, in the words of JSON and HTTP, never in those of Python."""

from decimal import Decimal
from typing import Annotated, Any
from uuid import UUID

import pytest
from pydantic import BaseModel, Field, ValidationError

from shared.events.vocabulary import Channel
from shared.ids import Reference
from shared.timestamps import Moment, read_moment
from shared.web.problem_details import invalid_from


class Everything(BaseModel):
    """A field of each kind that bodies and queries have."""

    text: str = ""
    count: int = Field(0, ge=1, lt=10)
    share: float = Field(0.5, gt=0, le=1)
    amount: Decimal = Decimal(0)
    flag: bool = False
    id: UUID = UUID(int=0)
    code: Annotated[str, Field(pattern="^[A-Z]{3}$")] = "EUR"
    time: Moment = read_moment("2026-01-01")
    channel: Channel = Channel.EMAIL
    several: list[int] = Field([], min_length=1)


@pytest.mark.parametrize(
    ("field", "value", "rule"),
    [
        ("text", 5, "must be a string"),
        ("count", "abc", "must be a whole number"),
        ("count", 1.5, "must be a whole number"),
        ("count", [], "must be a whole number"),
        ("count", 0, "must be at least 1"),
        ("count", 10, "must be less than 10"),
        ("share", "x", "must be a number"),
        ("share", 0, "must be more than 0"),
        ("share", 2, "must be at most 1"),
        ("amount", "x", "must be a number"),
        ("flag", "perhaps", "must be true or false"),
        ("flag", [], "must be true or false"),
        ("id", "xx", "must be a UUID"),
        ("id", 5, "must be a UUID"),
        ("code", "euro", "must match the regular expression ^[A-Z]{3}$"),
        ("several", "x", "must be a list"),
        ("several", [], "must not be empty"),
        ("channel", "pigeon", "must be 'email', 'phone'"),
    ],
)
def test_a_broken_rule_is_a_plain_sentence(field: str, value: Any, rule: str) -> None:
    with pytest.raises(ValidationError) as caught:
        Everything.model_validate({field: value})

    (error,) = invalid_from(caught.value.errors()).errors
    assert error.field == field
    assert error.rule.startswith(rule), error.rule
    assert error.rule == rule or field == "channel"


@pytest.mark.parametrize(
    "text",
    [
        "2026-13-01",
        "2026-02-30",
        "2026-02-30T09:00:00Z",
        "2026-03-02T25:00:00Z",
        "2026-03-02T09:61:00Z",
        "2026-03-02T09:00:00+25:00",
    ],
)
def test_a_time_that_does_not_exist_is_refused_in_our_words(text: str) -> None:
    with pytest.raises(ValueError, match=r"^must be a time that exists, such as 2026-03-02T09:15:00Z$"):
        read_moment(text)


@pytest.mark.parametrize("text", ["nobody", "Acme:x", ":x", "acme:", "acme:a\nb", "acme:" + "x" * 201, "a" * 51 + ":x"])
def test_what_is_wrong_with_a_reference_reads_behind_its_field(text: str) -> None:
    with pytest.raises(ValueError, match=r"^must (be|begin|have) "):
        Reference.parse(text)
