"""Which touch was answered."""

from collections.abc import Iterator

from services.analytics.metrics.adding_up import Counts
from services.analytics.metrics.metric import Contribution, Metric
from shared.attempts import Attempt

TOUCHES = ("0", "1", "2", "3", "later")
_MEASURES = tuple(f"responded_by_touch.{touch}" for touch in TOUCHES)


def _replied(attempt: Attempt) -> Iterator[Contribution]:
    if attempt.replied_by_touch is not None and attempt.first_response_at is not None:
        yield Contribution(_MEASURES[min(attempt.replied_by_touch, len(TOUCHES) - 1)], attempt.first_response_at)


RESPONDED_BY_TOUCH = Metric(
    name="responded_by_touch",
    question="Which touch is it that people answer?",
    unit="attempts",
    definition="Attempts with a response, by the number of touches before the first: 0, 1, 2, 3 or later. Activity view: at the "
    "time of the first response.",
    contributes=_replied,
    formula="count(attempts with a response) by the number of touches before it",
    adds_up=Counts("responded_by_touch", TOUCHES),
    key="touch",
    per="funnel",
    type=dict[str, int],
)
