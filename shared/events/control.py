"""What services report to each other: totals, what is missing, how far behind a relay is, what an erasure removed."""

from typing import ClassVar
from uuid import UUID

from pydantic import Field

from shared.events.base import EventData
from shared.events.topics import Topic
from shared.timestamps import Moment


class ShardCounted(EventData):
    """How much a shard holds: the sum of all its streams' sequences, up to this record.

    The relay writes it into the partition that it counts, behind the records it counts. It has no stream and no sequence.
    """

    type: ClassVar[str] = "rekindle.shard.counted"
    topic: ClassVar[Topic] = Topic.CONTROL
    total: int = Field(ge=0)


class RecordsMissed(EventData):
    """A consumer lacks records of a topic.

    ``heads`` is the last sequence applied of each stream that the consumer knows between ``from_stream`` and ``to_stream``
    (both included); a stream between them that is not named is unknown to it. The owner publishes again what follows.
    """

    type: ClassVar[str] = "rekindle.records.missed"
    topic: ClassVar[Topic] = Topic.CONTROL
    group: str
    of_topic: Topic
    shard: int
    from_stream: UUID
    to_stream: UUID
    heads: dict[UUID, int]


class RelayReported(EventData):
    """How much a service's relay has not published yet."""

    type: ClassVar[str] = "rekindle.relay.reported"
    topic: ClassVar[Topic] = Topic.CONTROL
    service: str
    backlog: int = Field(ge=0)
    oldest_at: Moment | None = None


class ErasureConfirmed(EventData):
    """A service has removed what it held of one stream of an erased person.

    ``removed`` counts what was removed, by kind. An erasure is done once every service that it waits for has confirmed every
    stream. It may be sent more than once.
    """

    type: ClassVar[str] = "rekindle.erasure.confirmed"
    topic: ClassVar[Topic] = Topic.CONTROL
    erasure_id: UUID
    candidate_id: UUID
    service: str
    removed: dict[str, int]
