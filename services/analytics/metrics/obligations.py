"""Radio silence: what we owe people, what we did of it, and how long it took."""

from collections.abc import Iterator

from services.analytics.metrics.adding_up import Counts, Quantile, Ratio, Sides
from services.analytics.metrics.durations import bucket_of, seconds_between
from services.analytics.metrics.metric import Contribution, Metric
from services.analytics.metrics.subjects import Gone, Item, Subject
from services.analytics.metrics.sums import Sums
from shared.events import (
    ObligationMet,
    ObligationOverdue,
    ObligationWaived,
    ObligationWithdrawn,
)
from shared.events.obligations import ObligationEvent
from shared.events.vocabulary import ObligationKind

KINDS = tuple(kind.value for kind in ObligationKind)


def of_obligation(event: ObligationEvent) -> Item | Gone:
    """An obligation as an event says that it is from then on."""
    if isinstance(event, ObligationWithdrawn):
        return Gone(Subject.OBLIGATION, event.obligation_id)
    return Item(
        kind=Subject.OBLIGATION,
        id=event.obligation_id,
        stream=event.candidate_id,
        began_at=event.made_at,
        contributions=list(_contributions(event)),
        position=event.position_id,
        recruiter=event.recruiter,
    )


def _contributions(event: ObligationEvent) -> Iterator[Contribution]:
    kind = event.kind.value
    yield Contribution(f"owed.{kind}", event.made_at)
    if isinstance(event, ObligationMet):
        yield Contribution(f"{'in_time' if event.met_at <= event.due_at else 'late'}.{kind}", event.met_at)
        seconds = seconds_between(event.made_at, event.met_at)
        yield Contribution(f"answer_hours.{kind}.{bucket_of(seconds)}", event.met_at, seconds)
    elif isinstance(event, ObligationWaived):
        yield Contribution(f"waived.{kind}", event.waived_at)
    else:
        yield Contribution(f"waiting.{kind}", event.made_at)
        if isinstance(event, ObligationOverdue):
            yield Contribution(f"overdue.{kind}", event.due_at)


def _shares(above: tuple[str, ...]) -> Ratio:
    """What was done in the ways that ``above`` names, of all that is done or overdue."""
    below = ("in_time", "late", "overdue")

    def sides(sums: Sums) -> dict[str | None, Sides]:
        return {
            kind: Sides(*(sum(sums.count(family, kind) for family in families) for families in (above, below))) for kind in KINDS
        }

    return Ratio(tuple(f"{family}." for family in below), sides)


OWED = Metric(
    name="owed",
    of=Subject.OBLIGATION,
    question="What did we come to owe people: replies, feedback, what was promised?",
    unit="obligations",
    definition="Obligations that were not withdrawn, by kind. Activity view: at the time of what made them.",
    formula="count(obligations) by kind",
    adds_up=Counts("owed", KINDS),
    key="obligation",
)

WAITING = Metric(
    name="waiting",
    of=Subject.OBLIGATION,
    question="How many people wait for a reply, for feedback, for what was promised?",
    unit="obligations",
    definition="Obligations that are neither met nor waived, in time or overdue, by kind. Activity view: at the time of"
    " what made them.",
    formula="count(obligations where open) by kind",
    adds_up=Counts("waiting", KINDS),
    key="obligation",
)

OVERDUE = Metric(
    name="overdue",
    of=Subject.OBLIGATION,
    question="How many of them wait for too long?",
    unit="obligations",
    definition="Obligations that are neither met nor waived and whose due time has passed, by kind. Activity view: at "
    "their due time.",
    formula="count(obligations where open and due < now) by kind",
    adds_up=Counts("overdue", KINDS),
    key="obligation",
)

WAIVED = Metric(
    name="waived",
    of=Subject.OBLIGATION,
    question="How much of it did we let go, with a reason?",
    unit="obligations",
    definition="Obligations that somebody waived, by kind; they are neither waiting nor overdue, and count for neither share. "
    "Activity view: at the time they were waived.",
    formula="count(obligations where waived) by kind",
    adds_up=Counts("waived", KINDS),
    key="obligation",
)

DELIVERED = Metric(
    name="delivered",
    of=Subject.OBLIGATION,
    question="What share of what we owed did we do: replies sent, feedback delivered, promises kept?",
    unit="ratio, 0 to 1",
    definition="Obligations that were met, however late, divided by those met or overdue, by kind. Activity view: at "
    "the time they were met, overdue ones at their due time.",
    formula="count(met) / (count(met) + count(overdue)) by kind",
    adds_up=_shares(("in_time", "late")),
    key="obligation",
)

IN_TIME = Metric(
    name="in_time",
    of=Subject.OBLIGATION,
    question="And what share in time?",
    unit="ratio, 0 to 1",
    definition="Obligations that were met by their due time, divided by those met or overdue, by kind. Activity view: "
    "at the time they were met, overdue ones at their due time.",
    formula="count(met where met <= due) / (count(met) + count(overdue)) by kind",
    adds_up=_shares(("in_time",)),
    key="obligation",
)


def _hours(name: str, question: str, share: float, which: str) -> Metric:
    return Metric(
        name=name,
        of=Subject.OBLIGATION,
        question=question,
        unit="hours",
        definition=f"The {which} of the time from what made an obligation until it was met, by kind; waking hours or "
        "not. Exact. Activity view: at the time it was met.",
        formula=f"quantile({share:g}) of (met - made) by kind",
        adds_up=Quantile("answer_hours", KINDS, share),
        key="obligation",
    )


MEDIAN_ANSWER = _hours("median_answer_hours", "How long do people wait for our reply, half of them?", 0.5, "median")
P90_ANSWER = _hours("p90_answer_hours", "How long do nine of ten wait at most?", 0.9, "90th percentile")
