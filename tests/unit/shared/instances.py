"""Valid instances of every event type, whole or with a marker in each text, made from the classes alone."""

from enum import StrEnum
from typing import Any, get_args
from uuid import UUID

from pydantic import BaseModel
from pydantic.fields import FieldInfo

from shared.events.base import EventData
from shared.events.closes import FACTS_OF
from shared.events.fields import Private
from shared.events.people import EventRetracted, HardNoFact
from shared.events.pursuits import CloseFact
from shared.events.vocabulary import Reason

MARKER = "Mélusine-Unmistakable"
"""What is put into every field that is private."""

_OF_NAME: dict[str, Any] = {
    "recruiter": "maria", "via": "linkedin", "sponsor": "acme", "template": "t-1", "basis": "consent", "currency": "EUR",
    "salary_currency": "EUR", "country": "DE", "countries": ["DE", "AT"], "time_zone": "Europe/Berlin", "skills": ["python"],
    "missing_skills": ["go"],
    "removed": {"events": 3}, "heads": {UUID(int=3): 4}, "group": "analytics.projector", "service": "engagement",
    "position": "ats:role-1", "start_on": "2026-04-01", "available_from": "2026-04-01", "revisit_on": "2026-04-01",
    "expires_on": "2027-04-01", "attributes": {"cohort": "b"}, "spans": [{"opened_at": "2026-01-01T00:00:00Z"}],
}  # fmt: skip
_NO_FACTS: frozenset[str] = frozenset()


def an_instance(kind: type[EventData], reason: Reason = Reason.ROLE_FIT) -> EventData:
    """An instance with every field filled that may be, and the marker in every private one."""
    return kind.model_validate(arguments(kind, reason))


def arguments(kind: type[EventData], reason: Reason = Reason.ROLE_FIT) -> dict[str, Any]:
    """What ``an_instance`` is made of: JSON values, by the names under which they are posted."""
    filled = {name: _value(name, field, reason) for name, field in kind.model_fields.items()}
    if issubclass(kind, CloseFact):
        filled["reason"] = reason
        allowed = FACTS_OF.get(reason, _NO_FACTS)
        filled["facts"] = {name: value for name, value in filled["facts"].items() if name in allowed}
        if "reason" in filled["facts"]:
            filled["facts"]["reason"] = Reason.SALARY
        filled["also"] = [{"reason": Reason.ROLE_FIT, "facts": {"wanted_role": MARKER, "wanted_level": "staff"}}]
    elif issubclass(kind, HardNoFact):
        filled["reason"] = Reason.CAREER_CHANGE
    elif issubclass(kind, EventRetracted):
        return {"source": MARKER, "id": MARKER, "position": "ats:role-1", "recruiter": "maria", "channel": "email", "via": "x"}
    return filled


def _value(name: str, field: FieldInfo, reason: Reason) -> Any:
    if any(isinstance(mark, Private) for mark in field.metadata):
        return MARKER
    if name in _OF_NAME:
        return _OF_NAME[name]
    return _of_type(field.annotation, reason)


def _of_type(annotation: Any, reason: Reason) -> Any:
    if isinstance(annotation, type):
        if issubclass(annotation, BaseModel):
            return {name: _value(name, field, reason) for name, field in annotation.model_fields.items()}
        if issubclass(annotation, StrEnum):
            return next(iter(annotation)).value
        return _PLAIN.get(annotation.__name__)
    inner = [one for one in get_args(annotation) if one is not type(None)]
    value = _of_type(inner[0], reason)
    return [value] if getattr(annotation, "__origin__", None) is list else value


_PLAIN: dict[str, Any] = {
    "str": "text",
    "int": 7,
    "float": 7.5,
    "bool": True,
    "UUID": str(UUID(int=9)),
    "datetime": "2026-03-02T09:15:00Z",
    "date": "2026-04-01",
}
