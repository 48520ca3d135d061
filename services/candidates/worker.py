"""The long-running parts of candidates: relay, learner and reconciliation."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping

from services.candidates.consumers import learner
from services.candidates.settings import CandidatesSettings
from services.candidates.use_cases.holdings import TOPICS, SnapshotHoldings
from shared.consumer import Subscription, consume
from shared.db import connect
from shared.outbox.relay import Relay
from shared.reconcile import reconcile

Part = Callable[[asyncio.Event], Awaitable[None]]


def parts(settings: CandidatesSettings | None = None) -> Mapping[str, Part]:
    """Named coroutines, each of which runs until the event it is given is set."""
    settings = settings or CandidatesSettings()
    shards, bootstrap = settings.partitions, settings.kafka_bootstrap_servers
    learning = learner.subscription(shards)

    async def relay(stop: asyncio.Event) -> None:
        sessions = connect(settings.database_url, pool_size=2, name="candidates.relay")
        try:
            await Relay("candidates", sessions, bootstrap, shards, TOPICS).run(stop)
        finally:
            await sessions.close()

    async def learn(stop: asyncio.Event) -> None:
        sessions = connect(settings.database_url, pool_size=2, name="candidates.learner")
        try:
            await consume(learning, sessions=sessions, bootstrap_servers=bootstrap, shards=shards, stop=stop)
        finally:
            await sessions.close()

    async def repeat(stop: asyncio.Event) -> None:
        sessions = connect(settings.database_url, pool_size=2, name="candidates.reconcile")
        try:
            await reconcile(
                service="candidates",
                holdings=SnapshotHoldings(shards),
                topics=TOPICS,
                sessions=sessions,
                bootstrap_servers=bootstrap,
                shards=shards,
                stop=stop,
            )
        finally:
            await sessions.close()

    return {"candidates.relay": relay, "candidates.learner": learn, "candidates.reconcile": repeat}


def subscriptions(settings: CandidatesSettings) -> Mapping[str, Subscription]:
    """What is consumed, by group; a dead letter is replayed with its group's handler."""
    return {learner.GROUP: learner.subscription(settings.partitions)}
