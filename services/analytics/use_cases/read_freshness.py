"""Read how far behind the read models are: what the topics hold and is not applied, and what producers have not published."""

import logging
from datetime import datetime, timedelta

from aiokafka import TopicPartition
from aiokafka.errors import KafkaError

from services.analytics.domain.freshness import Freshness, Waiting, freshness_of
from services.analytics.domain.projector import GROUP, TOPICS
from services.analytics.storage import heads, producers
from shared.db.engine import Sessions
from shared.kafka.lag import LagProbe

logger = logging.getLogger(__name__)

LEAVE_ALONE_FOR = timedelta(seconds=5)
"""A broker that did not answer is not asked again for so long: readers of funnels must not wait for it."""


class FreshnessReader:
    """Reads freshness; one a process, for it remembers what it saw. ``now`` is when the process started."""

    def __init__(self, bootstrap_servers: str, *, partitions: int, now: datetime) -> None:
        self._probe = LagProbe(bootstrap_servers)
        self._never_read = {(topic.value, partition): 0 for topic in TOPICS for partition in range(partitions)}
        self._waiting = Waiting()
        self._ends: dict[tuple[str, int], int] = {}
        self._started_at = self._answered_at = now
        self._failed_at: datetime | None = None

    async def read(self, sessions: Sessions, *, now: datetime) -> Freshness:
        """How far behind the read models are. A silent broker shows as uncertainty, never as an error."""
        async with sessions.begin() as session:
            stored = self._never_read | await heads.next_offsets(session, GROUP)
            reports = await producers.reports(session)
        await self._ask(list(stored), now)
        ends = {partition: self._ends.get(partition, offset) for partition, offset in stored.items()}
        return freshness_of(
            reports,
            lag=sum(max(0, end - stored[partition]) for partition, end in ends.items()),
            waiting_since=self._waiting.since(ends, stored, now),
            asked_at=self._answered_at,
            started_at=self._started_at,
            now=now,
        )

    async def _ask(self, partitions: list[tuple[str, int]], now: datetime) -> None:
        if self._failed_at is not None and now - self._failed_at < LEAVE_ALONE_FOR:
            return
        try:
            ends = await self._probe.ends([TopicPartition(*partition) for partition in sorted(partitions)])
        except (KafkaError, OSError, TimeoutError) as error:
            logger.warning("the broker does not say where the topics end: %r", error)
            self._failed_at = now
            return
        self._ends = {(one.topic, one.partition): end for one, end in ends.items()}
        self._answered_at, self._failed_at = now, None

    async def close(self) -> None:
        """Let go of the broker."""
        await self._probe.close()
