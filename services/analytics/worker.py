"""The long-running parts of analytics: the projector, and the ear for producers' reports."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping

from services.analytics.consumers.producers import SUBSCRIPTION as PRODUCERS
from services.analytics.consumers.projector import projector
from services.analytics.settings import AnalyticsSettings
from shared.db.engine import connect
from shared.kafka.consumer import Subscription, consume

Part = Callable[[asyncio.Event], Awaitable[None]]


def parts(settings: AnalyticsSettings | None = None) -> Mapping[str, Part]:
    """Named coroutines, each of which runs until the event it is given is set."""
    settings = settings or AnalyticsSettings()
    return {group: _part(settings, one) for group, one in subscriptions(settings).items()}


def subscriptions(settings: AnalyticsSettings) -> Mapping[str, Subscription]:
    """What is consumed, by group; a dead letter is replayed with its group's handler."""
    return {one.group: one for one in (projector(settings), PRODUCERS)}


def _part(settings: AnalyticsSettings, subscription: Subscription) -> Part:
    async def run(stop: asyncio.Event) -> None:
        sessions = connect(settings.database_url, pool_size=2, name=subscription.group)
        try:
            await consume(
                subscription,
                sessions=sessions,
                bootstrap_servers=settings.kafka_bootstrap_servers,
                shards=settings.partitions,
                stop=stop,
            )
        finally:
            await sessions.close()

    return run
