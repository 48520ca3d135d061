"""What becomes of attempts after their close and their hire: returns, starts, and who left early."""

from collections.abc import Iterator
from datetime import timedelta

from services.analytics.metrics.adding_up import Total, ratio_of
from services.analytics.metrics.metric import Contribution, Metric
from services.analytics.metrics.subjects import Subject
from shared.attempts import Attempt

HIRES_KNOWN, HIRES_NEW = "hires.known", "hires.new"
EARLY = timedelta(days=180)
"""Who leaves within so long of the start left early."""
KNOWN_FOR = timedelta(days=180)
"""Who was known for so long before the hire is no stranger."""


def _returned(attempt: Attempt) -> Iterator[Contribution]:
    if attempt.number > 1:
        yield Contribution("returned.attempts", attempt.began_at)
        if attempt.outcome == "hired" and attempt.hired_at is not None:
            yield Contribution("returned.hired", attempt.hired_at)


def _started(attempt: Attempt) -> Iterator[Contribution]:
    if attempt.started_at is not None:
        yield Contribution("started.attempts", attempt.started_at)
        if attempt.left_at is not None and attempt.left_at - attempt.started_at < EARLY:
            yield Contribution("started.left_early", attempt.left_at)


RETURNED = Metric(
    name="returned",
    question="How many came back after a close?",
    unit="attempts",
    definition="Attempts that are not the first of their person and position. Activity view: at their first fact.",
    formula="count(attempts where number > 1)",
    contributes=_returned,
    adds_up=Total("returned"),
)

HIRED_ON_RETURN = Metric(
    name="hired_on_return",
    question="How many were hired the second time, or later?",
    unit="attempts",
    definition="Attempts that are not the first of their person and position, and whose outcome is hired. Activity view: at "
    "the time of the hire.",
    formula="count(attempts where number > 1 and outcome = hired)",
    adds_up=Total("returned", "hired"),
)

KNOWN_HIRES = Metric(
    name="known_hires",
    of=Subject.HIRE,
    question=f"What share of the hires had been known to us for {KNOWN_FOR.days} days or more?",
    unit="ratio, 0 to 1",
    definition=f"Attempts with the outcome hired whose person's first fact, for whatever position, is {KNOWN_FOR.days} days "
    "or more older than the hire, divided by all with that outcome. Activity view: at the time of the hire.",
    formula=f"count(hired where hired - first fact of the person >= {KNOWN_FOR.days} days) / count(outcome = hired)",
    adds_up=ratio_of([HIRES_KNOWN], [HIRES_KNOWN, HIRES_NEW]),
)

STARTED = Metric(
    name="started",
    question="How many began to work here?",
    unit="attempts",
    definition="Attempts whose person started. Activity view: at the time they started.",
    formula="count(attempts where started)",
    contributes=_started,
    adds_up=Total("started"),
)

LEFT_EARLY = Metric(
    name="left_early",
    question="What share of those who started left within 180 days?",
    unit="ratio, 0 to 1",
    definition="Attempts whose person left less than 180 days after the start, divided by those whose person started. Activity "
    "view: who left at the time of leaving, who started at that of the start.",
    formula="count(left - started < 180 days) / count(attempts where started)",
    adds_up=ratio_of(["started.left_early"], ["started.attempts"]),
)
