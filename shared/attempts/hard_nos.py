"""Which hard nos hold against a person. Pure; engagement and analytics share it.

A hard no is set by a close with a hard reason or by ``candidate.hard_no_set``, and lifted by a later
``candidate.hard_no_lifted`` of the same reason. Each stream is read for itself and the strictest wins, so no link between
streams can lift one.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Protocol
from uuid import UUID

from shared.attempts.retractions import RetractableFact, without_retracted
from shared.events import (
    CandidateHardNoLifted,
    CandidateHardNoSet,
    PursuitDeclined,
    PursuitRejected,
    PursuitWithdrawn,
)
from shared.events.vocabulary import HARD_NOS, Reason

SETTING = frozenset({CandidateHardNoSet.type, PursuitDeclined.type, PursuitRejected.type, PursuitWithdrawn.type})
LIFTING = frozenset({CandidateHardNoLifted.type})
_CODES = frozenset(HARD_NOS)


class StreamFact(RetractableFact, Protocol):
    """A fact that knows its stream."""

    @property
    def stream(self) -> UUID: ...


def hard_nos(facts: Iterable[StreamFact]) -> Mapping[Reason, datetime]:
    """The reasons that stand, each with the time since when; retractions among the facts are honoured."""
    set_at: dict[tuple[UUID, Reason], list[datetime]] = defaultdict(list)
    lifted_at: dict[tuple[UUID, Reason], datetime] = {}
    for fact in without_retracted(facts, partition=lambda fact: fact.stream):
        code = fact.data.get("reason")
        if code not in _CODES:
            continue
        key = fact.stream, Reason(code)
        if fact.type in SETTING:
            set_at[key].append(fact.time)
        elif fact.type in LIFTING:
            lifted_at[key] = max(fact.time, lifted_at.get(key, fact.time))
    found: dict[Reason, datetime] = {}
    for (stream, reason), times in set_at.items():
        since = _since(times, lifted_at.get((stream, reason)))
        if since is not None:
            found[reason] = min(since, found.get(reason, since))
    return found


def _since(set_at: Iterable[datetime], lifted_at: datetime | None) -> datetime | None:
    """The first setting that no lift came after; a lift at the same moment lifts nothing."""
    return min((moment for moment in set_at if lifted_at is None or moment >= lifted_at), default=None)
