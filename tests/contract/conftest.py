"""Contract tests begin with an empty engagement and control topic, so that totals count what the test itself publishes."""

from uuid import uuid4

import pytest
from aiokafka import AIOKafkaConsumer, TopicPartition
from aiokafka.admin import AIOKafkaAdminClient, RecordsToDelete

from shared.db.engine import Sessions
from shared.events import Topic
from tests.contract.bus import SHARDS, Ledger


@pytest.fixture(autouse=True)
async def _empty_topics(kafka: str) -> None:
    partitions = [
        TopicPartition(topic, shard) for topic in (Topic.ENGAGEMENT, Topic.CONTROL) for shard in range(topic.partitions(SHARDS))
    ]
    async with AIOKafkaConsumer(bootstrap_servers=kafka) as consumer:
        ends = await consumer.end_offsets(partitions)
    admin = AIOKafkaAdminClient(bootstrap_servers=kafka)
    await admin.start()
    try:
        await admin.delete_records({partition: RecordsToDelete(before_offset=end) for partition, end in ends.items() if end})
    finally:
        await admin.close()


@pytest.fixture
async def ledger(analytics: Sessions) -> Ledger:
    """What the consumer of the test applies."""
    ledger = Ledger(analytics)
    await ledger.prepare()
    return ledger


@pytest.fixture
def group() -> str:
    """A group of its own for each test, so that tests do not see each other's offsets."""
    return f"test.{uuid4().hex[:12]}"
