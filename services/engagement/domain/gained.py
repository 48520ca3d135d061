"""What a person has gained since a no: the skills that they lacked, or the years of experience. Pure.

Product.md: after a no for skills we come back once "the person gains them", after one for experience once "the gap has passed".
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from zoneinfo import ZoneInfo

from services.engagement.domain.closes import decisive_reason
from services.engagement.domain.returns import Condition, due_by_time
from services.engagement.domain.sentences import day_of, listed
from shared.events.vocabulary import Reason
from shared.fit import amount_of


@dataclass(frozen=True, slots=True)
class Gained:
    """Since when the person's records name each skill, and each number of years of experience, rising.

    What they said before anybody looked has no time, and is not here.
    """

    skills: Mapping[str, datetime] = field(default_factory=dict)
    years: Sequence[tuple[float, datetime]] = ()


NOTHING_GAINED = Gained()


@dataclass(frozen=True, slots=True)
class Learnt:
    """When the last of what was lacking was there, and how that reads."""

    at: datetime
    why: str


def met_by_gain(conditions: Sequence[Condition], gained: Gained, closed_at: datetime, zone: ZoneInfo) -> Learnt | None:
    """When all conditions of a no are met because of what was gained after it; None where that changes nothing.

    Of several conditions each is met by what was gained, or by its time.
    """
    found = [_gain(one, gained, closed_at) for one in conditions]
    gains = [one for one in found if one is not None]
    if not gains:
        return None
    earlier = [
        each if gain is None or each.is_due(gain.at) else replace(each, due_at=gain.at)
        for each, gain in zip(conditions, found, strict=True)
    ]
    at, by_time = due_by_time(earlier), due_by_time(conditions)
    if at is None or (by_time is not None and at >= by_time):
        return None
    since = day_of(max(gain.at for gain in gains).astimezone(zone).date())
    return Learnt(at, f"their record names {' and '.join(gain.why for gain in gains)} since {since}")


def _gain(condition: Condition, gained: Gained, closed_at: datetime) -> Learnt | None:
    facts = condition.facts
    match decisive_reason(condition.reason, facts):
        case Reason.SKILLS if facts.missing_skills:
            since = [gained.skills.get(skill) for skill in facts.missing_skills]
            known = [at for at in since if at is not None]
            if len(known) == len(since) and (at := max(known)) > closed_at:
                return Learnt(at, listed(sorted(facts.missing_skills)))
        case Reason.EXPERIENCE if facts.years_needed is not None:
            enough = next(((years, at) for years, at in gained.years if years >= facts.years_needed), None)
            if enough is not None and enough[1] > closed_at:
                return Learnt(enough[1], f"{amount_of(enough[0])} years of experience")
    return None
