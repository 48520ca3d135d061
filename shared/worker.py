"""The long-running parts of a service, wired in one way: its relay, its consumers, and what else it declares."""

import asyncio
from collections.abc import Awaitable, Callable, Coroutine, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import Any, Protocol

from shared.db.engine import Sessions, connect
from shared.events import Topic
from shared.kafka.consumer import Subscription, consume
from shared.outbox.relay import Relay

Part = Callable[[asyncio.Event], Coroutine[Any, Any, None]]
"""Runs until the event that it is given is set."""

Work = Callable[[Sessions, asyncio.Event], Awaitable[None]]
"""The same, on the sessions that the parts of a service share."""


class WorkerSettings(Protocol):
    """The settings that the parts of a service need."""

    @property
    def database_url(self) -> str: ...
    @property
    def pool_size(self) -> int: ...
    @property
    def kafka_bootstrap_servers(self) -> str: ...
    @property
    def consumer_window(self) -> float: ...


def service_parts(
    service: str,
    settings: WorkerSettings,
    subscriptions: Sequence[Subscription],
    *,
    publishes: Sequence[Topic] = (),
    relay_windows: int = 1,
    also: Mapping[str, Work] | None = None,
) -> Mapping[str, Part]:
    """The parts of a service by name: a consumer has its group's, the relay of the topics that it publishes ``<service>.relay``.

    ``relay_windows``: how many windows lie between two batches of the relay while little comes. They share one pool, which is
    closed when the last of them has ended.
    """
    servers, window = settings.kafka_bootstrap_servers, settings.consumer_window
    work: dict[str, Work] = {}
    if publishes:
        paced = window * relay_windows
        work[f"{service}.relay"] = lambda sessions, stop: Relay(service, sessions, servers, publishes, paced).run(stop)
    for one in subscriptions:
        work[one.group] = partial(_consume, one, servers, window)
    pool = _Pool(settings, f"{service} worker")
    return {name: partial(pool.run, done) for name, done in {**work, **(also or {})}.items()}


async def _consume(subscription: Subscription, servers: str, window: float, sessions: Sessions, stop: asyncio.Event) -> None:
    await consume(subscription, sessions=sessions, bootstrap_servers=servers, stop=stop, window=window)


@dataclass(slots=True)
class _Pool:
    """The connections of a service's parts in this process, opened by the first and closed by the last."""

    settings: WorkerSettings
    name: str
    sessions: Sessions | None = None
    users: int = field(default=0)

    async def run(self, work: Work, stop: asyncio.Event) -> None:
        if self.sessions is None:
            self.sessions = connect(self.settings.database_url, pool_size=self.settings.pool_size, name=self.name)
        sessions = self.sessions
        self.users += 1
        try:
            await work(sessions, stop)
        finally:
            self.users -= 1
            if not self.users:
                self.sessions = None
                await sessions.close()
