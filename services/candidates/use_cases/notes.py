"""Record notes on a person, list those that somebody may see, and find where somebody is mentioned."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from services.candidates.domain.errors import NoteSuperseded, NoteUnknown, TooManyNotes
from services.candidates.domain.notes import Note, demand_admissible
from services.candidates.domain.people import Stream
from services.candidates.storage import files
from services.candidates.storage.notes import NOTES, mentioning
from services.candidates.use_cases.read_candidates import read_person
from services.candidates.use_cases.remarks import Refusals, RemarkView, page_of, record_remark
from services.candidates.use_cases.views import Page, Redirected
from shared.db.asyncpg_connection import Driver
from shared.db.engine import Sessions
from shared.errors import Invalid
from shared.naming import Name

_REFUSALS = Refusals("note", NoteUnknown, NoteSuperseded, TooManyNotes)


async def record_note(sessions: Sessions, name: Name, note: Note, *, reader: str | None) -> RemarkView[Note] | Redirected:
    """Add a note. ``reader``: the recruiter who writes, who supersedes only what they may see.

    Raises as ``record_remark``, and Invalid for files that are none of the person's, and by ``demand_admissible``.
    """

    async def admit(connection: Driver, person: Sequence[Stream], known: Sequence[Note]) -> None:
        before = next((one for one in known if one.id == note.supersedes), None)
        if before is not None and not before.is_visible_to(reader):
            raise NoteUnknown(f"supersedes names no note of this candidate: {before.id}.")
        demand_admissible(note, before)
        kept = {one.id for one in await files.of_streams(connection, [one.id for one in person]) if one.removed_at is None}
        if others := [str(one) for one in note.files if one not in kept]:
            raise Invalid.of("files", f"must be files of this candidate: {', '.join(others[:5])}")

    return await record_remark(sessions, name, note, NOTES, _REFUSALS, admit)


async def list_notes(
    sessions: Sessions,
    name: Name,
    *,
    reader: str | None,
    with_superseded: bool,
    after: tuple[datetime, UUID] | None,
    limit: int,
) -> Page | Redirected:
    """The person's notes that a recruiter may see, the newest first, each as RemarkView.

    Raises CandidateUnknown, CandidateErased.
    """
    async with sessions.alone() as connection:
        person = await read_person(connection, name)
        if isinstance(person, Redirected):
            return person
        known = await NOTES.of_streams(connection, [stream.id for stream in person])
    visible = [one for one in known if one.is_visible_to(reader)]
    return Page(*page_of(visible, lambda _: True, with_superseded=with_superseded, after=after, limit=limit))


async def list_mentions(
    sessions: Sessions, mentioned: str, *, reader: str | None, after: tuple[datetime, UUID] | None, limit: int
) -> Page:
    """Notes of anybody that mention a recruiter and that the reader may see, the newest first, each as RemarkView."""
    async with sessions.alone() as connection:
        found = await mentioning(connection, mentioned, reader=reader, after=after, limit=limit + 1)
    last = found[limit - 1] if len(found) > limit else None
    place = None if last is None else [last.observed_at.isoformat(), str(last.id)]
    return Page([RemarkView(one, None) for one in found[:limit]], place)
