"""Asking on the control topic for events that a consumer lacks."""

from collections.abc import Mapping, Sequence
from uuid import UUID

from aiokafka import AIOKafkaProducer, TopicPartition

from shared.db.engine import Sessions
from shared.events import Event, RecordsMissed, Topic

CHUNK = 5000
FIRST = UUID(int=0)
LAST = UUID(int=2**128 - 1)
_HEADS = """
    SELECT stream, sequence FROM inbox_heads WHERE group_name = $1 AND topic = $2 AND shard = $3 AND stream >= $4
    ORDER BY stream LIMIT $5
"""


async def ask_for_streams(producer: AIOKafkaProducer, group: str, gaps: Mapping[TopicPartition, Mapping[UUID, int]]) -> None:
    """Ask for what follows the last sequence applied, of some streams."""
    for partition, heads in gaps.items():
        for stream, sequence in heads.items():
            await _send(producer, group, partition, stream, stream, {stream: sequence})


async def ask_for_shards(
    producer: AIOKafkaProducer, sessions: Sessions, group: str, partitions: Sequence[TopicPartition]
) -> None:
    """Say all that is known of some shards, so that the owner can find out what is missing."""
    for partition in partitions:
        begin = FIRST
        while True:
            rows = await sessions.fetch_alone(_HEADS, group, partition.topic, partition.partition, begin, CHUNK)
            end = LAST if len(rows) < CHUNK else rows[-1][0]
            await _send(producer, group, partition, begin, end, dict(rows))
            if end == LAST:
                break
            begin = UUID(int=end.int + 1)


async def _send(
    producer: AIOKafkaProducer, group: str, partition: TopicPartition, begin: UUID, end: UUID, heads: dict[UUID, int]
) -> None:
    missed = RecordsMissed(
        group=group,
        of_topic=Topic(partition.topic),
        shard=partition.partition,
        from_stream=begin,
        to_stream=end,
        heads=heads,
    )
    event = Event.of_no_stream(missed)
    await producer.send_and_wait(Topic.CONTROL, event.value, headers=event.headers(), partition=0)
