"""The long-running parts of candidates: relay, learner and reconciliation."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping

from services.candidates.consumers import learner
from services.candidates.settings import CandidatesSettings
from services.candidates.use_cases.holdings import TOPICS, SnapshotHoldings
from shared.db.engine import connect
from shared.kafka.consumer import Subscription, consume
from shared.outbox.relay import Relay
from shared.reconciliation.responder import reconcile

Part = Callable[[asyncio.Event], Awaitable[None]]


def parts(settings: CandidatesSettings | None = None) -> Mapping[str, Part]:
    """Named coroutines, each of which runs until the event it is given is set."""
    settings = settings or CandidatesSettings()
    sessions = connect(settings.database_url, pool_size=settings.pool_size, name="candidates worker")
    servers, shards = settings.kafka_bootstrap_servers, settings.partitions
    relay = Relay(service="candidates", sessions=sessions, bootstrap_servers=servers, shards=shards, topics=TOPICS)

    def consumer(subscription: Subscription) -> Part:
        return lambda stop: consume(subscription, sessions=sessions, bootstrap_servers=servers, shards=shards, stop=stop)

    return {
        "candidates.relay": relay.run,
        **{group: consumer(subscription) for group, subscription in subscriptions(settings).items()},
        "candidates.reconcile": lambda stop: reconcile(
            service="candidates",
            holdings=SnapshotHoldings(shards),
            topics=TOPICS,
            sessions=sessions,
            bootstrap_servers=servers,
            shards=shards,
            stop=stop,
        ),
    }


def subscriptions(settings: CandidatesSettings) -> Mapping[str, Subscription]:
    """What is consumed, by group; a dead letter is replayed with its group's handler."""
    return {learner.GROUP: learner.subscription(settings.partitions)}
