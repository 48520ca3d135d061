"""Answers to posted events."""

from typing import Any, Literal
from uuid import UUID

from pydantic import BaseModel, Field

from services.engagement.domain.outcomes import Accepted, Outcome, Refused
from shared.errors import DomainError
from shared.web.problem_details import problem, status_of


class StoredEvent(BaseModel):
    """An accepted event."""

    status: Literal["stored", "duplicate"]
    candidate_id: UUID
    references: list[str] = Field(description="what senders call this person")
    sequence: int = Field(ge=1, description="the event's number in the candidate's stream")
    after: str = Field(description="give it to any reading call as `after`, which then answers once this event has its effects")


class BatchedEvent(BaseModel):
    """One item of a batch: an accepted event (status 201 or 200), or the problem that kept it out."""

    index: int
    status: int
    candidate_id: UUID | None = None
    references: list[str] | None = None
    sequence: int | None = None
    after: str | None = None
    problem: dict[str, Any] | None = None


class EventBatchResult(BaseModel):
    """The outcome of a batch. ``invalid`` counts every item that was not accepted, conflicts included."""

    stored: int
    duplicates: int
    invalid: int
    items: list[BatchedEvent]


def _accepted(outcome: Accepted) -> dict[str, Any]:
    return {
        "candidate_id": outcome.candidate_id,
        "references": outcome.references,
        "sequence": outcome.sequence,
        "after": outcome.after,
    }


def single_answer(outcome: Outcome) -> tuple[int, dict[str, Any]]:
    """Status and body for one event. Raises the error of a refused one."""
    if isinstance(outcome, Refused):
        raise outcome.error
    status, word = (200, "duplicate") if outcome.is_duplicate else (201, "stored")
    return status, {"status": word, **_accepted(outcome)}


def batch_answer(outcomes: list[Accepted | DomainError], *, request_id: str) -> dict[str, Any]:
    """The body for a batch, an item for each event, in order."""
    items: list[dict[str, Any]] = []
    duplicates = invalid = 0
    for index, outcome in enumerate(outcomes):
        if isinstance(outcome, DomainError):
            invalid += 1
            items.append({"index": index, "status": status_of(outcome), "problem": problem(outcome, request_id=request_id)})
            continue
        duplicates += outcome.is_duplicate
        items.append({"index": index, "status": 200 if outcome.is_duplicate else 201, **_accepted(outcome)})
    return {
        "stored": len(outcomes) - duplicates - invalid,
        "duplicates": duplicates,
        "invalid": invalid,
        "items": items,
    }
