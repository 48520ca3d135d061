"""What is stated of a field, by whom and as of when; which of it counts.

A field is a register: the observation with the highest rank is its value, whatever the order in which observations
arrive. Joining is associative, commutative and idempotent, so that streams can be merged and parted at any time.
"""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, replace
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
    """What a source states of one field. ``observed_at`` (UTC) is when it was so, not when it was sent."""

    field: str
    value: Value
    source: str
    observed_at: datetime
    since: datetime | None = None
    """When the source stated this first, where it has repeated it since without a break; None where it has not."""
    forgets: bool = False
    """Whether it clears the field for good: what its source had observed of it until then leaves the history."""

    @property
    def rank(self) -> tuple[datetime, int, str, bytes]:
        """Which of two observations counts: the higher.

        The later one does. At the same moment a field that is cleared for good counts more than a value, a value more than a
        cleared field; then the source that comes later in the alphabet, then the greater value: arbitrary, but the same for
        every order of arrival.
        """
        kind = 2 if self.forgets else int(self.value is not None)
        return self.observed_at, kind, self.source, canonical(self.value)

    @property
    def stated_at(self) -> datetime:
        """The ``observed_at`` with which it stands in the history."""
        return self.since or self.observed_at

    def repeats(self, other: "Observation") -> bool:
        """Whether the same source states the same of the same field, at whatever time."""
        return (self.field, self.source) == (other.field, other.source) and canonical(self.value) == canonical(other.value)


Heads: TypeAlias = Mapping[str, Observation]
"""The observation that counts, by field."""


def join(*known: Heads) -> dict[str, Observation]:
    """What counts when all of this is known together."""
    if len(known) == 1:
        return dict(known[0])
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


@dataclass(frozen=True, slots=True)
class Observed:
    """What follows from further observations of a record."""

    heads: dict[str, Observation]
    added: tuple[Observation, ...]
    """What the history does not hold yet."""
    replaced: tuple[Observation, ...]
    """Heads that count no longer and were repeated before: the history does not know until when."""


def observe(heads: Heads, stated: Iterable[Observation], *, keep_each: Collection[str] = ()) -> Observed:
    """Take observations, in order. A repetition only moves the head's time forward, except of the fields ``keep_each``.

    One that clears a field for good is always added.
    """
    after = dict(heads)
    added: list[Observation] = []
    replaced: list[Observation] = []
    for one in stated:
        head = after.get(one.field)
        is_kept = one.field in keep_each or one.forgets
        if head is not None and not is_kept and one.repeats(head) and one.observed_at >= head.observed_at:
            if one.observed_at > head.observed_at:
                after[one.field] = replace(head, observed_at=one.observed_at, since=head.stated_at)
            continue
        added.append(one)
        if head is None or one.rank > head.rank:
            after[one.field] = one
            if head is not None and head.since is not None:
                replaced.append(head)
    return Observed(after, tuple(added), tuple(replaced))


def values_of(heads: Heads) -> dict[str, Value]:
    """The value of every field that has one."""
    return {field: head.value for field, head in heads.items() if head.value is not None}


def not_applied(stated: Iterable[Observation], values: Mapping[str, Value]) -> list[str]:
    """The fields whose value, after these observations, is another than was stated."""
    return [one.field for one in stated if canonical(values.get(one.field)) != canonical(one.value)]


def write_heads(heads: Heads) -> bytes:
    """Heads as JSON, for storage."""
    written: dict[str, Any] = {}
    for name, head in heads.items():
        written[name] = {"value": head.value, "source": head.source, "observed_at": head.observed_at.isoformat()}
        if head.since is not None:
            written[name]["since"] = head.since.isoformat()
        if head.forgets:
            written[name]["forgets"] = True
    return orjson.dumps(written)


def read_heads(stored: Mapping[str, Any]) -> dict[str, Observation]:
    """Heads from the JSON values that ``write_heads`` wrote."""
    return {
        name: Observation(
            name,
            head["value"],
            head["source"],
            datetime.fromisoformat(head["observed_at"]),
            datetime.fromisoformat(head["since"]) if "since" in head else None,
            forgets=head.get("forgets", False),
        )
        for name, head in stored.items()
    }
