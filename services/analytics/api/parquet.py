"""Rows as Apache Parquet, a row group at a time, so that a table of any length is written to a stream with little memory.

Flat columns of which every value may be missing, encoded plainly and compressed with gzip. The libraries that write Parquet take
33 to 170 MB and read the rows from a stream of their own; what is needed here of the format is this file.
Source: the format's specification, github.com/apache/parquet-format, and the compact protocol of Apache Thrift.
"""

import zlib
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Any

import numpy as np

from services.analytics.api.tables import Column, Kind
from services.analytics.domain.micros import micros

MAGIC = b"PAR1"
_GZIP, _PLAIN, _RLE, _OPTIONAL, _DATA_PAGE = 2, 0, 3, 1, 0
_BOOLEAN, _INT64, _DOUBLE, _BYTE_ARRAY = 0, 2, 5, 6


class _Long(int):
    """An integer of 64 bits; others have 32."""


class _TypeOf:
    """What each kind of column is in the format: physical type, how it is annotated, and how its values are written."""

    def __init__(self, physical: int, write: Callable[[list[Any]], bytes], **annotation: Any) -> None:
        self.physical = physical
        self.write = write
        self.annotation = {int(field.removeprefix("f")): value for field, value in annotation.items()}


def _texts(values: list[str]) -> bytes:
    encoded = [value.encode() for value in values]
    return b"".join(part for one in encoded for part in (len(one).to_bytes(4, "little"), one))


def _flags(values: list[bool]) -> bytes:
    return np.packbits(np.asarray(values, np.bool_), bitorder="little").tobytes()


def _moments(values: list[datetime]) -> bytes:
    return np.asarray([micros(value) for value in values], "<i8").tobytes()


_UTF8, _TIMESTAMP_MICROS = 0, 10
_IN_MICROS: dict[int, Any] = {8: {1: True, 2: {2: {}}}}
_TYPES = {
    Kind.TEXT: _TypeOf(_BYTE_ARRAY, _texts, f6=_UTF8, f10={1: {}}),
    Kind.INTEGER: _TypeOf(_INT64, lambda values: np.asarray(values, "<i8").tobytes()),
    Kind.NUMBER: _TypeOf(_DOUBLE, lambda values: np.asarray(values, "<f8").tobytes()),
    Kind.FLAG: _TypeOf(_BOOLEAN, _flags),
    Kind.MOMENT: _TypeOf(_INT64, _moments, f6=_TIMESTAMP_MICROS, f10=_IN_MICROS),
}


class ParquetWriter:
    """Writes one table. The bytes of a file are those of ``group`` for each group of rows in turn, then those of ``end``."""

    def __init__(self, columns: Sequence[Column]) -> None:
        self._columns = columns
        self._groups: list[Any] = []
        self._rows = self._written = 0

    def group(self, rows: Sequence[Mapping[str, Any]]) -> bytes:
        """The bytes of the next rows, before which the file's first bytes come where they are the first."""
        parts = [] if self._written else [MAGIC]
        self._written = self._written or len(MAGIC)
        chunks, in_all, plain_size = [], 0, 0
        for column in self._columns:
            content, plain = _page([column.of(row) for row in rows], column.kind)
            chunks.append({2: _Long(self._written), 3: self._described(column, len(rows), plain, len(content))})
            parts.append(content)
            self._written += len(content)
            in_all, plain_size = in_all + len(content), plain_size + plain
        self._groups.append({1: chunks, 2: _Long(plain_size), 3: _Long(len(rows)), 6: _Long(in_all)})
        self._rows += len(rows)
        return b"".join(parts)

    def end(self) -> bytes:
        """The bytes that end the file: what is where."""
        schema: list[Any] = [{4: "rows", 5: len(self._columns)}]
        for column in self._columns:
            kind = _TYPES[column.kind]
            schema.append({1: kind.physical, 3: _OPTIONAL, 4: column.name} | kind.annotation)
        footer = _struct({1: 1, 2: schema, 3: _Long(self._rows), 4: self._groups, 6: "rekindle"})
        return (b"" if self._written else MAGIC) + footer + len(footer).to_bytes(4, "little") + MAGIC

    def _described(self, column: Column, rows: int, plain: int, compressed: int) -> dict[int, Any]:
        return {
            1: _TYPES[column.kind].physical, 2: [_PLAIN, _RLE], 3: [column.name], 4: _GZIP, 5: _Long(rows), 6: _Long(plain),
            7: _Long(compressed), 9: _Long(self._written),
        }  # fmt: skip


def _page(values: Sequence[Any], kind: Kind) -> tuple[bytes, int]:
    """A column's values as one page with its header, and how long that is uncompressed: which are there, then those."""
    there = _flags([value is not None for value in values])
    levels = _varint(len(there) << 1 | 1) + there
    plain = len(levels).to_bytes(4, "little") + levels + _TYPES[kind].write([one for one in values if one is not None])
    packer = zlib.compressobj(wbits=31)
    packed = packer.compress(plain) + packer.flush()
    about = {1: len(values), 2: _PLAIN, 3: _RLE, 4: _RLE}
    header = _struct({1: _DATA_PAGE, 2: len(plain), 3: len(packed), 5: about})
    return header + packed, len(header) + len(plain)


def _varint(number: int) -> bytes:
    found = bytearray()
    while number > 0x7F:
        found.append(number & 0x7F | 0x80)
        number >>= 7
    return bytes((*found, number))


def _struct(fields: Mapping[int, Any]) -> bytes:
    """A struct in Thrift's compact protocol: its fields by number, in ascending order."""
    parts, last = [], 0
    for number, value in fields.items():
        code, content = _value(value)
        parts += [bytes([number - last << 4 | code]), content]
        last = number
    return b"".join((*parts, b"\0"))


def _value(value: Any) -> tuple[int, bytes]:
    """The code of a value's type, and its bytes; a flag is in its code."""
    if isinstance(value, bool):
        return 1 if value else 2, b""
    if isinstance(value, int):
        return 6 if isinstance(value, _Long) else 5, _varint(value << 1)
    if isinstance(value, str):
        encoded = value.encode()
        return 8, _varint(len(encoded)) + encoded
    if isinstance(value, Mapping):
        return 12, _struct(value)
    items = [_value(one) for one in value]
    code = items[0][0] if items else 12
    size = bytes([len(items) << 4 | code]) if len(items) < 15 else bytes([0xF0 | code]) + _varint(len(items))
    return 9, size + b"".join(content for _, content in items)
