"""Which format a file has, found by what it holds; its name and its declared type are not asked."""

import hashlib
import io
from collections.abc import Callable, Collection, Iterator
from typing import Any, BinaryIO

from services.candidates.domain.imports.csv_table import CsvTable
from services.candidates.domain.imports.encodings import encoding_of
from services.candidates.domain.imports.json_table import JsonTable
from services.candidates.domain.imports.rows import FileRefused, Limits, Table

_PIECE = 1024 * 1024
_OTHERS = {
    b"%PDF": "a PDF",
    b"PK\x03\x04": "a ZIP archive, as spreadsheets and documents are",
    b"\xd0\xcf\x11\xe0": "an old Office file",
    b"{\\rtf": "RTF",
    b"\x1f\x8b": "gzip",
    b"\x89PNG": "a picture",
    b"\xff\xd8\xff": "a picture",
}


def digest_of(file: BinaryIO) -> bytes:
    """SHA-256 of a file."""
    digest = hashlib.sha256()
    for piece in _pieces(file):
        digest.update(piece)
    return digest.digest()


def open_table(file: BinaryIO, limits: Limits, *, parse_json: Callable[[bytes], Any], named: Collection[str] = ()) -> Table:
    """The rows of a file. ``named`` are columns that a mapping names. Raises FileRefused, and what ``parse_json`` raises."""
    file.seek(0)
    head = file.read(8)
    if not head:
        raise FileRefused.of("file", "is empty")
    for mark, kind in _OTHERS.items():
        if head.startswith(mark):
            raise FileRefused.of("file", f"must be CSV or JSON: this is {kind}")
    if head.lstrip(b"\xef\xbb\xbf \t\r\n")[:1] in {b"[", b"{"}:
        file.seek(0)
        return JsonTable(parse_json(file.read().removeprefix(b"\xef\xbb\xbf")), limits)
    encoding = encoding_of(_pieces(file))
    file.seek(0)
    return CsvTable(io.TextIOWrapper(file, encoding=encoding, newline=None), encoding=encoding, limits=limits, named=named)


def _pieces(file: BinaryIO) -> Iterator[bytes]:
    file.seek(0)
    while piece := file.read(_PIECE):
        yield piece
