"""Bodies of the files of a person."""

from datetime import datetime
from typing import Annotated, Any
from urllib.parse import quote
from uuid import UUID

from pydantic import BaseModel, Field

from services.candidates.domain.files import MOST_FILES, KeptFile, Kind
from shared.web.uploads import upload_body

UPLOAD_KIND = Field(
    description="resume: it is read, and adds to the record what it says. document: anything else.", examples=["resume"]
)
_EXAMPLE = {"file": "Ada Byron\nada@example.org\n\nSKILLS\nPython, PostgreSQL\n", "kind": "resume", "source": "upload"}
UPLOAD = upload_body(
    "The file, with its name. A resume is PDF, DOCX or text.",
    {
        "kind": {
            "type": "string",
            "enum": ["resume", "document"],
            "default": "resume",
            "description": UPLOAD_KIND.description,
            "examples": ["resume"],
        },
        "source": {
            "type": "string",
            "default": "upload",
            "description": "Where it comes from, as a code.",
            "examples": ["upload"],
        },
    },
    example=_EXAMPLE,
)


class Removal(BaseModel):
    """When, by whom and why a file was removed."""

    at: Annotated[datetime, Field(description="When it was removed.")]
    by: Annotated[str, Field(description="The recruiter who removed it, else the token.", examples=["maria"])]
    reason: Annotated[str, Field(description="Why, as a code.", examples=["outdated"])]


class CandidateFile(BaseModel):
    """A file that is kept of a person."""

    id: Annotated[UUID, Field(description="Of the file.", examples=["1d4c6f1e-0b0f-4c53-9a51-0f6f4f1f7f10"])]
    candidate_id: Annotated[
        UUID,
        Field(
            description="Whose it is: it stays with this id when people part.", examples=["5b0f5f0e-6f6e-5c57-8f5e-3e4f0a4e9c11"]
        ),
    ]
    name: Annotated[str | None, Field(description="As it was sent; null once it was removed.", examples=["ada-byron.pdf"])]
    kind: Annotated[Kind, UPLOAD_KIND]
    media_type: Annotated[
        str, Field(description="What it is, by what it holds and not by its suffix.", examples=["application/pdf"])
    ]
    size: Annotated[int, Field(description="Its bytes.", examples=[48213])]
    sha256: Annotated[str | None, Field(description="Of its bytes; null once it was removed.", examples=["9f86d081884c7d65"])]
    source: Annotated[str, Field(description="Where it comes from, as a code.", examples=["upload"])]
    added_by: Annotated[str, Field(description="The recruiter who sent it, else the token.", examples=["maria"])]
    received_at: Annotated[datetime, Field(description="When it was sent.")]
    unread: Annotated[
        str | None, Field(description="Of a resume that could not be read: the rule that it breaks.", examples=[None])
    ]
    removed: Annotated[Removal | None, Field(description="Null while it is kept.")]


class CandidateFiles(BaseModel):
    """A person's files."""

    items: Annotated[
        list[CandidateFile],
        Field(description=f"The newest first, those that were removed too; at most {MOST_FILES} of one record."),
    ]


def file_shown(one: KeptFile) -> dict[str, Any]:
    """A file as JSON values."""
    removed = {"at": one.removed_at, "by": one.removed_by, "reason": one.removal_reason}
    return {
        "id": one.id,
        "candidate_id": one.candidate_id,
        "name": one.name,
        "kind": one.kind,
        "media_type": one.media_type,
        "size": one.size,
        "sha256": None if one.digest is None else one.digest.hex(),
        "source": one.source,
        "added_by": one.added_by,
        "received_at": one.received_at,
        "unread": one.unread,
        "removed": None if one.removed_at is None else removed,
    }


def download_headers(one: KeptFile) -> dict[str, str]:
    """Headers with which no browser runs or shows what a stranger sent: it is saved."""
    return {
        "Content-Disposition": f"attachment; filename*=UTF-8''{quote(one.name or 'file', safe='')}",
        "X-Content-Type-Options": "nosniff",
        "Content-Security-Policy": "sandbox; default-src 'none'",
        "Cache-Control": "private, no-store",
    }
