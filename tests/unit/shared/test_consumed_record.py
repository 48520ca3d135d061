"""A record of the broker is read as far as it can be, and always has an identity."""

from datetime import UTC, datetime
from typing import Any
from uuid import UUID, uuid4

import pytest
from aiokafka.structs import ConsumerRecord

from shared.events import Event, EventData, PursuitResponded, ShardCounted
from shared.kafka.consumed_record import parse_record


def record(headers: list[tuple[str, Any]], value: bytes = b"{}") -> ConsumerRecord[bytes, bytes]:
    return ConsumerRecord(
        topic="rekindle.engagement.v1",
        partition=0,
        offset=7,
        timestamp=0,
        timestamp_type=0,
        key=None,
        value=value,
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


def _headers(kind: type[EventData]) -> list[tuple[str, bytes]]:
    event = Event(uuid4(), kind.type, "ats", uuid4(), 1, datetime(2026, 1, 1, tzinfo=UTC), b"")
    return event.headers()


@pytest.mark.parametrize("value", [b"", b"[]", b'{"words": "many"}'])
def test_data_of_a_wrong_shape_reaches_no_handler_that_reads_it(value: bytes) -> None:
    read = record(_headers(PursuitResponded), value)

    assert parse_record(read).error is not None
    assert parse_record(read, validate=False).error is None


def test_an_unknown_type_and_a_total_are_told_whether_the_data_is_read_or_not() -> None:
    unknown = [(name, b"x" if name == "ce_type" else held) for name, held in _headers(PursuitResponded)]

    assert parse_record(record(unknown), validate=False).error == "unknown type 'x'"
    assert parse_record(record(_headers(ShardCounted), b'{"total": 7}'), validate=False).total == 7
    assert parse_record(record(_headers(ShardCounted), b"{}"), validate=False).error is not None
