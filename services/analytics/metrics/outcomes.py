"""How attempts ended or where they are, what people thought of them, and who never answered."""

from collections.abc import Iterator
from datetime import datetime
from typing import get_args

from services.analytics.metrics.adding_up import Counts, Total, ratio_of
from services.analytics.metrics.metric import Contribution, Metric
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


def _once(measure: str, at: datetime | None) -> list[Contribution]:
    return [] if at is None else [Contribution(measure, at)]


OUTCOMES = Metric(
    name="outcomes",
    question="How did attempts end, and where are the others?",
    unit="attempts",
    definition="Each attempt counts once, so that the outcomes add up to the attempts. hired; hard_no, soft_no: closed with such "
    "a reason, by anyone; in_play: open and interested or later; waiting: open, contacted and not answered; open: the rest. "
    "Activity view: at the time of the hire, of the close, of the stage interested, of the last touch; open at the cohort's.",
    contributes=_outcome,
    formula="count(attempts) by outcome",
    adds_up=Counts("outcomes", get_args(Outcome)),
    key="outcome",
    per="funnel",
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
    formula="count(attempts) by interest",
    adds_up=Counts("interest", get_args(Interest)),
    key="interest",
    per="funnel",
    type=dict[str, int],
)

UNANSWERED = Metric(
    name="unanswered",
    question="How many never answered us?",
    unit="attempts",
    definition="Attempts that were contacted, and neither a response nor a later stage nor a decline came, whether they are open "
    "or closed. Activity view: at the time of the last touch.",
    contributes=_unanswered,
    formula="count(attempts where contacted and nothing came back)",
    adds_up=Total("unanswered"),
    per="funnel",
    type=int,
)

HIRE_RATE = Metric(
    name="hire_rate",
    question="What share of attempts ends with a hire?",
    unit="ratio, 0 to 1",
    definition="Attempts with the outcome hired, divided by all attempts.",
    formula="count(outcome = hired) / count(attempts)",
    adds_up=ratio_of(["outcomes.hired"], [f"outcomes.{outcome}" for outcome in get_args(Outcome)]),
)

INTEREST_RATE = Metric(
    name="interest_rate",
    question="Of those who let us know, what share is interested?",
    unit="ratio, 0 to 1",
    definition="Interested attempts, divided by interested and uninterested ones.",
    formula="count(interested) / (count(interested) + count(uninterested))",
    adds_up=ratio_of(["interest.interested"], ["interest.interested", "interest.uninterested"]),
)

CONTRADICTIONS = Metric(
    name="contradictions",
    question="How many attempts are hired and closed at once?",
    unit="attempts",
    definition="Attempts that hold a hire and a strong close, neither taken back; the later one decides. Activity view: at the "
    "time of the hire.",
    formula="count(attempts where hired and closed)",
    adds_up=Total("contradictions"),
    contributes=lambda attempt: _once("contradictions.attempts", attempt.hired_at if attempt.contradiction else None),
)
