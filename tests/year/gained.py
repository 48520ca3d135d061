"""What somebody lacked when they were turned down, and has by now: "the person gains them", "the gap has passed"."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from tests.year.returns import Condition, decisive, due_by_time


@dataclass
class Learnt:
    """Since when one record names each skill, and years of experience."""

    skills: dict[str, datetime] = field(default_factory=dict)
    years: list[tuple[float, datetime]] = field(default_factory=list)

    def take(self, body: Mapping[str, Any], at: datetime) -> None:
        """Note what a record says from a time on."""
        if "skills" in body:
            self.skills = {skill: self.skills.get(skill, at) for skill in body["skills"]}
        if "years_experience" in body:
            self.years.append((body["years_experience"], at))


def gain_due_at(conditions: Sequence[Condition], closed_at: datetime, records: Sequence[Learnt]) -> datetime | None:
    """When all that a no missed is met because the person gained some of it; None if that is no earlier than by time."""
    gains = [_gained_at(records, decisive(one.reason, one.facts), one.facts, closed_at) for one in conditions]
    if not any(gains):
        return None
    met = [min(filter(None, (one.due_at, gain)), default=None) for one, gain in zip(conditions, gains, strict=True)]
    if None in met:
        return None
    at, by_time = max(filter(None, met)), due_by_time(conditions)
    return at if by_time is None or at < by_time else None


def _gained_at(records: Iterable[Learnt], reason: str, facts: Mapping[str, Any], closed_at: datetime) -> datetime | None:
    """When the person had what this no missed, if that was after the no."""
    known, at = list(records), None
    if reason == "skills" and facts.get("missing_skills"):
        since = [[one.skills[skill] for one in known if skill in one.skills] for skill in facts["missing_skills"]]
        at = max(map(min, since)) if all(since) else None
    if reason == "experience" and "years_needed" in facts:
        enough = [moment for one in known for years, moment in one.years if years >= facts["years_needed"]]
        at = min(enough, default=None)
    return at if at is not None and at > closed_at else None
