"""How far attempts come: reached, recorded, passed on from the stage before, and how long that took."""

from collections.abc import Iterator
from datetime import datetime

from services.analytics.metrics.adding_up import Counts, Quantile, Ratio, Sides
from services.analytics.metrics.durations import bucket_of, seconds_between
from services.analytics.metrics.metric import Contribution, Metric
from services.analytics.metrics.sums import Sums
from shared.attempts import Attempt
from shared.events.vocabulary import Stage

STAGES = tuple(Stage)

_REACHED = {stage: f"reached.{stage}" for stage in STAGES}
_RECORDED = {stage: f"recorded.{stage}" for stage in STAGES}
_STOPPED = {stage: f"from_previous.{stage}" for stage in STAGES}
_TOOK = {stage: f"median_hours.{stage}." for stage in STAGES}

_NOT_FOR_INBOUND = frozenset({Stage.CONTACTED, Stage.RESPONDED})


def _reached(attempt: Attempt) -> list[Contribution]:
    return [Contribution(_REACHED[stage], at) for stage, at in attempt.reached.items()]


def _recorded(attempt: Attempt) -> list[Contribution]:
    return [Contribution(_RECORDED[stage], at) for stage, at in attempt.recorded.items()]


def _stopped(attempt: Attempt) -> Iterator[Contribution]:
    """One for each stage that the attempt could have passed on to and has not reached, at the time of the stage before."""
    reached = attempt.reached
    inbound = attempt.origin == "inbound"
    before: Stage | None = None
    for stage in STAGES:
        if stage in reached:
            before = before if stage is Stage.SUBMITTED else stage
            continue
        if inbound and stage in _NOT_FOR_INBOUND:
            continue
        if before is not None:
            yield Contribution(_STOPPED[stage], reached[before])
        if stage is not Stage.SUBMITTED:
            return  # what follows a stage that was not reached was not reached either


def _took(attempt: Attempt) -> Iterator[Contribution]:
    """The time between each reached stage and the one reached before it, where facts of both stages are on record."""
    before: datetime | None = None
    for stage in attempt.reached:
        at = attempt.recorded.get(stage)
        if before is not None and at is not None:
            seconds = seconds_between(before, at)
            yield Contribution(f"{_TOOK[stage]}{bucket_of(seconds)}", at, seconds)
        before = at


def _passed(sums: Sums) -> dict[str | None, Sides]:
    """Who reached a stage, of those who could have passed on to it."""
    reached = {stage: sums.count("reached", stage) for stage in STAGES}
    return {stage: Sides(reached[stage], reached[stage] + sums.count("from_previous", stage)) for stage in STAGES}


REACHED = Metric(
    name="reached",
    question="How many attempts came at least this far?",
    unit="attempts",
    definition="Attempts that hold a fact of the stage or of one that implies it; submitted is never implied, and contacted and "
    "responded are not for inbound attempts. Activity view: at the time of the first such fact.",
    contributes=_reached,
    formula="count(attempts where reached[stage]) by stage",
    adds_up=Counts("reached", STAGES),
    key="stage",
    type=int,
    per="stage",
)

RECORDED = Metric(
    name="recorded",
    question="How many attempts hold a fact of this very stage?",
    unit="attempts",
    definition="Attempts with a fact of the stage itself, implied by nothing. Activity view: at the time of the first such fact.",
    contributes=_recorded,
    formula="count(attempts where recorded[stage]) by stage",
    adds_up=Counts("recorded", STAGES),
    key="stage",
    type=int,
    per="stage",
)

FROM_PREVIOUS = Metric(
    name="from_previous",
    question="What share of the attempts that could come to this stage did?",
    unit="ratio, 0 to 1",
    definition="Reached, divided by reached plus those that reached the stage before and not this one. The stage before is the "
    "nearest that applies: submitted is passed over, for not every attempt is submitted; contacted and responded apply to an "
    "inbound attempt only when it reached them. 1 for sourced; null where no attempt came to the stage before. Activity view: "
    "who stopped is counted when they reached the stage before.",
    contributes=_stopped,
    formula="count(reached[stage]) / (count(reached[stage]) + count(stopped at the stage before)) by stage",
    adds_up=Ratio(("reached.", "from_previous."), _passed, without={Stage.SOURCED: 1.0}),
    key="stage",
    type=float | None,
    per="stage",
)

MEDIAN_HOURS = Metric(
    name="median_hours",
    question="How long does it take to come here from the stage before?",
    unit="hours",
    definition="Median time between the facts of this stage and of the stage reached before it, over attempts that hold both; 0 "
    "where they are on record the other way round; null for the first and where no attempt holds both. In a funnel exact "
    "up to 1,000 attempts, within 3 % above; as a metric of its own always exact. Activity view: at the time of this stage's "
    "fact.",
    contributes=_took,
    formula="median(time[stage] - time[stage before]) by stage",
    adds_up=Quantile("median_hours", STAGES, 0.5),
    key="stage",
    type=float | None,
    per="stage",
)

P90_HOURS = Metric(
    name="p90_hours",
    question="Within how long do nine of ten come here from the stage before?",
    unit="hours",
    definition="The 90th percentile of the same durations as median_hours, on the line between the two nearest; exact.",
    formula="percentile(0.9, time[stage] - time[stage before]) by stage",
    adds_up=Quantile("median_hours", STAGES, 0.9),
    key="stage",
)
