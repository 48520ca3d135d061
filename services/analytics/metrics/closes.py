"""Why attempts end: what candidates decline for, and what they are rejected for."""

from collections.abc import Callable, Iterator

from services.analytics.metrics.metric import Contribution, Metric, Sums
from shared.attempts import Attempt


def _closed_as(kind: str, family: str) -> Callable[[Attempt], Iterator[Contribution]]:
    def contributes(attempt: Attempt) -> Iterator[Contribution]:
        close = attempt.close
        if close is not None and close.kind == kind:
            yield Contribution(f"{family}.{close.reason}", close.time)

    return contributes


def _by_reason(family: str) -> Callable[[Sums], dict[str, int]]:
    """Counts by reason, most frequent first."""

    def value(sums: Sums) -> dict[str, int]:
        found = sums.of(family)
        return {reason: found[reason].attempts for reason in sorted(found, key=lambda reason: (-found[reason].attempts, reason))}

    return value


DECLINES = Metric(
    name="declines",
    question="What do candidates decline for?",
    unit="attempts",
    definition="Attempts that the candidate declined, by reason. Activity view: at the time of the close.",
    contributes=_closed_as("declined", "declines"),
    value=_by_reason("declines"),
    type=dict[str, int],
)

REJECTIONS = Metric(
    name="rejections",
    question="What are candidates rejected for, by us or by the sponsor?",
    unit="attempts",
    definition="Attempts that the team or the sponsor rejected, by reason. Activity view: at the time of the close.",
    contributes=_closed_as("rejected", "rejections"),
    value=_by_reason("rejections"),
    type=dict[str, int],
)
