"""What candidates reads from the bus, one handler a file."""

from services.candidates.consumers import learner
from services.candidates.settings import CandidatesSettings
from services.candidates.use_cases.holdings import TOPICS, SnapshotHoldings
from shared.kafka.consumer import Subscription
from shared.reconciliation.responder import responder


def subscriptions(settings: CandidatesSettings) -> tuple[Subscription, ...]:
    """Every consumer group of the service: the worker runs them, health watches them, dead letters are replayed with them."""
    shards = settings.partitions
    return learner.subscription(shards), responder("candidates", SnapshotHoldings(shards), TOPICS, shards=shards)
