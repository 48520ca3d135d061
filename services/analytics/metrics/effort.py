"""What a reply, a conversation and a hire cost: touches, words, and people who are lost on the way."""

from collections.abc import Iterator
from datetime import timedelta

from services.analytics.metrics.adding_up import Counts, ratio_of
from services.analytics.metrics.metric import Contribution, Metric
from services.analytics.metrics.replies import TOUCHES
from services.analytics.metrics.subjects import Subject
from shared.attempts import Attempt

PRESSED_FOR = timedelta(days=30)
"""So long touches press."""
MOST_TOUCHES = 3
"""People with more touches than that are counted together."""
TOUCH = "touches_per_reply.touches"
PRESSURE = [f"contact_pressure.{one}" for one in (*range(1, MOST_TOUCHES + 1), "more")]
"""The measures of people by how often they were touched: once, twice, and so on."""


def _touches(attempt: Attempt) -> Iterator[Contribution]:
    for touch in attempt.touches:
        yield Contribution(TOUCH, touch.time)


def _words(attempt: Attempt) -> Iterator[Contribution]:
    if attempt.first_response_at is not None:
        for message in attempt.messages:
            side = "received" if message.is_theirs else "sent"
            yield Contribution(f"talk_to_listen.{side}", message.time, message.words)


TOUCHES_PER_REPLY = Metric(
    name="touches_per_reply",
    question="How many touches does it take for one reply?",
    unit="touches a reply",
    definition="All touches, answered or not, divided by the attempts with a response. Activity view: each touch at its time, "
    "each response at the time of the first.",
    formula="count(touches) / count(attempts with a response)",
    contributes=_touches,
    adds_up=ratio_of([TOUCH], [f"responded_by_touch.{touch}" for touch in TOUCHES], is_share=False),
)

TALK_TO_LISTEN = Metric(
    name="talk_to_listen",
    question="In conversations, do we talk or listen?",
    unit="words sent a word received",
    definition="The words of our messages, newsletters apart, divided by the words of the replies, in attempts with a "
    "response and where facts say how many. 0.25 is the ideal: 20 to 80. Activity view: each message at its time.",
    formula="sum(words of contacted) / sum(words of responded), of attempts with a response",
    contributes=_words,
    adds_up=ratio_of(["talk_to_listen.sent"], ["talk_to_listen.received"], is_share=False, weighs=True),
)

CONTACT_PRESSURE = Metric(
    name="contact_pressure",
    of=Subject.PRESSED,
    question="How often do we contact the same person?",
    unit="people",
    definition=f"People who were touched in the last {PRESSED_FOR.days} days, for whatever position, by the number of touches "
    f"then: 1, 2, {MOST_TOUCHES} or more. At the time of the last of these.",
    formula=f"count(people with a touch in the last {PRESSED_FOR.days} days) by touches then",
    adds_up=Counts("contact_pressure", (*(str(one + 1) for one in range(MOST_TOUCHES)), "more")),
    key="touches",
)

POOL_BURN = Metric(
    name="pool_burn",
    of=Subject.LOSS,
    question="How many people are lost for each conversation won?",
    unit="losses a conversation",
    definition="Attempts that ended in a hard no or ghosted, and unsubscriptions that were not retracted, divided by attempts "
    "that reached interested. An unsubscription is of a person and of no attempt: of what describes attempts its channel alone "
    "is known. Activity view: at the time of the close, of the unsubscription, of the stage.",
    formula="(count(outcome = hard_no) + count(close = ghosted) + count(unsubscribed)) / count(reached[interested])",
    adds_up=ratio_of(
        ["outcomes.hard_no", "other_closes.ghosted", "lost_channels.unsubscribed"], ["reached.interested"], is_share=False
    ),
)
