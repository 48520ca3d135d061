"""How far a consumer group is behind: what the broker holds against what is stored as applied."""

import asyncio
import time
from collections.abc import Mapping, Sequence

from aiokafka import AIOKafkaConsumer, TopicPartition

from shared.db.engine import Sessions

BROKER_TIMEOUT = 2.0
FRESH_FOR = 0.25


class LagProbe:
    """Asks the broker where partitions end. One for each process; connects on first use, and again after a fault."""

    def __init__(self, bootstrap_servers: str) -> None:
        self._bootstrap_servers = bootstrap_servers
        self._consumer: AIOKafkaConsumer | None = None
        self._lock = asyncio.Lock()
        self._ends: dict[TopicPartition, int] = {}
        self._asked_at = 0.0

    async def behind(self, sessions: Sessions, group: str) -> int:
        """Records on the broker that the group has not applied. Raises KafkaError or TimeoutError where it does not answer."""
        return sum((await self.behind_by_partition(sessions, group)).values())

    async def behind_by_partition(self, sessions: Sessions, group: str) -> dict[TopicPartition, int]:
        """As ``behind``, for each partition that the group has ever been given."""
        rows = await sessions.fetch_alone("SELECT topic, partition, next_offset FROM inbox_offsets WHERE group_name = $1", group)
        stored = {TopicPartition(topic, partition): offset for topic, partition, offset in rows}
        ends = await self.ends(sorted(stored))
        return {partition: max(0, ends[partition] - offset) for partition, offset in stored.items()}

    async def ends(self, partitions: Sequence[TopicPartition]) -> Mapping[TopicPartition, int]:
        """The offset after the last record of each partition, at most a quarter of a second old."""
        if not partitions:
            return {}
        async with self._lock:
            if time.monotonic() - self._asked_at < FRESH_FOR and all(p in self._ends for p in partitions):
                return self._ends
            try:
                async with asyncio.timeout(BROKER_TIMEOUT):
                    self._ends |= await self._ask(partitions)
            except BaseException:
                await self._drop()
                raise
            self._asked_at = time.monotonic()
            return self._ends

    async def _connected(self) -> AIOKafkaConsumer:
        if self._consumer is None:
            self._consumer = AIOKafkaConsumer(
                bootstrap_servers=self._bootstrap_servers, enable_auto_commit=False, request_timeout_ms=2000
            )
            await self._consumer.start()
        return self._consumer

    async def _ask(self, partitions: Sequence[TopicPartition]) -> dict[TopicPartition, int]:
        ends: dict[TopicPartition, int] = await (await self._connected()).end_offsets(partitions)
        return ends

    async def check(self) -> None:
        """A readiness check: raises unless the broker answers."""
        async with self._lock:
            try:
                async with asyncio.timeout(BROKER_TIMEOUT):
                    await self._alive()
            except BaseException:
                await self._drop()
                raise

    async def _alive(self) -> None:
        await (await self._connected()).topics()

    async def _drop(self) -> None:
        consumer, self._consumer = self._consumer, None
        self._asked_at = 0.0
        if consumer is not None:
            await asyncio.wait([asyncio.ensure_future(consumer.stop())], timeout=1)

    async def close(self) -> None:
        """Let go of the connection."""
        await self._drop()
