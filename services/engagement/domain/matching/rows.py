"""The conditions of soft nos as they are stored: typed, so that a position finds whom it may fit by an index."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

from services.engagement.domain.closes import decisive_reason
from services.engagement.domain.matching.conditions import DAYS_A_YEAR, HAVE_RULES, currency_asked, words_of
from services.engagement.domain.matching.match import Candidate, Refusal
from shared.events.closes import CloseFacts
from shared.events.vocabulary import Level, Reason
from shared.fit import order_of
from shared.skills import folded

UNKNOWN_LEVEL = -1


@dataclass(frozen=True, slots=True, kw_only=True)
class ConditionRow:
    """One reason of a soft no that a position may meet: ``kind``, with the columns of its kind; the others are None.

    ``level`` is the one that a position must be near, as a number; ``career_from`` the time from which years of experience count.
    """

    person_id: UUID
    position_id: UUID
    closed_at: datetime
    number: int
    kind: Reason
    level: int
    amount: float | None = None
    currency: str | None = None
    remote: bool | None = None
    countries: Sequence[str] | None = None
    cities: Sequence[str] | None = None
    career_from: datetime | None = None
    skills: Sequence[str] | None = None
    wanted_level: int | None = None
    role_words: Sequence[str] | None = None
    sponsor: str | None = None
    available_from: date | None = None


def rows_of(person: UUID, candidate: Candidate) -> list[ConditionRow]:
    """A row for each condition that a position may meet, by position and time of the close."""
    refusals = sorted(candidate.refusals, key=lambda one: (one.position_id, one.closed_at))
    return [row for refusal in refusals for row in _rows(person, candidate, refusal)]


def level_number(level: Level | None) -> int:
    """0 for intern to 9 for executive; -1 where it is not known."""
    return UNKNOWN_LEVEL if level is None else order_of(level)


def _rows(person: UUID, candidate: Candidate, refusal: Refusal) -> Iterator[ConditionRow]:
    level = level_number(candidate.level_near(refusal))
    for number, condition in enumerate(refusal.conditions):
        kind = decisive_reason(condition.reason, condition.facts)
        if kind in HAVE_RULES:
            yield ConditionRow(
                person_id=person,
                position_id=refusal.position_id,
                closed_at=refusal.closed_at,
                number=number,
                kind=kind,
                level=level,
                **_columns(kind, candidate, refusal, condition.facts),
            )


def _columns(kind: Reason, candidate: Candidate, refusal: Refusal, facts: CloseFacts) -> dict[str, Any]:
    match kind:
        case Reason.SALARY:
            return {"amount": facts.asked, "currency": currency_asked(facts, refusal.declined)}
        case Reason.LOCATION:
            places = facts.locations or []
            countries = sorted({place.country for place in places if place.country is not None})
            cities = sorted({folded(place.city) for place in places if place.city is not None})
            return {"remote": facts.remote, "countries": countries, "cities": cities}
        case Reason.EXPERIENCE:
            had = candidate.profile.years if facts.years_had is None else facts.years_had
            return {} if had is None else {"career_from": refusal.closed_at - timedelta(days=DAYS_A_YEAR * had)}
        case Reason.SKILLS:
            missing = facts.missing_skills
            return {"skills": None if not missing else sorted(set(missing) - candidate.profile.skills)}
        case Reason.ROLE_FIT:
            words = None if facts.wanted_role is None else sorted(words_of(facts.wanted_role))
            wanted = None if facts.wanted_level is None else order_of(facts.wanted_level)
            return {"wanted_level": wanted, "role_words": words}
        case Reason.REJECTED_BY_SPONSOR:
            return {"sponsor": facts.sponsor or (None if refusal.declined is None else refusal.declined.sponsor)}
        case Reason.AVAILABILITY:
            return {"available_from": facts.available_from}
        case _:
            return {}
