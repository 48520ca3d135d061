"""Which touch was answered."""

from collections.abc import Iterator

from services.analytics.metrics.metric import Contribution, Metric, Sums
from shared.attempts import Attempt

_TOUCHES = ("0", "1", "2", "3", "later")
_MEASURES = tuple(f"responded_by_touch.{touch}" for touch in _TOUCHES)


def _replied(attempt: Attempt) -> Iterator[Contribution]:
    if attempt.replied_by_touch is not None and attempt.first_response_at is not None:
        yield Contribution(_MEASURES[min(attempt.replied_by_touch, len(_TOUCHES) - 1)], attempt.first_response_at)


def _by_touch(sums: Sums) -> dict[str, int]:
    return {touch: sums.count("responded_by_touch", touch) for touch in _TOUCHES}


RESPONDED_BY_TOUCH = Metric(
    name="responded_by_touch",
    question="Which touch is it that people answer?",
    unit="attempts",
    definition="Attempts with a response, by the number of touches before the first: 0, 1, 2, 3 or later. Activity view: at the "
    "time of the first response.",
    contributes=_replied,
    value=_by_touch,
    type=dict[str, int],
)
