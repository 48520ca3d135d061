"""What facts say that somebody should look at in a person's data: at most one finding of each kind. Pure."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Literal
from uuid import UUID
from zoneinfo import ZoneInfo

from services.engagement.domain.contact.state import choices_of
from services.engagement.domain.facts import PersonFact
from shared.attempts import Attempt, CloseKind, Pursuit, hard_nos, without_retracted
from shared.events import CandidateBounced
from shared.events.closes import FACTS_OF
from shared.events.vocabulary import HARD_NOS, Reason

Kind = Literal["bounced", "no_shows", "hard_nos", "soft_nos_without_facts", "contradictions"]

_UTC = ZoneInfo("UTC")
_HARD = frozenset(HARD_NOS)
_NO_SHOW: CloseKind = "no_show"
_BY_ATTEMPT: Mapping[Kind, Callable[[Attempt], bool]] = {
    "no_shows": lambda one: one.close is not None and one.close.kind == _NO_SHOW,
    "soft_nos_without_facts": lambda one: one.close is not None and one.close.event is not None and _lacks_facts(one),
    "contradictions": lambda one: one.contradiction,
}


@dataclass(frozen=True, slots=True)
class DataFinding:
    """What to look at, since when, and in whose pursuit where it is of one. Of several the latest."""

    person_id: UUID
    kind: Kind
    since: datetime
    position_id: UUID | None


def data_findings(person: UUID, facts: Sequence[PersonFact], pursuits: Mapping[UUID, Pursuit]) -> list[DataFinding]:
    """What stands in a person's facts: by the latest attempt of each pursuit, the hard nos and the channels that failed."""
    return list(_findings(person, facts, pursuits))


def _findings(person: UUID, facts: Sequence[PersonFact], pursuits: Mapping[UUID, Pursuit]) -> Iterator[DataFinding]:
    if any(fact.type == CandidateBounced.type for fact in facts):
        valid = without_retracted(facts, partition=lambda fact: fact.stream)
        if failed := [block.since for block in choices_of(valid, _UTC).failed]:
            yield DataFinding(person, "bounced", max(failed), None)
    if any(fact.data.get("reason") in _HARD for fact in facts) and (standing := hard_nos(facts)):
        yield DataFinding(person, "hard_nos", max(standing.values()), None)
    current = [(position, pursuit.current) for position, pursuit in pursuits.items() if pursuit.current is not None]
    for kind, holds in _BY_ATTEMPT.items():
        found = [(_time_of(attempt), position) for position, attempt in current if holds(attempt)]
        if found:
            since, position = max(found)
            yield DataFinding(person, kind, since, position)


def _lacks_facts(attempt: Attempt) -> bool:
    """Whether the decisive close is a soft no whose reason is missing, or lacks every fact that it takes."""
    close = attempt.close
    if close is None or close.is_hard_no or close.is_weak:
        return False
    if close.reason is Reason.UNSPECIFIED:
        return True
    return bool(FACTS_OF.get(close.reason)) and not any(value is not None for value in close.facts.values())


def _time_of(attempt: Attempt) -> datetime:
    """When it ended, or was won."""
    times = [attempt.hired_at, None if attempt.close is None else attempt.close.time]
    return max((at for at in times if at is not None), default=_NEVER)


_NEVER = datetime.min.replace(tzinfo=UTC)
