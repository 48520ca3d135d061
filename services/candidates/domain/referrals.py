"""Referrals: somebody named somebody else for a position, or for none. A referral says nothing of what the person named wants.

It is no fact of their pursuit: they have not applied, and have answered and agreed to nothing.
"""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from services.candidates.domain.learning import Evidence
from services.candidates.domain.pursuits import Closings, pursuits_of
from shared.attempts import Attempt


@dataclass(frozen=True, slots=True)
class Referral:
    """Who named whom for what. ``referrer_id`` and ``candidate_id`` are streams: they stay with them when people part."""

    id: UUID
    referrer_id: UUID
    candidate_id: UUID
    position_id: UUID | None
    note: str | None
    referred_at: datetime
    recorded_by: str
    thanked_at: datetime | None = None
    thanked_by: str | None = None


@dataclass(frozen=True, slots=True)
class Result:
    """What came of a referral in one pursuit: the attempt that began with it or later, or was open then."""

    position_id: UUID
    attempt: Attempt


def results_of(referral: Referral, evidence: Collection[Evidence], closings: Closings) -> list[Result]:
    """What came of a referral, by all that is known of the person named; the pursuit that got furthest first.

    Of a referral for a position that pursuit alone. What had ended before the referral did not come of it.
    """
    wanted = None if referral.position_id is None else {referral.position_id}
    found = []
    for position, folded in pursuits_of(evidence, closings, wanted).items():
        if (current := folded.current) is not None and not _ended_before(current, referral.referred_at):
            found.append(Result(position, current))
    return sorted(found, key=lambda one: (-_furthest(one.attempt), str(one.position_id)))


def _ended_before(attempt: Attempt, moment: datetime) -> bool:
    return attempt.close is not None and attempt.close.time < moment


def _furthest(attempt: Attempt) -> int:
    return -1 if attempt.stage is None else attempt.stage.order


def names_back(pairs: Iterable[tuple[UUID, UUID]], referrer: UUID, candidate: UUID) -> bool:
    """Whether ``candidate`` named ``referrer``, directly or through others, or they are one. ``pairs``: (who named, whom)."""
    named: dict[UUID, set[UUID]] = {}
    for one, other in pairs:
        named.setdefault(one, set()).add(other)
    seen: set[UUID] = set()
    waiting = {candidate}
    while waiting:
        one = waiting.pop()
        seen.add(one)
        waiting |= named.get(one, set()) - seen
    return referrer in seen
