"""The long-running parts of engagement: relay, consumers, reconciliation and clock."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping

from services.engagement.consumers.queue import GROUP as QUEUE
from services.engagement.consumers.queue import queue_subscription
from services.engagement.consumers.records import GROUP as RECORDS
from services.engagement.consumers.records import records_handler
from services.engagement.settings import EngagementSettings
from services.engagement.use_cases.republish import EngagementHoldings
from services.engagement.use_cases.run_clock import run_clock
from shared.db.engine import connect
from shared.events import Topic
from shared.kafka.consumer import Subscription, consume
from shared.outbox.relay import Relay
from shared.reconciliation.responder import reconcile

Part = Callable[[asyncio.Event], Awaitable[None]]

OWNED = (Topic.ENGAGEMENT, Topic.REENGAGEMENT)


def parts(settings: EngagementSettings | None = None) -> Mapping[str, Part]:
    """Named coroutines, each of which runs until the event it is given is set."""
    settings = settings or EngagementSettings()
    sessions = connect(settings.database_url, pool_size=settings.pool_size, name="engagement worker")
    servers, shards = settings.kafka_bootstrap_servers, settings.partitions
    relay = Relay(service="engagement", sessions=sessions, bootstrap_servers=servers, shards=shards, topics=OWNED)

    def consumer(subscription: Subscription) -> Part:
        return lambda stop: consume(subscription, sessions=sessions, bootstrap_servers=servers, shards=shards, stop=stop)

    return {
        "engagement.relay": relay.run,
        **{group: consumer(subscription) for group, subscription in subscriptions(settings).items()},
        "engagement.clock": lambda stop: run_clock(sessions, settings, stop),
        "engagement.reconcile": lambda stop: reconcile(
            service="engagement",
            holdings=EngagementHoldings(shards),
            topics=OWNED,
            sessions=sessions,
            bootstrap_servers=servers,
            shards=shards,
            stop=stop,
        ),
    }


def subscriptions(settings: EngagementSettings) -> Mapping[str, Subscription]:
    """What is consumed, by group; a dead letter is replayed with its group's handler."""
    return {
        RECORDS: Subscription(RECORDS, (Topic.CANDIDATES, Topic.POSITIONS), records_handler(settings)),
        QUEUE: queue_subscription(settings),
    }
