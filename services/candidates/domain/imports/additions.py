"""What a further resume adds to what is known: it takes nothing away, and brings nothing back that somebody else changed.

A resume is what somebody chose to say, not all there is: a skill that it leaves out is not unlearned, and one that a recruiter
removed stays removed.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from services.candidates.domain.content import CANDIDATE
from services.candidates.domain.registers import Observation, Value, canonical


@dataclass(slots=True)
class Known:
    """What counts of a stream, and all values that were ever stated of its person, by field."""

    heads: dict[str, Observation] = field(default_factory=dict)
    stated: dict[str, list[Value]] = field(default_factory=dict)

    def take(self, content: Mapping[str, Any], *, source: str, observed_at: datetime) -> None:
        """Know what is stated now, too."""
        fields = {*CANDIDATE.scalars, *CANDIDATE.objects}
        for leaf, value in CANDIDATE.flatten({name: one for name, one in content.items() if name in fields}).items():
            self.heads[leaf] = Observation(leaf, value, source, observed_at)
            self.stated.setdefault(leaf, []).append(value)


def added(content: Mapping[str, Any], known: Known, *, source: str) -> dict[str, Any]:
    """What is left to be stated of what a resume says, given what is known of its person."""
    left: dict[str, Any] = {}
    for name, value in content.items():
        if name in CANDIDATE.lists:
            if items := _further(name, value or [], known):
                left[name] = items
        elif name in CANDIDATE.objects and isinstance(value, Mapping):
            if members := {member: one for member, one in value.items() if _counts(f"{name}.{member}", one, known, source)}:
                left[name] = members
        elif name not in CANDIDATE.scalars or _counts(name, value, known, source):
            left[name] = value
    return left


def _further(name: str, items: Sequence[str], known: Known) -> list[str]:
    """The list with the items that were never stated behind it; nothing where there are none."""
    head = known.heads.get(name)
    before = {item.casefold() for value in known.stated.get(name, []) for item in value or []}
    further = [item for item in items if item.casefold() not in before]
    return [*((head.value if head is not None else None) or []), *further] if further else []


def _counts(leaf: str, value: Value, known: Known, source: str) -> bool:
    """Whether a value may be stated: not where another source took the place of the same value."""
    head = known.heads.get(leaf)
    if head is None or head.source == source:
        return True
    return canonical(value) not in {canonical(one) for one in known.stated.get(leaf, [])}
