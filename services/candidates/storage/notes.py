"""Notes: dated texts of streams, for everyone or for some recruiters."""

from datetime import datetime
from uuid import UUID

from services.candidates.domain.notes import Note
from services.candidates.storage.remarks import RemarkTable
from shared.db.asyncpg_connection import Driver

NOTES = RemarkTable(
    "candidate_notes",
    (
        "id",
        "candidate_id",
        "text",
        "author",
        "observed_at",
        "recorded_at",
        "supersedes",
        "visible_to",
        "mentions",
        "files",
    ),
    Note,
)
_MENTIONING = f"""
    SELECT {NOTES.names} FROM candidate_notes AS note
    WHERE mentions @> ARRAY[$1::text] AND (visible_to IS NULL OR $2::text = ANY(visible_to))
        AND NOT EXISTS (SELECT FROM candidate_notes AS later WHERE later.supersedes = note.id)
        AND ($3::timestamptz IS NULL OR (observed_at, id) < ($3, $4::uuid))
    ORDER BY observed_at DESC, id DESC LIMIT $5
    """  # noqa: S608 - constants


async def mentioning(
    connection: Driver, mentioned: str, *, reader: str | None, after: tuple[datetime, UUID] | None, limit: int
) -> list[Note]:
    """Notes that mention a recruiter, that count, and that the reader may see, the newest first, after a place."""
    return [Note(*row) for row in await connection.fetch(_MENTIONING, mentioned, reader, *(after or (None, None)), limit)]
