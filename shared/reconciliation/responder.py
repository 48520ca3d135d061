"""Giving consumers what they miss: the owner of a topic compares what it holds with what was applied, and repeats the rest."""

import logging
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Protocol
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from shared import outbox
from shared.events import Event, RecordsMissed, Topic
from shared.kafka.consumer import Subscription

logger = logging.getLogger(__name__)

STALE_AFTER = timedelta(minutes=2)
"""A request older than this was answered, or will be asked again."""
SLICES = 64
MOST = 20_000
"""Events repeated for one request; the rest is found by the next total."""


class Holdings(Protocol):
    """What a service holds of the topics it owns."""

    async def heads(
        self, session: AsyncSession, topic: Topic, shard: int, from_stream: UUID, to_stream: UUID
    ) -> Mapping[UUID, int]:
        """The last sequence of every stream of a shard between two ids, both included."""

    async def events_after(self, session: AsyncSession, topic: Topic, stream: UUID, after: int, limit: int) -> Sequence[Event]:
        """The events of a stream that follow a sequence, in order; on a compacted topic the newest alone."""


@dataclass(frozen=True, slots=True)
class _Answer:
    holdings: Holdings
    topics: Sequence[Topic]
    shards: int

    async def __call__(self, session: AsyncSession, events: Sequence[Event]) -> None:
        for event in events:
            missed = event.data
            if not isinstance(missed, RecordsMissed) or missed.of_topic not in self.topics:
                continue
            if event.time < datetime.now(UTC) - STALE_AFTER:
                continue
            await self._repeat(session, missed)

    async def _repeat(self, session: AsyncSession, missed: RecordsMissed) -> None:
        repeated = 0
        for begin, end in _slices(missed.from_stream, missed.to_stream):
            held = await self.holdings.heads(session, missed.of_topic, missed.shard, begin, end)
            for stream in sorted(held):
                after = missed.heads.get(stream, 0)
                if held[stream] <= after or repeated >= MOST:
                    continue
                events = await self.holdings.events_after(session, missed.of_topic, stream, after, MOST - repeated)
                await outbox.append(session, missed.of_topic, events, shards=self.shards, repeats=True)
                repeated += len(events)
            if repeated >= MOST:
                break
        if repeated:
            logger.warning(
                "%s lacked %d events of shard %d of %s; they are published again",
                missed.group, repeated, missed.shard, missed.of_topic,
            )  # fmt: skip


def _slices(first: UUID, last: UUID) -> Iterator[tuple[UUID, UUID]]:
    """A range of ids cut at the borders of ``SLICES`` equal parts of all ids, so that no part of a large owner fills memory."""
    width = 2**128 // SLICES
    begin = first.int
    while begin <= last.int:
        end = min(last.int, (begin // width + 1) * width - 1)
        yield UUID(int=begin), UUID(int=end)
        begin = end + 1


def responder(service: str, holdings: Holdings, topics: Sequence[Topic], *, shards: int) -> Subscription:
    """Answers requests for missing events of ``topics``, which ``service`` publishes."""
    return Subscription(f"{service}.reconcile", (Topic.CONTROL,), _Answer(holdings, topics, shards))
