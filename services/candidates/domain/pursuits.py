"""What the evidence of a person says of their pursuits, over all their streams, as the attempt fold has it."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from uuid import UUID

from services.candidates.domain.learning import DECLINED, INTERVIEW_SCHEDULED, STARTED, Evidence
from shared.attempts import RETRACTION, Pursuit, fold, without_retracted
from shared.events.vocabulary import Stage

Closings = Mapping[UUID, Sequence[datetime]]
"""When each position closed."""

_SIGNS = frozenset({DECLINED, STARTED, INTERVIEW_SCHEDULED})
"""Signs of a person by which the fold counts no stage as reached."""


def pursuits_of(
    evidence: Collection[Evidence],
    closings: Closings,
    positions: Collection[UUID] | None = None,
    *,
    until: datetime | None = None,
) -> dict[UUID, Pursuit]:
    """The person's pursuit of each position, or of some; with ``until`` time passes up to then."""
    retractions = [one.as_folded for one in evidence if one.type == RETRACTION]
    named = {one.position for one in evidence if one.position is not None}
    return {
        position: fold(
            (*(one.as_folded for one in evidence if one.position == position and one.type != RETRACTION), *retractions),
            closings.get(position, ()),
            until=until,
        )
        for position in (named if positions is None else named & set(positions))
    }


def is_in_play(evidence: Collection[Evidence], closings: Closings, now: datetime) -> bool:
    """Whether a pursuit of the person is open now: neither closed, nor ghosted since, nor its position closed by now."""
    until_now = {position: [one for one in times if one <= now] for position, times in closings.items()}
    pursuits = pursuits_of(evidence, until_now, until=now).values()
    return any(one.current is not None and one.current.is_open for one in pursuits)


def last_sign(evidence: Collection[Evidence]) -> datetime | None:
    """When the person last answered or took part, in whatever brings a pursuit beyond contact; a decline counts too."""
    return max((one.time for one in without_retracted(evidence) if _is_sign(one)), default=None)


def was_hired(evidence: Collection[Evidence]) -> bool:
    """Whether we ever hired the person; whether they have left is not known here."""
    facts = [one for one in evidence if one.type == STARTED or one.as_folded.stage is Stage.HIRED]
    at = {one.position for one in facts if one.position is not None}
    pursuits = pursuits_of(evidence, {}, at) if at else {}
    return any(one.hired_at or one.started_at for pursuit in pursuits.values() for one in pursuit.attempts)


def _is_sign(fact: Evidence) -> bool:
    stage = fact.as_folded.stage
    return fact.type in _SIGNS or (stage is not None and stage.order > Stage.CONTACTED.order)
