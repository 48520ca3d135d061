"""How far attempts come: reached, recorded, passed on from the stage before, and how long that took."""

from collections.abc import Iterable, Iterator
from datetime import datetime

from services.analytics.metrics.durations import bucket_of, median_seconds
from services.analytics.metrics.metric import Contribution, Metric, Sum, Sums
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
            seconds = max(0, int((at - before).total_seconds()))
            yield Contribution(f"{_TOOK[stage]}{bucket_of(seconds)}", at, seconds)
        before = at


def _by_stage(family: str, sums: Sums) -> dict[str, int]:
    return {stage: sums.count(family, stage) for stage in STAGES}


def _pass_rates(sums: Sums) -> dict[str, float | None]:
    rates: dict[str, float | None] = {}
    for stage in STAGES:
        reached = sums.count("reached", stage)
        could = reached + sums.count("from_previous", stage)
        rates[stage] = 1.0 if stage is Stage.SOURCED else round(reached / could, 4) if could else None
    return rates


def _medians(sums: Sums) -> dict[str, float | None]:
    durations: dict[str, list[Sum]] = {stage: [] for stage in STAGES}
    for key, found in sums.of("median_hours").items():
        durations[key.partition(".")[0]].append(found)
    return {stage: _hours(found) for stage, found in durations.items()}


def _hours(durations: Iterable[Sum]) -> float | None:
    seconds = median_seconds(durations)
    return None if seconds is None else round(seconds / 3600, 4)


REACHED = Metric(
    name="reached",
    question="How many attempts came at least this far?",
    unit="attempts",
    definition="Attempts that hold a fact of the stage or of one that implies it; submitted is never implied, and contacted and "
    "responded are not for inbound attempts. Activity view: at the time of the first such fact.",
    contributes=_reached,
    value=lambda sums: _by_stage("reached", sums),
    type=int,
    per="stage",
)

RECORDED = Metric(
    name="recorded",
    question="How many attempts hold a fact of this very stage?",
    unit="attempts",
    definition="Attempts with a fact of the stage itself, implied by nothing. Activity view: at the time of the first such fact.",
    contributes=_recorded,
    value=lambda sums: _by_stage("recorded", sums),
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
    value=_pass_rates,
    type=float | None,
    per="stage",
)

MEDIAN_HOURS = Metric(
    name="median_hours",
    question="How long does it take to come here from the stage before?",
    unit="hours",
    definition="Median time between the facts of this stage and of the stage reached before it, over attempts that hold both; 0 "
    "where they are on record the other way round; null for the first and where no attempt holds both. Exact "
    "up to 1,000 attempts, within 3 % above. Activity view: at the time of this stage's fact.",
    contributes=_took,
    value=_medians,
    type=float | None,
    per="stage",
)
