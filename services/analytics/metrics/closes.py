"""Why attempts end: what candidates decline for, what they are rejected for, and how else attempts close."""

from collections.abc import Callable, Iterator

from services.analytics.metrics.metric import Contribution, Metric, Sums
from shared.attempts import Attempt


def _closed_as(kind: str, family: str) -> Callable[[Attempt], Iterator[Contribution]]:
    def contributes(attempt: Attempt) -> Iterator[Contribution]:
        close = attempt.close
        if close is not None and close.kind == kind:
            yield Contribution(f"{family}.{close.reason}", close.time)

    return contributes


def _closed_otherwise(attempt: Attempt) -> Iterator[Contribution]:
    close = attempt.close
    if close is not None and close.kind not in {"declined", "rejected"}:
        yield Contribution(f"other_closes.{close.kind}", close.time)


def _most_frequent_first(family: str) -> Callable[[Sums], dict[str, int]]:
    def value(sums: Sums) -> dict[str, int]:
        found = sums.of(family)
        return {key: found[key].attempts for key in sorted(found, key=lambda key: (-found[key].attempts, key))}

    return value


DECLINES = Metric(
    name="declines",
    question="What do candidates decline for?",
    unit="attempts",
    definition="Attempts that the candidate declined, by the reason of the deciding close. Activity view: at its time.",
    contributes=_closed_as("declined", "declines"),
    value=_most_frequent_first("declines"),
    type=dict[str, int],
)

REJECTIONS = Metric(
    name="rejections",
    question="What are candidates rejected for, by us or by the sponsor?",
    unit="attempts",
    definition="Attempts that the team or the sponsor rejected, by the reason of the deciding close. Activity view: at its time.",
    contributes=_closed_as("rejected", "rejections"),
    value=_most_frequent_first("rejections"),
    type=dict[str, int],
)

OTHER_CLOSES = Metric(
    name="other_closes",
    question="How do attempts close that nobody declined or rejected?",
    unit="attempts",
    definition="Attempts whose deciding close is ghosted, no_show, position_closed or withdrawn. With declines and rejections "
    "these are all closed attempts. Activity view: at the time of the close.",
    contributes=_closed_otherwise,
    value=_most_frequent_first("other_closes"),
    type=dict[str, int],
)
