"""What a topic lost is noticed by its readers and repeated by its owner."""

import asyncio
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from typing import Any
from uuid import UUID, uuid4

import pytest
from aiokafka.errors import KafkaConnectionError
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from shared.db.engine import Sessions
from shared.events import Event, Topic
from shared.ids import shard_of
from shared.kafka.consumer import consume
from shared.reconciliation.requests import ask_for_shards
from shared.reconciliation.responder import responder
from tests.contract.bus import SHARDS, Ledger, accept, consuming, publish, relaying, responded
from tests.waiting import eventually


class Log:
    """The owner's own record of what it accepted."""

    def __init__(self) -> None:
        self.events: dict[UUID, list[Event]] = {}

    def keep(self, *events: Event) -> tuple[Event, ...]:
        for event in events:
            assert event.subject is not None
            self.events.setdefault(event.subject, []).append(event)
        return events

    async def heads(
        self, _session: AsyncSession, _topic: Topic, shard: int, from_stream: UUID, to_stream: UUID
    ) -> Mapping[UUID, int]:
        return {
            stream: len(events)
            for stream, events in self.events.items()
            if from_stream <= stream <= to_stream and shard_of(stream, SHARDS) == shard
        }

    async def events_after(self, _session: AsyncSession, _topic: Topic, stream: UUID, after: int, limit: int) -> Sequence[Event]:
        return self.events[stream][after : after + limit]


@asynccontextmanager
async def owning(log: Log, sessions: Sessions, kafka: str) -> AsyncIterator[None]:
    """The owner's side of reconciliation, for the length of the block."""
    stop = asyncio.Event()
    subscription = responder(f"test-{uuid4().hex[:8]}", log, [Topic.ENGAGEMENT], shards=SHARDS)
    task = asyncio.create_task(consume(subscription, sessions=sessions, bootstrap_servers=kafka, stop=stop))
    try:
        yield
    finally:
        stop.set()
        await task


async def _lose_unpublished(sessions: Sessions) -> None:
    """As if the broker had acknowledged what is in the outbox, and then lost it."""
    async with sessions.begin() as session:
        await session.execute(
            text(
                "WITH gone AS (DELETE FROM outbox RETURNING topic, shard, counts) "
                "INSERT INTO outbox_totals (topic, shard, total) "
                "SELECT topic, shard, sum(counts) FROM gone GROUP BY topic, shard "
                "ON CONFLICT (topic, shard) DO UPDATE SET total = outbox_totals.total + excluded.total"
            )
        )


async def test_a_lost_tail_is_found_and_filled(engagement: Sessions, ledger: Ledger, kafka: str) -> None:
    log, stream = Log(), uuid4()
    await accept(engagement, *log.keep(*(responded(stream, sequence) for sequence in range(1, 4))))
    await _lose_unpublished(engagement)

    async with (
        owning(log, engagement, kafka),
        relaying(engagement, kafka),
        consuming(ledger, kafka, f"test.{uuid4().hex[:12]}"),
    ):
        found = await eventually(lambda: ledger.of(stream), lambda found: len(found) == 3, seconds=60)

    assert found == [1, 2, 3]


async def test_a_request_that_is_lost_is_made_again_though_nothing_more_is_published(
    engagement: Sessions, ledger: Ledger, kafka: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    log, stream, lost = Log(), uuid4(), asyncio.Event()
    await accept(engagement, *log.keep(*(responded(stream, sequence) for sequence in range(1, 4))))
    await _lose_unpublished(engagement)

    async def ask_in_vain_once(*asked: Any) -> None:
        if lost.is_set():
            return await ask_for_shards(*asked)
        lost.set()
        raise KafkaConnectionError("the broker went away with the request")

    monkeypatch.setattr("shared.kafka.consumer.ask_for_shards", ask_in_vain_once)
    monkeypatch.setattr("shared.kafka.consumer.LOOK_EVERY", 0.5)
    async with (
        owning(log, engagement, kafka),
        relaying(engagement, kafka),
        consuming(ledger, kafka, f"test.{uuid4().hex[:12]}"),
    ):
        found = await eventually(lambda: ledger.of(stream), lambda found: len(found) == 3, seconds=30)

    assert lost.is_set()
    assert found == [1, 2, 3]


async def test_a_gap_is_asked_for_and_filled(engagement: Sessions, ledger: Ledger, kafka: str) -> None:
    log, stream = Log(), uuid4()
    first, second, third = log.keep(*(responded(stream, sequence) for sequence in (1, 2, 3)))
    assert second.sequence == 2

    async with (
        owning(log, engagement, kafka),
        relaying(engagement, kafka),
        consuming(ledger, kafka, f"test.{uuid4().hex[:12]}"),
    ):
        await publish(kafka, first, third)
        found = await eventually(lambda: ledger.of(stream), lambda found: len(found) == 3, seconds=60)

    assert found == [1, 2, 3]


async def test_two_consumers_share_a_group_and_nothing_counts_twice(engagement: Sessions, ledger: Ledger, kafka: str) -> None:
    streams = [uuid4() for _ in range(24)]
    group = f"test.{uuid4().hex[:12]}"

    async def total() -> int:
        return sum([len(await ledger.of(stream)) for stream in streams])

    async with relaying(engagement, kafka), consuming(ledger, kafka, group):
        await accept(engagement, *(responded(stream, 1) for stream in streams))
        await eventually(total, lambda count: count == 24)
        async with consuming(ledger, kafka, group):
            for sequence in (2, 3, 4):
                await accept(engagement, *(responded(stream, sequence) for stream in streams))
            await eventually(total, lambda count: count >= 96)
        await accept(engagement, *(responded(stream, 5) for stream in streams))
        await eventually(total, lambda count: count >= 120)

    assert [await ledger.of(stream) for stream in streams] == [[1, 2, 3, 4, 5]] * 24
