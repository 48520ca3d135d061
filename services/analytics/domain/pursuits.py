"""The rows that analytics keeps of a pursuit: one an attempt, with its dimensions and all that it adds to the metrics."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import NamedTuple
from uuid import UUID

from services.analytics.domain.micros import micros
from services.analytics.metrics import contributions
from shared.attempts import Attempt, FoldFact, fold

Key = tuple[UUID, UUID]
"""A pursuit: the person and the position."""


class AttemptRow(NamedTuple):
    """One attempt. ``measures``, ``ats`` (microseconds since 1970, UTC) and ``seconds`` are its contributions, in parallel."""

    person: UUID
    position: UUID
    number: int
    cohort_at: datetime
    origin: str
    recruiter: str | None
    via: str | None
    channel: str | None
    sender_role: str | None
    measures: list[str]
    ats: list[int]
    seconds: list[int]


def attempt_rows(
    pursuit: Key,
    facts: Sequence[FoldFact],
    closings: Sequence[datetime],
    *,
    ghost_after: timedelta,
    now: datetime,
) -> list[AttemptRow]:
    """The rows of a pursuit, from all its facts, the retractions of the person and the position's closing times.

    Time has passed up to ``now``: a touch that was not answered for the interval is ghosted, however late it came to be known,
    and a closing that is still to come has no effect. What the time after ``now`` brings about takes effect with the fact that
    the clock of engagement then sends.
    """
    if closings:
        passed = max([now, *(fact.time for fact in facts)])
        closings = [closing for closing in closings if closing <= passed]
    person, position = pursuit
    return [_row(person, position, attempt) for attempt in fold(facts, closings, ghost_after, until=now).attempts]


def _row(person: UUID, position: UUID, attempt: Attempt) -> AttemptRow:
    measures, ats, seconds = zip(*contributions(attempt), strict=True)  # an attempt has an outcome at least
    kept = {at: micros(at) for at in set(ats)}
    return AttemptRow(
        person,
        position,
        attempt.number,
        attempt.cohort_at,
        attempt.origin,
        attempt.recruiter,
        attempt.via,
        attempt.channel,
        attempt.sender_role,
        list(measures),
        [kept[at] for at in ats],
        list(seconds),
    )
