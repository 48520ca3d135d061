"""A record as it came from the broker, read as far as it can be."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from aiokafka.structs import ConsumerRecord
from asyncpg.pgproto import pgproto

from shared.events import BY_TYPE, Event, ShardCounted, UndecodableRecordError, decode


@dataclass(slots=True)
class ConsumedRecord:
    """A record: an event, a total, or neither, with the reason."""

    offset: int
    timestamp: int
    key: bytes | None
    headers: Sequence[tuple[str, bytes]]
    value: bytes | None
    event: Event | None = None
    total: int | None = None
    error: str | None = None

    @property
    def identity(self) -> UUID:
        """What distinguishes this record from another at the same position: its ``ce_id``, or a hash of its bytes."""
        if self.event is not None:
            return self.event.id
        for name, value in self.headers:
            if name == "ce_id":
                try:
                    return UUID(value.decode())
                except (ValueError, AttributeError):  # a header's value may be null
                    break
        digest = hashlib.sha256(b"\0".join([self.key or b"", self.value or b"", repr(list(self.headers)).encode()]))
        return UUID(bytes=digest.digest()[:16])

    @property
    def is_tombstone(self) -> bool:
        """An empty record of a compacted topic; it says nothing that an erased record has not said."""
        return self.value is None and not self.headers


def parse_record(record: ConsumerRecord, *, validate: bool = True) -> ConsumedRecord:
    """Read a record; what cannot be read has an ``error``, with the event where at least the headers could be.

    Without ``validate`` the value is not looked at, for a handler that does not either. A handler that reads ``Event.raw`` wants
    it validated: what a foreign writer put on the topic must end as a dead letter, not as a number that nobody meant.
    """
    received = ConsumedRecord(record.offset, record.timestamp, record.key, record.headers, record.value)
    if received.is_tombstone:
        return received
    try:
        event = decode(received.headers, received.value, uuid=pgproto.UUID)  # made, compared and sent in a fraction of the time
        received.event = event
        kind = BY_TYPE.get(event.type)
        if validate or kind is None or kind is ShardCounted:
            data = event.data
            if isinstance(data, ShardCounted):
                received.event, received.total = None, data.total
    except UndecodableRecordError as error:
        received.error = str(error)
    return received
