"""What the projector is measured against: aiokafka reads records, orjson decodes them, and nothing is done with them.

`python -m benchmarks.bare_consumer ends SERVERS` prints where the partitions end; `... read SERVERS ENDS COUNT` reads COUNT
events from there on and prints how many a second.
"""

import sys
import time

import orjson
import uvloop
from aiokafka import AIOKafkaConsumer, TopicPartition

from shared.events import Topic
from shared.settings import SharedSettings

TOTAL = b"total"
"""The key of the relay's announcements, which are no events."""


async def main() -> None:
    """Do what the arguments ask."""
    consumer = AIOKafkaConsumer(
        bootstrap_servers=sys.argv[2], enable_auto_commit=False, fetch_max_wait_ms=200, max_partition_fetch_bytes=2_097_152
    )
    await consumer.start()
    try:
        partitions = [TopicPartition(Topic.ENGAGEMENT.value, number) for number in range(SharedSettings().partitions)]
        consumer.assign(partitions)
        if sys.argv[1] == "ends":
            ends = await consumer.end_offsets(partitions)
            print(orjson.dumps({str(one.partition): ends[one] for one in partitions}).decode())
            return
        begin = orjson.loads(sys.argv[3])
        for partition in partitions:
            consumer.seek(partition, begin[str(partition.partition)])
        print(await _read(consumer, int(sys.argv[4])))
    finally:
        await consumer.stop()


async def _read(consumer: AIOKafkaConsumer, wanted: int) -> float:
    count = first = 0
    started = 0.0
    while count < wanted:
        fetched = await consumer.getmany(timeout_ms=200, max_records=2000)
        for records in fetched.values():
            for record in records:
                if record.key != TOTAL:
                    orjson.loads(record.value)
                    count += 1
        if count and not first:
            first, started = count, time.perf_counter()
    return (count - first) / (time.perf_counter() - started)


if __name__ == "__main__":
    uvloop.run(main())
