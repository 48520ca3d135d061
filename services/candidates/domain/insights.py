"""What moves a person, in dated remarks of some kinds, and what is not known yet."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Literal, get_args
from uuid import UUID

from services.candidates.domain.remarks import counting

Kind = Literal["motivation", "aspiration", "interest", "concern", "compensation", "availability", "personal"]
Confidence = Literal["said", "likely", "guess"]
"""said: in the person's own words; likely: it follows from what they said or did; guess: somebody thinks so."""
KINDS: tuple[Kind, ...] = get_args(Kind)

ASK_AGAIN_AFTER = timedelta(days=365)
"""What was learnt longer ago is asked for again."""


@dataclass(frozen=True, slots=True)
class Insight:
    """A dated note on what moves a person. Times are UTC."""

    id: UUID
    candidate_id: UUID
    kind: Kind
    text: str
    author: str
    """Who recorded it: the recruiter's code, else the token's name."""
    learnt_from: str
    """How it was learnt, as a code: call, interview, message ..."""
    confidence: Confidence
    observed_at: datetime
    """When it was so."""
    recorded_at: datetime
    supersedes: UUID | None = None


@dataclass(frozen=True, slots=True)
class OpenQuestion:
    """What to ask next. ``last_known_at``: when it was known, where it was so too long ago to be relied upon."""

    about: str
    question: str
    last_known_at: datetime | None


_QUESTIONS: Mapping[str, tuple[str, tuple[str, ...]]] = {
    "motivation": ("What would make a new position better than the one they have?", ()),
    "concern": ("What would keep them from moving?", ()),
    "compensation": ("What would they have to be paid?", ("salary",)),
    "availability": ("From when could they start, and what is their notice period?", ()),
    "aspiration": ("Where do they want to be in three years?", ()),
    "interest": ("Which kinds of work and companies draw them?", ()),
    "market_status": ("Are they looking, open to hear, or settled?", ("market_status",)),
    "location": ("Where do they live, and where would they work?", ("location",)),
    "level": ("At which level do they work?", ("level",)),
    "years_experience": ("How many years have they worked in their field?", ("years_experience",)),
    "skills": ("What are they good at?", ("skills",)),
    "contact": ("How can they be reached?", ("emails", "phones", "links")),
    "time_zone": ("In which time zone do they live?", ("time_zone",)),
}
"""Each subject with its question and the fields of a record that answer it, what matters most for a conversation first.

Nobody is asked for what is personal: it is recorded when it is told.
"""


def open_questions(record: Mapping[str, Any], insights: Collection[Insight], now: datetime) -> list[OpenQuestion]:
    """What is not known yet of a person, or was learnt too long ago, in the order in which to ask.

    A field of the record answers its subject however old it is: the record says since when it stands.
    """
    newest: dict[str, datetime] = {}
    for one in counting(insights):
        newest.setdefault(one.kind, one.observed_at)
    found = []
    for subject, (question, fields) in _QUESTIONS.items():
        known_at = newest.get(subject)
        if any(record.get(field) for field in fields) or (known_at is not None and now - known_at <= ASK_AGAIN_AFTER):
            continue
        found.append(OpenQuestion(subject, question, known_at))
    return found
