"""What engagement reads from the bus, one handler a file."""

from services.engagement.consumers.facts import facts_subscription
from services.engagement.consumers.records import SUBSCRIPTION as RECORDS
from services.engagement.settings import EngagementSettings
from services.engagement.use_cases.republish import EngagementHoldings
from shared.events import Topic
from shared.kafka.consumer import Subscription
from shared.reconciliation.responder import responder

OWNED = (Topic.ENGAGEMENT, Topic.REENGAGEMENT)
"""The topics that engagement publishes."""


def subscriptions(settings: EngagementSettings) -> tuple[Subscription, ...]:
    """Every consumer group of the service: the worker runs them, health watches them, dead letters are replayed with them."""
    shards = settings.partitions
    return (RECORDS, facts_subscription(settings), responder("engagement", EngagementHoldings(shards), OWNED, shards=shards))
