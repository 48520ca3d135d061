"""Does an open position bring a person back?

It does if it meets one of their stored conditions, contradicts none of the others, is at most one level away, and was opened or
changed after the no. Of a close with further reasons each is met by the position or by its time, and the last of them decides.
A position that was dismissed for the person, or for which they are in an open attempt, brings nobody.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from itertools import chain
from uuid import UUID
from zoneinfo import ZoneInfo

from services.engagement.domain.matching.conditions import Asked, Verdict, may_be_met, verdict_on
from services.engagement.domain.matching.position import Opening, PositionState
from services.engagement.domain.returns import Condition
from services.engagement.domain.sentences import THIS_ROLE, day_of
from shared.events.vocabulary import Level, Reason
from shared.fit import NOTHING_KNOWN, Answer, Profile, Rates, is_within_one


@dataclass(frozen=True, slots=True)
class Refusal:
    """A live soft no: what must be met, the close's own reason first. ``declined`` is the position it was about, if known."""

    position_id: UUID
    closed_at: datetime
    conditions: Sequence[Condition]
    declined: PositionState | None = None


@dataclass(frozen=True)
class Candidate:
    """What decides of a person. ``barred`` are positions that bring them back no more, or are being talked about already."""

    refusals: Sequence[Refusal]
    profile: Profile = NOTHING_KNOWN
    barred: frozenset[UUID] = frozenset()

    def level_near(self, refusal: Refusal) -> Level | None:
        """The level that a position must be near: the one they wanted last, else their own, else that of what they declined."""
        newest_first = sorted(self.refusals, key=lambda one: (one.closed_at, one.position_id), reverse=True)
        wanted = (one.facts.wanted_level for each in newest_first for one in each.conditions)
        declined = None if refusal.declined is None else refusal.declined.level
        return next((level for level in wanted if level is not None), None) or self.profile.level or declined

    @cached_property
    def open_refusals(self) -> Sequence[tuple[Refusal, Level | None]]:
        """The refusals that some position might meet, each with the level that it must be near."""
        return [(one, self.level_near(one)) for one in self.refusals if _is_within_reach(one, self.profile)]


@dataclass(frozen=True, slots=True)
class Match:
    """A position brings a person back after a refusal, from ``due_at`` on. ``why`` is a clause about the position."""

    refusal: Refusal
    due_at: datetime
    why: str
    met: Sequence[Condition]

    @property
    def reason(self) -> Reason:
        """The close's own reason where the position meets it, else the first that it meets."""
        return self.met[0].reason


@dataclass(frozen=True, slots=True)
class _Moment:
    """A state of the opening, and when it began."""

    at: datetime
    state: PositionState
    opened_at: datetime


def match_of(candidate: Candidate, opening: Opening, rates: Rates, zone: ZoneInfo) -> Match | None:
    """How the position brings the person back: after the refusal that it meets first, of several the newest one.

    Days that are named are those of ``zone``.
    """
    if not opening.now.is_open or (candidate.barred and opening.position_id in candidate.barred):
        return None
    matches = [_match(candidate, refusal, level, opening, rates, zone) for refusal, level in candidate.open_refusals]
    found = [one for one in matches if one is not None]
    return min(found, key=lambda one: (one.due_at, -one.refusal.closed_at.timestamp(), one.refusal.position_id), default=None)


def _is_within_reach(refusal: Refusal, profile: Profile) -> bool:
    """Whether a position can meet one of the conditions, by what is known of it, while the others wait for their time."""
    may_meet = [may_be_met(one.reason, one.facts, refusal.declined, profile) for one in refusal.conditions]
    others_end = (may or one.due_at is not None for may, one in zip(may_meet, refusal.conditions, strict=True))
    return any(may_meet) and all(others_end)


def _match(
    candidate: Candidate, refusal: Refusal, level: Level | None, opening: Opening, rates: Rates, zone: ZoneInfo
) -> Match | None:
    """The position fits since the first of its states after the no from which it has always fitted."""
    found: Match | None = None
    for at, state in reversed(opening.states):
        if at <= refusal.closed_at:
            break
        before = _fits(candidate, refusal, level, _Moment(at, state, opening.opened_at), rates, zone)
        if before is None:
            break
        why, met = (before.why, before.met) if found is None else (found.why, found.met)
        found = Match(refusal, before.due_at, why, met)
    return found


def _fits(
    candidate: Candidate, refusal: Refusal, level: Level | None, moment: _Moment, rates: Rates, zone: ZoneInfo
) -> Match | None:
    if not moment.state.is_open or is_within_one(level, moment.state.level) is False:
        return None
    own = [_verdict(candidate, refusal, one, moment, rates) for one in refusal.conditions]
    others = (
        _verdict(candidate, other, one, moment, rates)
        for other in candidate.refusals
        if other is not refusal
        for one in other.conditions
    )
    if not any(one.answer is Answer.MET for one in own) or any(one.answer is Answer.NOT_MET for one in chain(own, others)):
        return None
    due_at, clauses, met = moment.at, [], []
    for condition, verdict in zip(refusal.conditions, own, strict=True):
        if verdict.answer is Answer.MET:
            met.append(condition)
            clauses.append(verdict.why)
            due_at = max(due_at, condition.position_from or due_at)
        elif condition.due_at is None:
            return None
        else:
            due_at = max(due_at, condition.due_at)
            until = day_of(condition.due_at.astimezone(zone).date())
            clauses.append(f"{condition.reason.replace('_', ' ')} waits until {until}")
    return Match(refusal, due_at, f"{THIS_ROLE} {' and '.join(clauses)}", tuple(met))


def _verdict(candidate: Candidate, refusal: Refusal, condition: Condition, moment: _Moment, rates: Rates) -> Verdict:
    asked = Asked(
        reason=condition.reason,
        facts=condition.facts,
        closed_at=refusal.closed_at,
        declined=refusal.declined,
        profile=candidate.profile,
        rates=rates,
        at=moment.at,
        opened_at=moment.opened_at,
    )
    return verdict_on(asked, moment.state)
