"""What becomes of the broker's data is no business of the numbers: loss of all, of a tail, and records nobody can read."""

import asyncio
import os
import random
import shutil
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import httpx
import pytest
from aiokafka import AIOKafkaProducer
from prometheus_client.parser import text_string_to_metric_families

from rekindle.embedded.stack import Stack, running
from shared.events import Topic
from tests.chaos.rebuilding import command
from tests.chaos.verdict import counted, funnels, judge
from tests.chaos.writers import Answers, Writer
from tests.waiting import eventually

pytestmark = pytest.mark.timeout(300)


async def write(stack: Stack, answers: Answers, *, first: int, writers: int = 4, candidates: int = 3) -> None:
    """Let some writers write all that they have."""
    all_of_them = [Writer(n, stack.url, stack.token, answers, candidates=candidates) for n in range(first, first + writers)]
    await asyncio.gather(*[writer.run(asyncio.Event()) for writer in all_of_them])


@asynccontextmanager
async def client_of(stack: Stack) -> AsyncIterator[httpx.AsyncClient]:
    headers = {"Authorization": f"Bearer {stack.token}"}
    async with httpx.AsyncClient(base_url=stack.url, headers=headers, timeout=30) as client:
        yield client


async def gauge(client: httpx.AsyncClient, name: str) -> float:
    """The sum of a metric over all its labels."""
    response = await client.get("/metrics")
    assert response.status_code == 200
    families = text_string_to_metric_families(response.text)
    return sum(sample.value for family in families for sample in family.samples if sample.name == name)


async def test_after_the_loss_of_the_brokers_data_republishing_brings_everything_back(tmp_path: Path) -> None:
    async with running(data=tmp_path) as stack, client_of(stack) as client:
        answers = Answers()
        await write(stack, answers, first=0)
        await counted(client, answers, seconds=60)

        await stack.halt("kafka")
        shutil.rmtree(stack.folder.kafka)
        await write(stack, answers, first=10, writers=2)  # the API goes on accepting without a broker
        await stack.start_again("kafka")
        status, output = await command(stack, "republish")

        assert status == 0, output
        await judge(client, stack.env["KAFKA_BOOTSTRAP_SERVERS"], answers)


async def test_the_lost_tail_of_a_topic_is_found_and_repaired_without_a_later_event(tmp_path: Path) -> None:
    async with running(data=tmp_path, split=True) as stack, client_of(stack) as client:
        answers = Answers()
        await write(stack, answers, first=0, writers=2)
        await counted(client, answers, seconds=60)
        await stack.halt("analytics.projector")
        await write(stack, answers, first=10, writers=2)
        await eventually(lambda: gauge(client, "rekindle_outbox_rows"), lambda rows: rows == 0)

        await stack.halt("kafka")
        lost = _cut_tails(stack.folder.kafka)
        await stack.start_again("kafka")
        await stack.start_again("analytics.projector")

        assert lost > 0
        await counted(client, answers, seconds=60)
        await funnels(client, answers)
        assert await eventually(lambda: gauge(client, "rekindle_missing_events"), lambda short: short == 0) == 0


def _cut_tails(folder: Path) -> int:
    """Cut every partition of the engagement topic in half, as after a crash of a disk that lied; returns the bytes lost."""
    lost = 0
    for log in folder.rglob(f"{Topic.ENGAGEMENT}-*/*.log"):
        size = log.stat().st_size
        os.truncate(log, size // 2)
        lost += size - size // 2
        for index in [*log.parent.glob("*.index"), *log.parent.glob("*.timeindex"), *log.parent.glob("*.snapshot")]:
            index.unlink()
    for marker in folder.rglob(".kafka_cleanshutdown"):
        marker.unlink()
    for checkpoint in folder.rglob("*-checkpoint"):
        if checkpoint.name in {"recovery-point-offset-checkpoint", "replication-offset-checkpoint"}:
            checkpoint.unlink()
    return lost


POISONS: tuple[tuple[bytes, list[tuple[str, bytes]]], ...] = (
    (b"\xff\xfe\x00junk", []),
    (b'{"a": ', [("ce_type", b"rekindle.pursuit.contacted")]),
    (b"{}", [("ce_id", b"no-uuid"), ("ce_type", b"x"), ("ce_source", b"x"), ("ce_time", b"2026-01-01T00:00:00Z")]),
    (b"[1, 2]", [("ce_sequence", b"\xff")]),
)
READERS = {
    Topic.CANDIDATES: ("engagement.records", "analytics.projector"),
    Topic.POSITIONS: ("engagement.records", "analytics.projector"),
    Topic.ENGAGEMENT: ("engagement.facts", "analytics.projector", "candidates.learner"),
    Topic.REENGAGEMENT: ("analytics.projector",),
    Topic.CONTROL: ("engagement.reconcile", "candidates.reconcile", "analytics.producers"),
}


async def test_poison_goes_to_the_dead_letters_and_harms_nothing_else(tmp_path: Path) -> None:
    async with running(data=tmp_path) as stack, client_of(stack) as client:
        answers = Answers()
        _, poisoned = await asyncio.gather(write(stack, answers, first=0), _poison(stack, each=15))

        await judge(client, stack.env["KAFKA_BOOTSTRAP_SERVERS"], answers)
        expected = sum(poisoned * len(READERS.get(topic, ())) for topic in Topic)
        dead = await eventually(lambda: gauge(client, "rekindle_dead_letters"), lambda found: found == expected)
        status, output = await command(stack, "dead-letters", "list")

        assert dead == expected
        assert status == 0, output


async def _poison(stack: Stack, *, each: int) -> int:
    """Write unreadable records on every topic; returns how many on each."""
    dice = random.Random(5)
    async with AIOKafkaProducer(bootstrap_servers=stack.env["KAFKA_BOOTSTRAP_SERVERS"]) as producer:
        for number in range(each):
            for topic in Topic:
                value, headers = dice.choice(POISONS)
                key = f"poison-{number}".encode()
                partition = dice.randrange(topic.partitions(12))
                await producer.send_and_wait(topic, value, key=key, partition=partition, headers=headers)
    return each
