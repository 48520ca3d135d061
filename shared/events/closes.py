"""What is stored with a close: the facts that each reason may carry."""

from typing import Annotated

from pydantic import AliasChoices, BaseModel, ConfigDict, Field, ValidationError, ValidationInfo, field_validator, model_validator
from pydantic_core import InitErrorDetails, PydanticCustomError

from shared.events.fields import Amount, Code, Currency, Flag, Number, Place, Private, Skills, Years
from shared.events.vocabulary import Level, Reason
from shared.timestamps import Day


class CloseFacts(BaseModel):
    """Facts of a close, each optional. Each reason takes its own."""

    model_config = ConfigDict(frozen=True, extra="forbid", populate_by_name=True)

    asked: Amount | None = None
    currency: Currency | None = None
    available_from: Day | None = None
    locations: list[Place] | None = Field(None, max_length=50, validation_alias=AliasChoices("locations", "acceptable_locations"))
    remote: Flag | None = None
    years_had: Years | None = None
    years_needed: Years | None = None
    missing_skills: Skills | None = Field(
        None, max_length=100, validation_alias=AliasChoices("missing_skills", "missing", "skills")
    )
    wanted_level: Level | None = Field(None, validation_alias=AliasChoices("wanted_level", "level"))
    wanted_role: Annotated[str | None, Private()] = Field(
        None, max_length=500, validation_alias=AliasChoices("wanted_role", "role")
    )
    revisit_on: Day | None = None
    sponsor: Code | None = None
    rank: Annotated[int, Field(ge=1, le=1000), Number] | None = None
    reason: Reason | None = None
    start_on: Day | None = Field(None, validation_alias=AliasChoices("start_on", "start_date"))


FACTS_OF: dict[Reason, frozenset[str]] = {
    Reason.SALARY: frozenset({"asked", "currency"}),
    Reason.AVAILABILITY: frozenset({"available_from"}),
    Reason.LOCATION: frozenset({"locations", "remote"}),
    Reason.EXPERIENCE: frozenset({"years_had", "years_needed"}),
    Reason.SKILLS: frozenset({"missing_skills"}),
    Reason.ROLE_FIT: frozenset({"wanted_level", "wanted_role"}),
    Reason.TIMING: frozenset({"revisit_on"}),
    Reason.REJECTED_BY_SPONSOR: frozenset({"sponsor"}),
    Reason.PREFERRED_ANOTHER: frozenset({"rank"}),
    Reason.OFFER_DECLINED: frozenset(
        {
            "reason", "asked", "currency", "available_from", "locations", "remote", "wanted_level", "wanted_role",
            "revisit_on", "start_on",
        }
    ),
    Reason.ACCEPTED_ELSEWHERE: frozenset({"start_on"}),
    Reason.COUNTER_OFFER: frozenset({"start_on"}),
}  # fmt: skip


def check_facts(reason: Reason, facts: CloseFacts) -> CloseFacts:
    """The facts, when the reason takes them. Raises pydantic's ValidationError, which names each that it does not take."""
    allowed = FACTS_OF.get(reason, frozenset())
    takes = f"which takes {', '.join(sorted(allowed))}" if allowed else "which takes no facts"
    wrong = dict.fromkeys(sorted(facts.model_fields_set - allowed), f"does not fit the reason {reason}, {takes}")
    if facts.reason is not None and (facts.reason.is_hard_no or facts.reason is Reason.OFFER_DECLINED):
        wrong.setdefault("reason", f"must be a soft reason other than offer_declined, not {facts.reason}")
    if wrong:
        raise ValidationError.from_exception_data(
            "facts",
            [
                InitErrorDetails(type=PydanticCustomError("value_error", "{rule}", {"rule": rule}), loc=(name,), input=None)
                for name, rule in wrong.items()
            ],
        )
    return facts


class FurtherReason(BaseModel):
    """A further soft reason of a close, with its facts."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    reason: Reason
    facts: CloseFacts = CloseFacts()

    @model_validator(mode="before")
    @classmethod
    def _with_facts(cls, value: object) -> object:
        """No facts, null and an empty object are the same event."""
        if not isinstance(value, dict):
            return value
        return {**value, "facts": {} if value.get("facts") is None else value["facts"]}

    @field_validator("reason")
    @classmethod
    def _is_soft(cls, reason: Reason) -> Reason:
        if reason.is_hard_no:
            raise ValueError(f"must be a soft reason, not {reason}")
        return reason

    @field_validator("facts")
    @classmethod
    def _fit_the_reason(cls, facts: CloseFacts, known: ValidationInfo) -> CloseFacts:
        reason = known.data.get("reason")
        return facts if reason is None else check_facts(reason, facts)
