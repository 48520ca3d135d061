"""The errors of the domain. Each has a stable code; only ``shared.web.app`` knows which HTTP status it becomes.

DomainError
├── BadRequest            the request cannot be read
├── Invalid               a field breaks a rule
├── NotFound              nothing of that name
├── NotAcceptable         no form that the caller reads is offered
├── Conflict              at odds with what is there
├── Gone                  was erased
├── PreconditionFailed    changed since it was read
├── PreconditionRequired  must say what it was read as
├── Unavailable           a part that is needed does not answer; trying again helps
└── TimedOut              what was waited for did not come
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar, Self


@dataclass(frozen=True, slots=True)
class FieldError:
    """A field, as a dotted path, and the rule that it breaks."""

    field: str
    rule: str


class DomainError(Exception):
    """An error that the caller gets as a problem. ``detail`` is a sentence; ``extra`` are further members of the problem."""

    code: ClassVar[str] = "error"
    title: ClassVar[str] = "The request was refused"

    def __init__(self, detail: str, *, errors: Sequence[FieldError] = (), extra: Mapping[str, Any] | None = None) -> None:
        super().__init__(detail)
        self.detail = detail
        self.errors = tuple(errors)
        self.extra = dict(extra or {})

    @classmethod
    def of(cls, field: str, rule: str) -> Self:
        """The error about one field."""
        return cls(f"{field} {rule}", errors=[FieldError(field, rule)])


class BadRequest(DomainError):
    code = "bad_request"
    title = "The request cannot be read"


class Invalid(DomainError):
    code = "invalid"
    title = "A field breaks a rule"


class NotFound(DomainError):
    code = "not_found"
    title = "There is nothing of that name"


class NotAcceptable(DomainError):
    """The caller reads none of the forms that are offered; the problem's ``possible`` lists them."""

    code = "not_acceptable"
    title = "No form that is accepted is offered here"


class Conflict(DomainError):
    code = "conflict"
    title = "The request is at odds with what is there"


class Gone(DomainError):
    code = "erased"
    title = "The record was erased"


class PreconditionFailed(DomainError):
    code = "precondition_failed"
    title = "The record has changed since it was read"


class PreconditionRequired(DomainError):
    code = "precondition_required"
    title = "The request must name the version it changes"


class Unavailable(DomainError):
    code = "unavailable"
    title = "A part that is needed does not answer"


class TimedOut(DomainError):
    code = "timed_out"
    title = "What was waited for did not come"
