"""Why attempts end: what candidates decline for, what they are rejected for, and how else attempts close."""

from collections.abc import Callable, Iterator

from services.analytics.metrics.adding_up import Counts
from services.analytics.metrics.metric import Contribution, Metric
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


DECLINES = Metric(
    name="declines",
    question="What do candidates decline for?",
    unit="attempts",
    definition="Attempts that the candidate declined, by the reason of the deciding close. Activity view: at its time.",
    contributes=_closed_as("declined", "declines"),
    formula="count(attempts where close = declined) by reason",
    adds_up=Counts("declines"),
    key="reason",
    per="funnel",
    type=dict[str, int],
)

REJECTIONS = Metric(
    name="rejections",
    question="What are candidates rejected for, by us or by the sponsor?",
    unit="attempts",
    definition="Attempts that the team or the sponsor rejected, by the reason of the deciding close. Activity view: at its time.",
    contributes=_closed_as("rejected", "rejections"),
    formula="count(attempts where close = rejected) by reason",
    adds_up=Counts("rejections"),
    key="reason",
    per="funnel",
    type=dict[str, int],
)

OTHER_CLOSES = Metric(
    name="other_closes",
    question="How do attempts close that nobody declined or rejected?",
    unit="attempts",
    definition="Attempts whose deciding close is ghosted, no_show, position_closed or withdrawn. With declines and rejections "
    "these are all closed attempts. Activity view: at the time of the close.",
    contributes=_closed_otherwise,
    formula="count(attempts where close is neither declined nor rejected) by close",
    adds_up=Counts("other_closes"),
    key="close",
    per="funnel",
    type=dict[str, int],
)
