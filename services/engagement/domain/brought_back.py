"""The reasons to come back that open positions make: one for each position that brings the person back."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from uuid import UUID
from zoneinfo import ZoneInfo

from services.engagement.domain.history import History
from services.engagement.domain.matching import Candidate, Match, Opening, PositionState, Refusal, match_of
from services.engagement.domain.queue_log import Handled
from services.engagement.domain.reopening import Return, SoftNo, as_handled
from services.engagement.domain.returns import ReturnPlan
from services.engagement.domain.sentences import sentence_of
from shared.events.vocabulary import Trigger
from shared.fit import Profile, Rates


def candidate_of(
    soft_nos: Sequence[SoftNo],
    profile: Profile,
    declined: Mapping[UUID, PositionState],
    history: History,
    handled: Handled,
) -> Candidate:
    """What decides of a person with these soft nos. Where an attempt is open, its position is being talked about already."""
    refusals = [Refusal(one.position_id, one.close.time, one.conditions, declined.get(one.position_id)) for one in soft_nos]
    return Candidate(refusals, profile, handled.dismissed | history.open_positions)


def brought_back(
    soft_nos: Sequence[SoftNo],
    candidate: Candidate,
    openings: Sequence[Opening],
    history: History,
    handled: Handled,
    *,
    rates: Rates,
    zone: ZoneInfo,
) -> list[Return]:
    """A reason for each position that brings the person back, as recruiters have put it off, without those that have ended."""
    if not candidate.open_refusals:
        return []
    first = min(one.close.time for one in soft_nos)
    found: list[Return] = []
    for opening in openings:
        if opening.changed_at <= first:
            continue
        match = match_of(candidate, opening, rates, zone)
        reason = None if match is None else as_handled(_return(match, opening, soft_nos, zone), history, handled)
        if reason is not None:
            found.append(reason)
    return found


def _return(match: Match, opening: Opening, soft_nos: Sequence[SoftNo], zone: ZoneInfo) -> Return:
    soft_no = next(
        one for one in soft_nos if (one.position_id, one.close.time) == (match.refusal.position_id, match.refusal.closed_at)
    )
    plan = ReturnPlan(match.reason, match.due_at, Trigger.POSITION_OPENED, (sentence_of(soft_no.close, zone), match.why))
    return Return(opening.position_id, soft_no.attempt, soft_no.close.time, plan)


def kept_while_claimed(
    soft_nos: Sequence[SoftNo],
    candidate: Candidate,
    brought: Collection[Return],
    history: History,
    handled: Handled,
    *,
    now: datetime,
    zone: ZoneInfo,
) -> list[Return]:
    """The reasons of an item that a recruiter holds whose positions have closed or changed since: they stay while it is held."""
    lease, claim = handled.lease, handled.claim
    if lease is None or claim is None or not lease.holds(now):
        return []
    # The due time that was announced is that of the item; a later one would be announced again.
    due_at = claim.at if handled.announced is None else min(handled.announced, claim.at)
    still = {one.position_id for one in brought} | candidate.barred
    found: list[Return] = []
    for one in claim.brought_by:
        met = [soft_no for soft_no in soft_nos if one.reason in {condition.reason for condition in soft_no.conditions}]
        if met and one.position_id not in still:
            soft_no = max(met, key=lambda each: each.close.time)
            why = (sentence_of(soft_no.close, zone), "a role that fitted has closed or changed since it was claimed")
            plan = ReturnPlan(one.reason, max(due_at, soft_no.close.time), Trigger.POSITION_OPENED, why)
            found.append(Return(one.position_id, soft_no.attempt, soft_no.close.time, plan))
    pending = (as_handled(one, history, handled) for one in found)
    return [one for one in pending if one is not None]
