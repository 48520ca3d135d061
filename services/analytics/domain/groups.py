"""What is read for an answer: sums, quantiles and sample sizes, by the values of the dimensions that were grouped by."""

from dataclasses import dataclass, field
from typing import NamedTuple

from services.analytics.metrics import Sum

Key = tuple[str | None, ...]
"""The values of the dimensions that were grouped by, in their order; empty without groups. None is what is not known."""


class Counted(NamedTuple):
    """How many attempts, or contributions, a group holds, and how many of them are of cohorts old enough to judge."""

    all: int = 0
    mature: int = 0


NO_ONE = Counted()


class Exact(NamedTuple):
    """A quantile of durations, in seconds, and how many durations there are."""

    seconds: float
    n: int


@dataclass(slots=True)
class Group:
    """What was read of a group."""

    counted: Counted = NO_ONE
    sums: dict[str, Sum] = field(default_factory=dict)
    """By measure."""
    quantiles: dict[str, Exact] = field(default_factory=dict)
    """By the key of the measure's family."""


Groups = dict[Key, Group]


def added_up(some: Groups, others: Groups) -> Groups:
    """The groups of both, with the sums and sample sizes of both."""
    found = dict(some)
    for key, other in others.items():
        group = found.setdefault(key, Group())
        group.counted = Counted(group.counted.all + other.counted.all, group.counted.mature + other.counted.mature)
        for measure, more in other.sums.items():
            held = group.sums.get(measure, Sum(0))
            group.sums[measure] = Sum(held.attempts + more.attempts, held.seconds + more.seconds)
    return found


def in_order(key: Key) -> tuple[object, ...]:
    """What keys of equally large groups are sorted by: what is not known comes last."""
    return tuple((part is None, part or "") for part in key)
