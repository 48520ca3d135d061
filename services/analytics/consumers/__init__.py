"""What analytics reads from the bus, one handler a file."""

from services.analytics.consumers.producers import SUBSCRIPTION as PRODUCERS
from services.analytics.consumers.projector import projector
from services.analytics.settings import AnalyticsSettings
from shared.kafka.consumer import Subscription


def subscriptions(settings: AnalyticsSettings) -> tuple[Subscription, ...]:
    """Every consumer group of the service: the worker runs them, health watches them, dead letters are replayed with them."""
    return projector(settings), PRODUCERS
