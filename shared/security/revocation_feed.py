"""Reading the topic of revoked tokens, in every process that verifies tokens.

It has no consumer group: each process reads everything, from the beginning, and then waits for more. The broker answers a waiting
fetch as soon as there is a record, so a revocation arrives at once, and waiting costs one request in ten seconds.
"""

import asyncio
import logging
from collections.abc import Iterable

from aiokafka import AIOKafkaConsumer, TopicPartition
from aiokafka.errors import KafkaError
from aiokafka.structs import ConsumerRecord

from shared.events import TokenRevoked, Topic, UndecodableRecordError, decode
from shared.security.revocations import Revocations

logger = logging.getLogger(__name__)

PARTITION = TopicPartition(Topic.ACCESS, 0)
FETCH_WAIT_MS = 10_000
RETRY_AFTER = 0.5


class RevocationFeed:
    """Keeps a process's revocations up to date."""

    def __init__(self, revocations: Revocations, bootstrap_servers: str) -> None:
        self._revocations = revocations
        self._bootstrap_servers = bootstrap_servers

    async def run(self) -> None:
        """Read for ever, and begin anew after a fault. The revocations are complete once the topic was read to its end."""
        while True:
            try:
                if await self._broker_listens():
                    await self._read()
            except (KafkaError, TimeoutError, OSError) as error:
                logger.warning("revoked tokens cannot be read from the broker, trying again: %r", error)
            await asyncio.sleep(RETRY_AFTER)

    async def check(self) -> None:
        """Raise when it is not known which tokens are revoked."""
        if not self._revocations.complete:
            raise RuntimeError("the revoked tokens were not read so far: tokens are not accepted")

    async def _broker_listens(self) -> bool:
        """Whether any broker takes connections. The client would complain of each attempt while a broker starts."""
        for server in self._bootstrap_servers.split(","):
            host, _, port = server.strip().rpartition(":")
            try:
                async with asyncio.timeout(2):
                    _, writer = await asyncio.open_connection(host, int(port))
            except (OSError, TimeoutError):
                continue
            writer.close()
            return True
        return False

    async def _read(self) -> None:
        consumer = AIOKafkaConsumer(
            bootstrap_servers=self._bootstrap_servers,
            enable_auto_commit=False,
            auto_offset_reset="earliest",
            fetch_max_wait_ms=FETCH_WAIT_MS,
        )
        try:
            await consumer.start()
            if Topic.ACCESS not in await consumer.topics():
                return  # the broker is being set up
            # Before the first fetch: a broker answers one request of a connection after the other, and fetches wait.
            end = (await consumer.end_offsets([PARTITION]))[PARTITION]
            consumer.assign([PARTITION])
            while await consumer.position(PARTITION) < end:
                for records in (await consumer.getmany(timeout_ms=1000)).values():
                    self._take(records)
            self._revocations.complete = True
            while True:
                self._take([await consumer.getone()])
        finally:
            await consumer.stop()

    def _take(self, records: Iterable[ConsumerRecord]) -> None:
        for record in records:
            if record.value is None:
                continue
            try:
                data = decode(record.headers, record.value).data
            except UndecodableRecordError as error:
                logger.error("a record of %s at %s cannot be read: %s", Topic.ACCESS, record.offset, error)  # noqa: TRY400
                continue
            if isinstance(data, TokenRevoked):
                self._revocations.add(data.token_id, data.effective_at.timestamp())
