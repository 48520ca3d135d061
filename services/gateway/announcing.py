"""Announcing revocations to every process, on the topic that all of them read."""

import asyncio
import logging
from collections.abc import Sequence
from datetime import UTC, datetime
from uuid import UUID, uuid4

from aiokafka import AIOKafkaProducer
from aiokafka.errors import KafkaError

from services.gateway.storage.tokens import Token
from shared.events import Event, TokenRevoked, Topic

logger = logging.getLogger(__name__)

SECONDS = 5.0
RETRY_AFTER = 2.0


class Announcer:
    """Publishes revocations that are committed; what the broker does not take is published as soon as it does."""

    def __init__(self, bootstrap_servers: str) -> None:
        self._bootstrap_servers = bootstrap_servers
        self._late: dict[UUID, Event] = {}
        self._retry: asyncio.Task[None] | None = None

    async def announce(self, revoked: Sequence[Token]) -> bool:
        """Publish that tokens are revoked; returns whether the broker has it, or the rest is done in the background."""
        events = {token.id: revocation_of(token) for token in revoked}
        if not events or await self._publish(list(events.values())):
            return True
        self._late |= events
        if self._retry is None or self._retry.done():
            self._retry = asyncio.create_task(self._publish_late())
        return False

    async def close(self) -> None:
        """Stop trying. Whatever was not published is published by the next start."""
        if self._retry is not None:
            self._retry.cancel()
            await asyncio.wait([self._retry])

    async def _publish_late(self) -> None:
        while self._late:
            await asyncio.sleep(RETRY_AFTER)
            events = dict(self._late)
            if await self._publish(list(events.values())):
                for token_id in events:
                    del self._late[token_id]

    async def _publish(self, events: Sequence[Event]) -> bool:
        """Send events with a producer of their own: there are few, and none costs anything while there are none."""
        producer = AIOKafkaProducer(bootstrap_servers=self._bootstrap_servers, acks="all", enable_idempotence=True)
        try:
            async with asyncio.timeout(SECONDS):
                await producer.start()
                for event in events:
                    await producer.send(Topic.ACCESS, event.value, key=event.key, partition=0, headers=event.headers())
                await producer.flush()
        except (KafkaError, TimeoutError, OSError) as error:
            logger.warning("revocations cannot be published, trying again: %r", error)
            return False
        finally:
            await asyncio.wait([asyncio.ensure_future(producer.stop())], timeout=SECONDS)
        return True


def revocation_of(token: Token) -> Event:
    """The event of a revoked token."""
    assert token.revoked_at is not None
    data = TokenRevoked(token_id=token.id, effective_at=token.revoked_at, expires_at=token.expires_at)
    return Event.of(data, id=uuid4(), source="rekindle", subject=token.id, sequence=None, time=datetime.now(UTC))
