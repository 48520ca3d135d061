"""Asking on the control topic for events that a consumer lacks."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from uuid import UUID, uuid4

from aiokafka import AIOKafkaProducer, TopicPartition
from sqlalchemy import text

from shared.db.engine import Sessions
from shared.events import Event, RecordsMissed, Topic

CHUNK = 5000
FIRST = UUID(int=0)
LAST = UUID(int=2**128 - 1)


async def ask_for_streams(producer: AIOKafkaProducer, group: str, gaps: Mapping[TopicPartition, Mapping[UUID, int]]) -> None:
    """Ask for what follows the last sequence applied, of some streams."""
    for partition, heads in gaps.items():
        for stream, sequence in heads.items():
            await _send(producer, group, partition, stream, stream, {stream: sequence})


async def ask_for_shards(
    producer: AIOKafkaProducer, sessions: Sessions, group: str, partitions: Sequence[TopicPartition]
) -> None:
    """Say all that is known of some shards, so that the owner can tell what is missing."""
    for partition in partitions:
        begin = FIRST
        while True:
            async with sessions.begin() as session:
                rows = (
                    await session.execute(
                        text(
                            "SELECT stream, sequence FROM inbox_heads WHERE group_name = :group AND topic = :topic "
                            "AND shard = :shard AND stream >= :begin ORDER BY stream LIMIT :chunk"
                        ),
                        {
                            "group": group,
                            "topic": partition.topic,
                            "shard": partition.partition,
                            "begin": begin,
                            "chunk": CHUNK,
                        },
                    )
                ).all()
            end = LAST if len(rows) < CHUNK else rows[-1].stream
            await _send(producer, group, partition, begin, end, {row.stream: row.sequence for row in rows})
            if end == LAST:
                break
            begin = UUID(int=end.int + 1)


async def _send(
    producer: AIOKafkaProducer, group: str, partition: TopicPartition, begin: UUID, end: UUID, heads: dict[UUID, int]
) -> None:
    event = Event.of(
        RecordsMissed(
            group=group,
            of_topic=Topic(partition.topic),
            shard=partition.partition,
            from_stream=begin,
            to_stream=end,
            heads=heads,
        ),
        id=uuid4(),
        source="rekindle",
        subject=None,
        sequence=None,
        time=datetime.now(UTC),
    )
    await producer.send_and_wait(Topic.CONTROL, event.value, headers=event.headers(), partition=0)
