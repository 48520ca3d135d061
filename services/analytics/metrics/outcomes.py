"""What became of attempts."""

from collections.abc import Iterator

from services.analytics.metrics.metric import Contribution, Metric, Sums
from shared.attempts import Attempt
from shared.events.vocabulary import Stage

OUTCOMES = ("interested", "uninterested", "hard_no", "soft_no", "silent", "open")


def _outcomes(attempt: Attempt) -> Iterator[Contribution]:
    if attempt.is_interested:
        yield Contribution("outcomes.interested", attempt.reached[Stage.INTERESTED])
    if attempt.is_open:
        yield Contribution("outcomes.open", attempt.cohort_at)
    if attempt.is_silent:
        yield Contribution("outcomes.silent", attempt.touches[-1].time if attempt.touches else attempt.cohort_at)
    close = attempt.close
    if close is None:
        return
    if attempt.is_uninterested:
        yield Contribution("outcomes.uninterested", close.time)
    if attempt.is_hard_no:
        yield Contribution("outcomes.hard_no", close.time)
    if attempt.is_soft_no:
        yield Contribution("outcomes.soft_no", close.time)


def _counts(sums: Sums) -> dict[str, int]:
    return {outcome: sums.count("outcomes", outcome) for outcome in OUTCOMES}


OUTCOMES_METRIC = Metric(
    name="outcomes",
    question="How many were interested, not interested, said no for good or for now, never answered, or are still open?",
    unit="attempts",
    definition="interested: reached interested; uninterested: declined without reaching it; hard_no, soft_no: closed so, by "
    "whoever; silent: contacted and no response nor later stage; open: neither closed nor hired. An attempt may count in more "
    "than one. Activity view: at the stage's, the close's or the last touch's time; open at the cohort's.",
    contributes=_outcomes,
    value=_counts,
    type=dict[str, int],
)
