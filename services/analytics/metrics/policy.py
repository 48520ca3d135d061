"""Sender and policy health: the rules that contacts broke."""

from services.analytics.metrics.adding_up import Counts
from services.analytics.metrics.metric import Contribution, Metric
from services.analytics.metrics.subjects import Gone, Item, Subject
from shared.events import PolicyBreachWithdrawn
from shared.events.policy_breaches import PolicyBreachEvent


def of_breach(event: PolicyBreachEvent) -> Item | Gone:
    """A breach as an event says that it is."""
    if isinstance(event, PolicyBreachWithdrawn):
        return Gone(Subject.BREACH, event.breach_id)
    return Item(
        kind=Subject.BREACH,
        id=event.breach_id,
        stream=event.candidate_id,
        began_at=event.made_at,
        contributions=[Contribution(f"breaches.{event.code}", event.made_at)],
        position=event.position_id,
        recruiter=event.recruiter,
        channel=event.channel,
    )


BREACHES = Metric(
    name="breaches",
    of=Subject.BREACH,
    question="Which rules did contacts break?",
    unit="breaches",
    definition="Rules that contacts broke when they were made, by code; one contact may break several. Activity view: "
    "at the time of the contact.",
    formula="count(breaches) by code",
    adds_up=Counts("breaches"),
    key="code",
)
