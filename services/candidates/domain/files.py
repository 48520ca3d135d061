"""Files that are kept of a person: how one is called, what it is, and how much is kept.

A file belongs to the stream that it was sent of, as everything that is stated does. What it is, is found by what it holds; its
suffix and the type that its sender declares are not asked.
"""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal
from uuid import UUID

from services.candidates.domain.resumes.document import PDF, ZIP
from services.candidates.domain.resumes.docx import DOCUMENT
from shared.errors import Invalid
from shared.ids import spelled

Kind = Literal["resume", "document"]

LONGEST_NAME = 255
MOST_FILES = 200
"""Of one person, those of all streams together."""
DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
_MARKS = {b"\x89PNG\r\n\x1a\n": "image/png", b"\xff\xd8\xff": "image/jpeg", b"GIF8": "image/gif"}


@dataclass(frozen=True, slots=True)
class KeptFile:
    """A file of a person. Times are UTC."""

    id: UUID
    candidate_id: UUID
    digest: bytes | None
    """SHA-256; None once it was removed."""
    name: str | None
    """None once it was removed."""
    kind: Kind
    media_type: str
    size: int
    source: str
    added_by: str
    received_at: datetime
    unread: str | None = None
    """Why a resume could not be read; None where it was."""
    background: Mapping[str, Any] | None = None
    """What a resume says of work, schools and languages; None once the file was removed."""
    import_id: UUID | None = None
    import_row: int | None = None
    is_kept: bool = True
    """Not yet while the row of its import has no result."""
    removed_at: datetime | None = None
    removed_by: str | None = None
    removal_reason: str | None = None


def digest_of(content: bytes) -> bytes:
    """By what an object is called: SHA-256 of its bytes."""
    return hashlib.sha256(content).digest()


def file_name(given: str) -> str:
    """The name of a file without the folders that it lay in. Raises Invalid."""
    name = spelled(given).replace("\\", "/").rpartition("/")[2].strip()
    if name in {"", ".", ".."}:
        raise Invalid.of("file", "must have a name")
    if len(name) > LONGEST_NAME:
        raise Invalid.of("file", f"must have a name of at most {LONGEST_NAME} characters")
    if not name.isprintable():
        raise Invalid.of("file", "must have a name of printable characters")
    return name


def media_type_of(content: bytes) -> str:
    """What a file is, by what it holds. Nothing is a page: what a browser could run is text, or bytes."""
    if PDF in content[:1024]:
        return "application/pdf"
    if content.startswith(ZIP):
        return DOCX if DOCUMENT.encode() in content else "application/zip"
    for mark, kind in _MARKS.items():
        if content.startswith(mark):
            return kind
    try:
        text = content.decode()
    except UnicodeDecodeError:
        return "application/octet-stream"
    return "application/octet-stream" if "\0" in text else "text/plain"
