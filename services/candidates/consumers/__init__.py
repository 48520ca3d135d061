"""What candidates reads from the bus, one handler a file."""

from services.candidates.consumers import learner
from services.candidates.consumers.reconcile import reconciler
from services.candidates.settings import CandidatesSettings
from shared.kafka.consumer import Subscription


def subscriptions(settings: CandidatesSettings) -> tuple[Subscription, ...]:
    """Every consumer group of the service: the worker runs them, health watches them, dead letters are replayed with them."""
    shards = settings.partitions
    return learner.subscription(shards), reconciler(shards)
