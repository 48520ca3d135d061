"""What is said of a field, by whom and as of when; which of it counts.

A field is a register: the observation with the highest rank is its value, whatever the order in which observations
arrive. Joining is associative, commutative and idempotent, so that streams can be merged and parted at any time.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, TypeAlias

import orjson

Value: TypeAlias = Any
"""A JSON value; None is a field that was cleared."""


def canonical(value: Value) -> bytes:
    """The one JSON text of a value: equal values have equal texts."""
    return orjson.dumps(value, option=orjson.OPT_SORT_KEYS)


@dataclass(frozen=True, slots=True)
class Observation:
    """Somebody's word on one field. ``observed_at`` (UTC) is when it was so, not when we were told."""

    field: str
    value: Value
    source: str
    observed_at: datetime

    @property
    def rank(self) -> tuple[datetime, bool, str, bytes]:
        """Which of two observations counts: the higher.

        The later one does. At the same moment a value counts more than a cleared field, then the source that comes
        later in the alphabet, then the greater value: arbitrary, but the same for every order of arrival.
        """
        return self.observed_at, self.value is not None, self.source, canonical(self.value)

    def repeats(self, other: "Observation") -> bool:
        """Whether the same source says the same of the same field, at whatever time."""
        return (self.field, self.source) == (other.field, other.source) and canonical(self.value) == canonical(other.value)


Heads: TypeAlias = Mapping[str, Observation]
"""The observation that counts, by field."""


def join(*known: Heads) -> dict[str, Observation]:
    """What counts when all of this is known together."""
    joined: dict[str, Observation] = {}
    for heads in known:
        for field, observation in heads.items():
            held = joined.get(field)
            if held is None or observation.rank > held.rank:
                joined[field] = observation
    return joined


def heads_of(observations: Iterable[Observation]) -> dict[str, Observation]:
    """What counts of these observations."""
    return join(*({observation.field: observation} for observation in observations))


def values_of(heads: Heads) -> dict[str, Value]:
    """The value of every field that has one."""
    return {field: head.value for field, head in heads.items() if head.value is not None}


def write_heads(heads: Heads) -> dict[str, Any]:
    """Heads as JSON values, for storage."""
    return {
        field: {"value": head.value, "source": head.source, "observed_at": head.observed_at.isoformat()}
        for field, head in sorted(heads.items())
    }


def read_heads(stored: Mapping[str, Any]) -> dict[str, Observation]:
    """Heads from what ``write_heads`` made."""
    return {
        field: Observation(field, head["value"], head["source"], datetime.fromisoformat(head["observed_at"]))
        for field, head in stored.items()
    }
