"""The relay is woken by whoever appends, looks by itself when nobody tells it, and announces totals seldom."""

import asyncio
from collections import Counter
from uuid import uuid4

import pytest
from aiokafka import AIOKafkaConsumer, TopicPartition
from sqlalchemy import text

from shared.db.engine import Sessions
from shared.events import Topic
from shared.ids import shard_of
from shared.kafka.consumed_record import parse_record
from tests.contract.bus import SHARDS, accept, relaying, responded
from tests.waiting import eventually

NEVER = 3600.0


async def _published(kafka: str) -> Counter[str]:
    """The records on the engagement topic, by type."""
    found: Counter[str] = Counter()
    async with AIOKafkaConsumer(bootstrap_servers=kafka, auto_offset_reset="earliest", enable_auto_commit=False) as consumer:
        partitions = [TopicPartition(Topic.ENGAGEMENT, shard) for shard in range(SHARDS)]
        consumer.assign(partitions)
        begins, ends = await consumer.beginning_offsets(partitions), await consumer.end_offsets(partitions)
        left = sum(ends[one] - begins[one] for one in partitions)
        while left > 0:
            for records in (await consumer.getmany(timeout_ms=1000)).values():
                left -= len(records)
                found.update("total" if parse_record(one).total is not None else "event" for one in records)
    return found


async def _is_empty(sessions: Sessions) -> bool:
    async with sessions.begin() as session:
        return not await session.scalar(text("SELECT EXISTS (SELECT FROM outbox)"))


async def test_whoever_appends_wakes_the_relay(engagement: Sessions, kafka: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("shared.outbox.relay.LOOK_EVERY", NEVER)
    async with relaying(engagement, kafka):
        for sequence in range(1, 4):
            await accept(engagement, responded(uuid4(), sequence))
            await eventually(lambda: _is_empty(engagement), seconds=20)

    assert (await _published(kafka))["event"] == 3


async def test_what_nobody_told_of_is_found(engagement: Sessions, kafka: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("shared.db.engine.Notifier.notify", lambda _: None)
    async with relaying(engagement, kafka):
        await accept(engagement, responded(uuid4(), 1))
        await eventually(lambda: _is_empty(engagement), seconds=20)

    assert (await _published(kafka))["event"] == 1


async def test_a_shard_that_grows_is_announced_when_it_is_quiet(
    engagement: Sessions, kafka: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("shared.reconciliation.shard_totals.LOOK_EVERY", 0.0)
    stream = uuid4()

    async def announced() -> int:
        async with engagement.begin() as session:
            query = text("SELECT announced_total FROM outbox_totals WHERE topic = :topic AND shard = :shard")
            return await session.scalar(query, {"topic": Topic.ENGAGEMENT, "shard": shard_of(stream, SHARDS)}) or 0

    async with relaying(engagement, kafka):
        for sequence in range(1, 11):
            await accept(engagement, responded(stream, sequence))
            await eventually(lambda: _is_empty(engagement))
        await eventually(announced, lambda total: total == 10)

    # One may come early: a leader announces at once what was not announced by the one before.
    assert 1 <= (await _published(kafka))["total"] <= 2


async def test_two_relays_publish_each_event_once(engagement: Sessions, kafka: str) -> None:
    async with relaying(engagement, kafka), relaying(engagement, kafka):
        async with asyncio.TaskGroup() as tasks:
            for _ in range(20):
                tasks.create_task(accept(engagement, responded(uuid4(), 1)))
        await eventually(lambda: _is_empty(engagement))

    assert (await _published(kafka))["event"] == 20
