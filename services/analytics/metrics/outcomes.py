"""How attempts ended or where they are, what people thought of them, and who never answered."""

from collections.abc import Callable, Iterator
from datetime import datetime
from typing import get_args

from services.analytics.metrics.metric import Contribution, Metric, Sums
from shared.attempts import Attempt, Interest, Outcome
from shared.events.vocabulary import Stage


def _last_contact(attempt: Attempt) -> datetime:
    return attempt.touches[-1].time if attempt.touches else attempt.reached[Stage.CONTACTED]


def _outcome(attempt: Attempt) -> Iterator[Contribution]:
    outcome = attempt.outcome
    if attempt.close is not None:
        at = attempt.close.time
    elif outcome == "hired":
        at = attempt.reached[Stage.HIRED]
    elif outcome == "in_play":
        at = attempt.reached[Stage.INTERESTED]
    else:
        at = _last_contact(attempt) if outcome == "waiting" else attempt.cohort_at
    yield Contribution(f"outcomes.{outcome}", at)


def _interest(attempt: Attempt) -> Iterator[Contribution]:
    interest, at = attempt.interest, attempt.cohort_at
    if interest == "interested":
        at = attempt.reached[Stage.INTERESTED]
    elif interest == "uninterested" and attempt.close is not None:
        at = attempt.close.time
    yield Contribution(f"interest.{interest}", at)


def _unanswered(attempt: Attempt) -> Iterator[Contribution]:
    if attempt.is_unanswered:
        yield Contribution("unanswered.attempts", _last_contact(attempt))


def _counts(family: str, keys: tuple[str, ...]) -> Callable[[Sums], dict[str, int]]:
    return lambda sums: {key: sums.count(family, key) for key in keys}


OUTCOMES = Metric(
    name="outcomes",
    question="How did attempts end, and where are the others?",
    unit="attempts",
    definition="Each attempt counts once, so that the outcomes add up to the attempts. hired; hard_no, soft_no: closed with such "
    "a reason, by anyone; in_play: open and interested or later; waiting: open, contacted and not answered; open: the rest. "
    "Activity view: at the time of the hire, of the close, of the stage interested, of the last touch; open at the cohort's.",
    contributes=_outcome,
    value=_counts("outcomes", get_args(Outcome)),
    type=dict[str, int],
)

INTEREST = Metric(
    name="interest",
    question="How many were interested, and how many were not?",
    unit="attempts",
    definition="Each attempt counts once, so that these add up to the attempts. interested: reached that stage; uninterested: "
    "declined without reaching it; unknown: the rest. Activity view: at the time of the stage, of the close; unknown at the "
    "cohort's.",
    contributes=_interest,
    value=_counts("interest", get_args(Interest)),
    type=dict[str, int],
)

UNANSWERED = Metric(
    name="unanswered",
    question="How many never answered us?",
    unit="attempts",
    definition="Attempts that were contacted, and neither a response nor a later stage nor a decline came, whether they are open "
    "or closed. Activity view: at the time of the last touch.",
    contributes=_unanswered,
    value=lambda sums: sums.count("unanswered", "attempts"),
    type=int,
)
