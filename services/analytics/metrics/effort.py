"""What a reply, a conversation and a hire cost: touches, words, and people who are lost on the way."""

from collections.abc import Iterator

from services.analytics.metrics.adding_up import ratio_of
from services.analytics.metrics.metric import Contribution, Metric
from services.analytics.metrics.replies import TOUCHES
from shared.attempts import Attempt


def _touches(attempt: Attempt) -> Iterator[Contribution]:
    for touch in attempt.touches:
        yield Contribution("touches_per_reply.touches", touch.time)


TOUCHES_PER_REPLY = Metric(
    name="touches_per_reply",
    question="How many touches does it take for one reply?",
    unit="touches a reply",
    definition="All touches, answered or not, divided by the attempts with a response. Activity view: each touch at its time, "
    "each response at the time of the first.",
    formula="count(touches) / count(attempts with a response)",
    contributes=_touches,
    adds_up=ratio_of(["touches_per_reply.touches"], [f"responded_by_touch.{touch}" for touch in TOUCHES], is_share=False),
)

POOL_BURN = Metric(
    name="pool_burn",
    question="How many people are lost for each conversation won?",
    unit="lost attempts a conversation",
    definition="Attempts that ended in a hard no or ghosted, divided by those that reached interested. An unsubscribe belongs to "
    "a person and to no attempt, and is not among them. Activity view: at the time of the close, of the stage.",
    formula="(count(outcome = hard_no) + count(close = ghosted)) / count(reached[interested])",
    adds_up=ratio_of(["outcomes.hard_no", "other_closes.ghosted"], ["reached.interested"], is_share=False),
)
