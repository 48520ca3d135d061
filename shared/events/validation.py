"""What the HTTP API accepts as an event's data: stricter than what a reader of the bus tolerates."""

from collections.abc import Iterator, Mapping
from typing import Any

from pydantic import ValidationError
from pydantic_core import InitErrorDetails, PydanticCustomError

from shared.currencies import existing_currency
from shared.events.base import EventData
from shared.events.people import CandidateHardNoLifted, EventRetracted, HardNoFact
from shared.events.pursuits import CloseFact, Fact, StageFact
from shared.events.vocabulary import LiftedBy, Reason


def accept(kinds: Mapping[str, type[Fact]], type_name: str, data: Mapping[str, Any]) -> Fact:
    """Validate posted data. Raises pydantic's ValidationError, located below ``data``.

    Beyond the class: no unknown fields, a hard no with evidence and a name, a retraction of a type that exists, currencies that
    exist, and ``do_not_contact`` lifted by the candidate alone. A field that is null was not sent.
    """
    kind = kinds[type_name]
    fact = kind.model_validate(_without_nulls(kind, data), extra="forbid")
    problems = [*_missing_evidence(fact), *_wrong_retraction(fact, kinds), *_wrong_lift(fact), *_wrong_currencies(fact)]
    if problems:
        raise ValidationError.from_exception_data(type_name, problems)
    return fact


def _without_nulls(kind: type[EventData], data: Mapping[str, Any]) -> Mapping[str, Any]:
    if None not in data.values():
        return data
    known = {field.alias or name for name, field in kind.model_fields.items()}
    return {name: value for name, value in data.items() if value is not None or name not in known}


def _problem(field: str | tuple[int | str, ...], rule: str, value: object) -> InitErrorDetails:
    loc = (field,) if isinstance(field, str) else field
    return InitErrorDetails(type=PydanticCustomError("value_error", "{rule}", {"rule": rule}), loc=loc, input=value)


def _missing_evidence(fact: EventData) -> list[InitErrorDetails]:
    if not isinstance(fact, CloseFact | HardNoFact) or not fact.reason.is_hard_no:
        return []
    return [
        _problem(field, f"is required: {fact.reason} is a hard no, which needs evidence and who decided it", None)
        for field in ("evidence", "decided_by")
        if getattr(fact, field) is None
    ]


def _wrong_retraction(fact: EventData, kinds: Mapping[str, type[Fact]]) -> list[InitErrorDetails]:
    if not isinstance(fact, EventRetracted) or fact.event_type is None:
        return []
    if fact.event_type not in kinds:
        return [_problem("type", "must be a type that can be posted: " + ", ".join(sorted(kinds)), fact.event_type)]
    field = kinds[fact.event_type].model_fields.get("position")
    if field is not None and field.is_required() and fact.position is None:
        return [_problem("position", f"is required: {fact.event_type} is a fact of a position", None)]
    return []


def _wrong_lift(fact: EventData) -> list[InitErrorDetails]:
    if not isinstance(fact, CandidateHardNoLifted) or fact.reason is not Reason.DO_NOT_CONTACT:
        return []
    if fact.by is LiftedBy.CANDIDATE:
        return []
    return [_problem("by", "must be candidate: do_not_contact is lifted by the candidate alone", fact.by)]


def _wrong_currencies(fact: EventData) -> Iterator[InitErrorDetails]:
    for field, code in _currencies(fact):
        try:
            if code is not None:
                existing_currency(code)
        except ValueError as wrong:
            yield _problem(field, str(wrong), code)


def _currencies(fact: EventData) -> Iterator[tuple[tuple[int | str, ...], str | None]]:
    if isinstance(fact, StageFact):
        yield ("currency",), fact.currency
    if isinstance(fact, CloseFact):
        yield ("facts", "currency"), fact.facts.currency
        for number, further in enumerate(fact.also or ()):
            yield ("also", number, "facts", "currency"), further.facts.currency
