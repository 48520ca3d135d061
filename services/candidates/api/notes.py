"""/v1/candidates/{candidate}/notes and /v1/notes: what recruiters write of people, for whom to see."""

from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Query, Request

from services.candidates.api.candidates import MOVED, Reader
from services.candidates.api.dependencies import CandidateName, Cursor, Limit, current_time, observed_or_now, redirect
from services.candidates.api.insights import Learner
from services.candidates.api.note_bodies import NewNote, NotePage, RecordedNote, note_shown
from services.candidates.domain.notes import Note, mentions_in
from services.candidates.use_cases import notes
from services.candidates.use_cases.views import Page, Redirected
from shared.errors import Invalid
from shared.events.fields import Code
from shared.naming import read_name
from shared.web.dependencies import SessionsDep
from shared.web.idempotency import IdempotentRoute, request_token
from shared.web.pagination import decode_cursor, encode_cursor

router = APIRouter(prefix="/v1", tags=["candidates"], route_class=IdempotentRoute)


@router.post("/candidates/{candidate}/notes", status_code=201, response_model=RecordedNote, responses=MOVED)
async def record_note(
    candidate: CandidateName, body: NewNote, request: Request, principal: Learner, sessions: SessionsDep
) -> Any:
    """Write a note on a person. With `supersedes` it takes the place of an earlier one, which is kept."""
    name, now = read_name("candidate", candidate), current_time()
    recruiter = principal.acting_as(body.recruiter)
    note = Note(
        request_token(request),
        name.id,
        body.text,
        recruiter or principal.identity,
        observed_or_now(body.observed_at, now),
        now,
        body.supersedes,
        _visible_to(body, recruiter),
        mentions_in(body.text),
        list(dict.fromkeys(body.files)),
    )
    found = await notes.record_note(sessions, name, note, reader=recruiter)
    return redirect(request, found) if isinstance(found, Redirected) else note_shown(found)


def _visible_to(body: NewNote, recruiter: str | None) -> list[str] | None:
    """The recruiters who may see a note; None for everyone. Raises Invalid."""
    if body.visible_to == "everyone":
        return None
    if recruiter is None:
        raise Invalid.of("visible_to", "must be everyone where no recruiter writes: name one, or use a token that acts as one")
    return sorted({recruiter, *([] if body.visible_to == "author" else body.visible_to)})


@router.get("/candidates/{candidate}/notes", response_model=NotePage, responses=MOVED)
async def list_notes(
    candidate: CandidateName,
    request: Request,
    principal: Reader,
    sessions: SessionsDep,
    *,
    superseded: Annotated[bool, Query(description="Those that count no longer as well.")] = False,
    limit: Limit = 50,
    cursor: Cursor = None,
) -> Any:
    """The notes on a person that the caller may see, the newest first.

    Those for some recruiters are shown to a token that acts as one of them.
    """
    purpose = f"notes {candidate} {superseded} {principal.recruiter}"
    found = await notes.list_notes(
        sessions,
        read_name("candidate", candidate),
        reader=principal.recruiter,
        with_superseded=superseded,
        after=_place(purpose, cursor),
        limit=limit,
    )
    return redirect(request, found) if isinstance(found, Redirected) else _page(purpose, found)


@router.get("/notes", response_model=NotePage)
async def list_mentions(
    principal: Reader,
    sessions: SessionsDep,
    *,
    mentions: Annotated[
        Code | None, Query(description="The recruiter who is mentioned; default: whom the token acts as.", examples=["maria"])
    ] = None,
    limit: Limit = 50,
    cursor: Cursor = None,
) -> Any:
    """Notes on anybody that mention a recruiter, that count, and that the caller may see, the newest first."""
    mentioned = mentions or principal.recruiter
    purpose = f"mentions {mentioned} {principal.recruiter}"
    place = _place(purpose, cursor)
    if mentioned is None:
        return _page(purpose, Page([], None))
    return _page(purpose, await notes.list_mentions(sessions, mentioned, reader=principal.recruiter, after=place, limit=limit))


def _place(purpose: str, cursor: str | None) -> tuple[datetime, UUID] | None:
    if cursor is None:
        return None
    return decode_cursor(purpose, cursor, lambda observed_at, one: (datetime.fromisoformat(observed_at), UUID(one)))


def _page(purpose: str, page: Page) -> dict[str, Any]:
    return {
        "items": [note_shown(one) for one in page.items],
        "next_cursor": encode_cursor(purpose, page.last) if page.last else None,
    }
