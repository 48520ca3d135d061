"""A record of the broker is read as far as it can be, and always has an identity."""

from typing import Any
from uuid import UUID

import pytest
from aiokafka.structs import ConsumerRecord

from shared.kafka.consumed_record import parse_record


def record(headers: list[tuple[str, Any]]) -> ConsumerRecord[bytes, bytes]:
    return ConsumerRecord(
        topic="rekindle.engagement.v1",
        partition=0,
        offset=7,
        timestamp=0,
        timestamp_type=0,
        key=None,
        value=b"{}",
        checksum=None,
        serialized_key_size=-1,
        serialized_value_size=2,
        headers=headers,
    )


def test_the_id_of_an_event_tells_its_record_from_others() -> None:
    assert parse_record(record([("ce_id", b"00000000-0000-0000-0000-000000000007")])).identity == UUID(int=7)


@pytest.mark.parametrize("value", [None, b"", b"\xff", b"no uuid"])
def test_a_record_without_a_readable_id_is_told_by_its_bytes(value: bytes | None) -> None:
    received = parse_record(record([("ce_id", value)]))

    assert received.error is not None
    assert received.identity == parse_record(record([("ce_id", value)])).identity
    assert received.identity != parse_record(record([("ce_id", value), ("more", b"1")])).identity
