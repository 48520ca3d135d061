"""The Kafka topics, once: names, keys and how long they keep what they carry."""

from collections.abc import Mapping
from enum import StrEnum


class Topic(StrEnum):
    """A topic. Its value is its name on the broker."""

    CANDIDATES = "rekindle.candidates.v1"
    POSITIONS = "rekindle.positions.v1"
    ENGAGEMENT = "rekindle.engagement.v1"
    REENGAGEMENT = "rekindle.reengagement.v1"
    POOL = "rekindle.pool.v1"
    ACCESS = "rekindle.access.v1"
    CONTROL = "rekindle.control.v1"

    @property
    def is_compacted(self) -> bool:
        """Whether the topic keeps only the latest record of a key, so that ``sequence`` is a version with gaps."""
        return self in _COMPACTED

    @property
    def is_sequenced(self) -> bool:
        """Whether records carry a sequence at all; control records and revocations do not."""
        return self not in _UNSEQUENCED

    @property
    def is_keyed(self) -> bool:
        """Whether records are about one thing each, whose id is their key."""
        return self is not Topic.CONTROL

    def partitions(self, shards: int) -> int:
        """How many partitions the topic has where others have ``shards``; what has no order to share has one."""
        return shards if self.is_sequenced else 1

    @property
    def settings(self) -> Mapping[str, str]:
        """The topic's configuration on the broker."""
        if self.is_compacted:
            return {"cleanup.policy": "compact", "min.cleanable.dirty.ratio": "0.2", "max.message.bytes": "2097152"}
        if self is Topic.CONTROL:
            return {"cleanup.policy": "delete", "retention.ms": "86400000", "max.message.bytes": "2097152"}
        return {"cleanup.policy": "delete", "retention.ms": "-1", "max.message.bytes": "2097152"}


_COMPACTED = frozenset({Topic.CANDIDATES, Topic.POSITIONS, Topic.ACCESS})
_UNSEQUENCED = frozenset({Topic.ACCESS, Topic.CONTROL})
