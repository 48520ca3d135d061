"""An event as it is on the bus: CloudEvents 1.0, binary mode, JSON data as value."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any
from uuid import UUID, uuid4

import orjson

from shared.events.base import EventData

Headers = list[tuple[str, bytes]]

LAST_SEQUENCE = 2**40
"""More than any stream will have; and readers, who add up the sequences of millions of streams, stay within 64 bits."""


class UndecodableRecordError(ValueError):
    """The record is no event that this release knows; the message says why. It goes to the dead letters."""


@dataclass(slots=True)
class Event:
    """One event. Nobody changes it; it is not frozen because one is made of each record, and that would take twice as long.

    ``subject`` is the stream: a candidate or a position. ``sequence`` counts from 1 in each stream of a topic; it is None on
    the control topic. ``time`` is when the thing happened, ``received_at`` when Rekindle learned of it, both in UTC.
    """

    id: UUID
    type: str
    source: str
    subject: UUID | None
    sequence: int | None
    time: datetime
    value: bytes
    traceparent: str | None = None
    received_at: datetime | None = None
    _raw: dict[str, Any] | None = field(default=None, init=False, repr=False, compare=False)
    _data: EventData | None = field(default=None, init=False, repr=False, compare=False)

    @classmethod
    def of(
        cls,
        data: EventData,
        *,
        id: UUID,
        source: str,
        subject: UUID | None,
        sequence: int | None,
        time: datetime,
        traceparent: str | None = None,
    ) -> "Event":
        """The event that carries the public part of ``data``."""
        return cls(id, data.type, source, subject, sequence, time, data.public_json(), traceparent)

    @classmethod
    def of_no_stream(cls, data: EventData) -> "Event":
        """An event of Rekindle's own that is of no stream, and happens now."""
        return cls.of(data, id=uuid4(), source="rekindle", subject=None, sequence=None, time=datetime.now(UTC))

    @property
    def data(self) -> EventData:
        """The data as its class, validated once. Raises UndecodableRecordError."""
        if self._data is None:
            self._data = self._validated()
        return self._data

    @property
    def raw(self) -> dict[str, Any]:
        """The data as JSON values, parsed once and not validated. Raises UndecodableRecordError."""
        if self._raw is None:
            self._raw = self._parsed()
        return self._raw

    def _validated(self) -> EventData:
        from shared.events import BY_TYPE  # the list is made of classes whose base this module needs

        kind = BY_TYPE.get(self.type)
        if kind is None:
            raise UndecodableRecordError(f"unknown type {self.type!r}")
        try:
            return kind.model_validate(self.raw)
        except ValueError as error:
            raise UndecodableRecordError(f"data of {self.type} does not validate: {error}") from error

    def _parsed(self) -> dict[str, Any]:
        try:
            raw = orjson.loads(self.value)
        except orjson.JSONDecodeError as error:
            raise UndecodableRecordError(f"value is no JSON: {error}") from error
        if not isinstance(raw, dict):
            raise UndecodableRecordError("value is no JSON object")
        return raw

    @property
    def key(self) -> bytes | None:
        """The Kafka key: the stream."""
        return None if self.subject is None else str(self.subject).encode()

    def headers(self) -> Headers:
        """The Kafka headers."""
        headers: Headers = [
            ("ce_specversion", b"1.0"),
            ("ce_id", str(self.id).encode()),
            ("ce_type", self.type.encode()),
            ("ce_source", self.source.encode()),
            ("ce_time", self.time.isoformat().replace("+00:00", "Z").encode()),
            ("content-type", b"application/json"),
        ]
        if self.subject is not None:
            headers.append(("ce_subject", str(self.subject).encode()))
        if self.sequence is not None:
            headers.append(("ce_sequence", str(self.sequence).encode()))
        if self.received_at is not None:
            headers.append(("ce_receivedat", self.received_at.isoformat().replace("+00:00", "Z").encode()))
        if self.traceparent is not None:
            headers.append(("traceparent", self.traceparent.encode()))
        return headers


def decode(headers: Sequence[tuple[str, bytes]], value: bytes | None, *, uuid: Callable[[str], UUID] = UUID) -> Event:
    """Read a Kafka record's headers and value. Raises UndecodableRecordError; the data itself is read on first use.

    ``uuid`` makes the ids: who reads many gives a faster class.
    """
    found = dict(headers)
    try:
        subject = found.get("ce_subject")
        sequence = found.get("ce_sequence")
        traceparent, received_at = found.get("traceparent"), found.get("ce_receivedat")
        time = datetime.fromisoformat(found["ce_time"].decode())
        if time.tzinfo is None:
            raise UndecodableRecordError("ce_time has no zone")
        received = None if received_at is None else datetime.fromisoformat(received_at.decode())
        if received is not None and received.tzinfo is None:
            raise UndecodableRecordError("ce_receivedat has no zone")
        event = Event(
            uuid(found["ce_id"].decode()),
            found["ce_type"].decode(),
            found["ce_source"].decode(),
            None if subject is None else uuid(subject.decode()),
            None if sequence is None else int(sequence),
            time,
            b"" if value is None else value,
            None if traceparent is None else traceparent.decode(),
            received,
        )
    except KeyError as error:
        raise UndecodableRecordError(f"header {error} is missing") from error
    except (ValueError, AttributeError) as error:
        raise UndecodableRecordError(f"headers do not read: {error}") from error
    if event.sequence is not None and not 1 <= event.sequence < LAST_SEQUENCE:
        raise UndecodableRecordError("ce_sequence must be from 1 to 2^40 - 1")
    return event
