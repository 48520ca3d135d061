"""The people themselves: how many look for a position, what they say of us, and how good their records are."""

from collections.abc import Mapping
from datetime import datetime
from uuid import UUID

from services.analytics.metrics.adding_up import Counts, Ratio, Sides, ratio_of
from services.analytics.metrics.metric import Contribution, Metric
from services.analytics.metrics.subjects import Item, Subject
from services.analytics.metrics.sums import Sums
from shared.events import CandidateComplained, CandidateRatedUs, CandidateUnsubscribed
from shared.events.vocabulary import MarketStatus

UNKNOWN = "unknown"
RECORDS, STALE_RECORDS = "described.records", "stale.records"
STALE_AFTER_DAYS = 365
STATEMENTS = {CandidateRatedUs.type, CandidateUnsubscribed.type, CandidateComplained.type}
"""The types of the facts by which people say something of us."""
_SCORES = tuple(range(11))
YIELDED = ("contacted", "responded", "interested", "hired")
"""The stages by which the pool's yield is counted."""


def of_statement(type: str, id: UUID, stream: UUID, at: datetime, data: Mapping[str, object]) -> Item:
    """What a person said, from a fact that was not retracted."""
    measure = f"rating.{data['score']}" if type == CandidateRatedUs.type else f"lost_channels.{type.rpartition('.')[2]}"
    channel = data.get("channel")
    return Item(
        kind=Subject.STATEMENT,
        id=id,
        stream=stream,
        began_at=at,
        contributions=[Contribution(measure, at)],
        channel=None if channel is None else str(channel),
    )


def of_change(id: UUID, stream: UUID, at: datetime, before: str | None, after: str | None) -> Item:
    """A change of a person's market status."""
    measure = f"market_changes.{before or UNKNOWN}_to_{after or UNKNOWN}"
    return Item(kind=Subject.CHANGE, id=id, stream=stream, began_at=at, contributions=[Contribution(measure, at)])


def _mean(sums: Sums) -> dict[str | None, Sides]:
    counts = {score: sums.count("rating", str(score)) for score in _SCORES}
    return {None: Sides(sum(score * count for score, count in counts.items()), sum(counts.values()))}


def _yielded(sums: Sums) -> dict[str | None, Sides]:
    return {stage: Sides(sums.count("pool_yield", stage), sums.count("pool_yield", "people")) for stage in YIELDED}


PEOPLE = Metric(
    name="people",
    of=Subject.PERSON,
    question="How many people are active, open and passive?",
    unit="people",
    definition="Everybody of whom there is a record, a merged person once and an erased one not, by market status; "
    "unknown where it is not. Activity view: at the last change of the record.",
    formula="count(people) by market_status",
    adds_up=Counts("people", (*(status.value for status in MarketStatus), UNKNOWN)),
    key="status",
)

POOL_YIELD = Metric(
    name="pool_yield",
    of=Subject.POOLED,
    question="What does the pool yield: which share of its people was ever contacted, responded, was interested, was hired?",
    unit="ratio, 0 to 1",
    definition="People with an attempt, for whatever position, that reached the stage, divided by everybody of whom there is a "
    "record, a merged person once and an erased one not. By tier it says what each is worth. At the last change of the record.",
    formula="count(people with reached[stage]) / count(people) by stage",
    adds_up=Ratio(("pool_yield.",), _yielded),
    key="stage",
)

MARKET_CHANGES = Metric(
    name="market_changes",
    of=Subject.CHANGE,
    question="Who began to look, and who stopped?",
    unit="changes",
    definition="Changes of people's market status, from one to the other. Activity view: at the time of the change.",
    formula="count(changes) by from and to",
    adds_up=Counts("market_changes"),
    key="change",
)

RATING = Metric(
    name="rating",
    of=Subject.STATEMENT,
    question="How do candidates rate us, from 0 to 10?",
    unit="points, 0 to 10",
    definition="The mean of all ratings that were not retracted. Activity view: at the time of the rating.",
    formula="sum(score) / count(ratings)",
    adds_up=Ratio(("rating.",), _mean, is_share=False),
)

LOST_CHANNELS = Metric(
    name="lost_channels",
    of=Subject.STATEMENT,
    question="How often do people unsubscribe or complain?",
    unit="times",
    definition="Unsubscriptions and complaints that were not retracted. Activity view: at that time.",
    formula="count(unsubscribed), count(complained)",
    adds_up=Counts("lost_channels", ("unsubscribed", "complained")),
    key="what",
)

STALE = Metric(
    name="stale_records",
    of=Subject.PERSON,
    question="What share of the records is stale?",
    unit="ratio, 0 to 1",
    definition=f"People whose record nobody changed for {STALE_AFTER_DAYS} days, divided by all people. Activity view: "
    "at the last change of the record.",
    formula=f"count(people where changed < now - {STALE_AFTER_DAYS} days) / count(people)",
    adds_up=ratio_of([STALE_RECORDS], [RECORDS]),
)
