"""Which format a file has, found by what it holds; its name and its declared type are not asked."""

import hashlib
import io
from collections.abc import Callable, Collection, Iterator
from typing import Any, BinaryIO

from services.candidates.domain.imports.archives import names_in
from services.candidates.domain.imports.columns import known_names
from services.candidates.domain.imports.csv_table import DELIMITERS, csv_table
from services.candidates.domain.imports.encodings import encoding_of
from services.candidates.domain.imports.header import PREAMBLE
from services.candidates.domain.imports.json_table import json_table
from services.candidates.domain.imports.resume_table import ResumeReader
from services.candidates.domain.imports.rows import FileRefused, Limits, Table
from services.candidates.domain.imports.xlsx import LOCKED, is_encrypted, xlsx_table
from services.candidates.domain.imports.zip_table import zip_table
from services.candidates.domain.resumes.document import PDF, ZIP, is_resume
from services.candidates.domain.resumes.docx import DOCUMENT

_PIECE = 1024 * 1024
_OF_PROGRAMS = frozenset({"[Content_Types].xml", "mimetype", "META-INF/MANIFEST.MF"})
"""Parts of archives that are a document of some program, and no folder of files."""
_OLD_OFFICE = b"\xd0\xcf\x11\xe0"
_OTHERS = {
    _OLD_OFFICE: "an Office file of the old kind, or of another program",
    b"PK\x05\x06": "an empty archive",
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


def open_table(
    file: BinaryIO,
    limits: Limits,
    resumes: ResumeReader,
    *,
    parse_json: Callable[[bytes], Any],
    named: Collection[str] = (),
) -> Table:
    """The rows of a file. ``named`` are columns that a mapping names. Raises FileRefused, and what ``parse_json`` raises."""
    file.seek(0)
    head = file.read(8)
    if not head:
        raise FileRefused.of("file", "is empty")
    if head.startswith(ZIP):
        names = names_in(file)
        if DOCUMENT in names:
            return resumes.table(file)
        if not names.intersection(_OF_PROGRAMS):
            return zip_table(file, resumes)
        return xlsx_table(file, limits, resumes.isolation, named=named)
    if head.startswith(PDF):
        return resumes.table(file)
    if head.startswith(_OLD_OFFICE) and is_encrypted(file):
        raise FileRefused.of("file", LOCKED)
    for mark, kind in _OTHERS.items():
        if head.startswith(mark):
            raise FileRefused.of("file", f"must be CSV, XLSX, JSON or a resume: this is {kind}")
    if head.lstrip(b"\xef\xbb\xbf \t\r\n")[:1] in {b"[", b"{"}:
        file.seek(0)
        return json_table(parse_json(file.read().removeprefix(b"\xef\xbb\xbf")), limits)
    encoding = encoding_of(_pieces(file))
    file.seek(0)
    if not named and _is_resume(file.read(_PIECE).decode(encoding, errors="replace")):
        return resumes.table(file)
    file.seek(0)
    return csv_table(io.TextIOWrapper(file, encoding=encoding, newline=None), encoding=encoding, limits=limits, named=named)


def _is_resume(text: str) -> bool:
    """Whether a text is a resume: none of its first lines names columns, and it is written as resumes are."""
    names_columns = any(
        known_names(line.split(delimiter)) > 1 for line in text.splitlines()[:PREAMBLE] for delimiter in DELIMITERS
    )
    return not names_columns and is_resume(text)


def _pieces(file: BinaryIO) -> Iterator[bytes]:
    file.seek(0)
    while piece := file.read(_PIECE):
        yield piece
