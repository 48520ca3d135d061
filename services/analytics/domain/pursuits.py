"""The rows that analytics keeps of a pursuit: one an attempt, with its dimensions and all that it adds to the metrics."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import NamedTuple
from uuid import UUID

from services.analytics.domain.micros import micros
from services.analytics.domain.profiles import Profile, Profiled, profiled
from services.analytics.metrics import contributions
from shared.attempts import Attempt, FoldFact, fold

Key = tuple[UUID, UUID]
"""A pursuit: the person and the position."""


class Past(NamedTuple):
    """Which facts count in a look back: those that had happened by a time, and those that had been received by a time."""

    happened: datetime | None = None
    received: datetime | None = None


class AttemptRow(NamedTuple):
    """One attempt. ``profile``, ``times`` and ``seconds`` are its contributions.

    Whole numbers that are times are microseconds since 1970, UTC. The row is what it was at each time from ``last_at`` and
    ``last_received_at`` on until ``changes_at``.
    """

    person: UUID
    position: UUID
    number: int
    cohort_at: datetime
    origin: str
    recruiter: str | None
    via: str | None
    channel: str | None
    sender_role: str | None
    first_at: int
    """When the first fact of the whole pursuit happened, and below when the last did, or what time brought about."""
    last_at: int
    first_received_at: int
    """When the first fact of the pursuit was received, and below the last."""
    last_received_at: int
    changes_at: int | None
    """When time alone changes the pursuit: silence lasts too long, or the position closes. None where it does not."""
    profile: Profile
    times: list[int]
    seconds: list[int]


def attempt_rows(
    pursuit: Key,
    facts: Sequence[FoldFact],
    received: Sequence[datetime],
    closings: Sequence[datetime],
    *,
    ghost_after: timedelta,
    now: datetime,
) -> list[AttemptRow]:
    """The rows of a pursuit, from all its facts, the retractions of the person and the position's closing times.

    ``received`` is when the facts were.

    Time has passed up to ``now``: a touch that was not answered for the interval is ghosted, however late it came to be known,
    and a closing that is still to come has no effect. What the time after ``now`` brings about takes effect with the fact that
    the clock of engagement then sends.
    """
    if not facts:
        return []
    ahead: list[datetime] = []
    if closings:
        passed = max([now, *(fact.time for fact in facts)])
        ahead = [closing for closing in closings if closing > passed]
        closings = [closing for closing in closings if closing <= passed]
    person, position = pursuit
    found = fold(facts, closings, ghost_after, until=now)
    if found.ghost_due is not None:
        ahead.append(found.ghost_due)
    times = [fact.time for fact in facts]
    first, last = micros(min(times)), micros(max(times))
    known = (micros(min(received)), micros(max(received)), micros(min(ahead)) if ahead else None)
    added = [_added(attempt) for attempt in found.attempts]
    last = max([last, *(at for one in added for at in one.times)])
    return [
        _row(person, position, attempt, (first, last, *known), contributed)
        for attempt, contributed in zip(found.attempts, added, strict=True)
    ]


def _added(attempt: Attempt) -> Profiled:
    measures, ats, seconds = zip(*contributions(attempt), strict=True)  # an attempt has an outcome at least
    kept = {at: micros(at) for at in set(ats)}
    return profiled(measures, [kept[at] for at in ats], seconds)


def _row(
    person: UUID, position: UUID, attempt: Attempt, holds: tuple[int, int, int, int, int | None], added: Profiled
) -> AttemptRow:
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
        *holds,
        *added,
    )
