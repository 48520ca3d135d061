"""/v1/candidates/{candidate}/files: what is kept of a person as it was sent, and what resumes say of the past."""

import asyncio
from typing import Annotated, Any
from uuid import UUID, uuid4

from fastapi import APIRouter, Path, Query, Request, Response

from services.candidates.api.candidates import MOVED, Reader
from services.candidates.api.dependencies import CandidateName, FileStoreDep, SettingsDep, current_time, redirect
from services.candidates.api.file_bodies import UPLOAD, CandidateFile, CandidateFiles, download_headers, file_shown
from services.candidates.api.import_bodies import row_reader
from services.candidates.domain.files import Kind, file_name
from services.candidates.domain.imports.resume_table import ResumeReader
from services.candidates.use_cases import keep_files
from services.candidates.use_cases.keep_files import FileKeeper, NewFile
from services.candidates.use_cases.views import Redirected
from shared.errors import Invalid
from shared.events.fields import Code, code_or_none
from shared.ids import derived_id
from shared.naming import read_name
from shared.security.auth import Principal, requires
from shared.web.dependencies import SessionsDep
from shared.web.idempotency import IdempotentRoute
from shared.web.uploads import Upload, UploadRoute, read_upload

PREFIX = "/v1/candidates"
upload_router = APIRouter(prefix=PREFIX, tags=["candidates"], route_class=UploadRoute)
router = APIRouter(prefix=PREFIX, tags=["candidates"], route_class=IdempotentRoute)

FileId = Annotated[UUID, Path(description="The id of a file of this candidate.")]
Keeper = Annotated[Principal, requires("candidates:write")]
_NEW: dict[int | str, dict[str, Any]] = {
    200: {"model": CandidateFile, "description": "The person has these bytes already."},
    **MOVED,
}


@upload_router.post("/{candidate}/files", status_code=201, response_model=CandidateFile, responses=_NEW, openapi_extra=UPLOAD)
async def keep_file(
    candidate: CandidateName,
    request: Request,
    response: Response,
    principal: Keeper,
    sessions: SessionsDep,
    settings: SettingsDep,
    store: FileStoreDep,
) -> Any:
    """Keep a file of a person. A resume also adds to the record what it says, and brings nothing back that was removed there.

    A resume that cannot be read, such as a scan, is kept; `unread` says why.
    """
    now = current_time()
    name = read_name("candidate", candidate)
    async with read_upload(request, fields=("kind", "source")) as upload:
        new = await _new_file(request, principal, upload)
    resumes = ResumeReader(settings.isolation, now, settings.phone_region, settings.resume_max_pages)
    keeper = FileKeeper(sessions, store, resumes.read, row_reader(settings), settings.partitions)
    by = principal.acting_as(None) or principal.identity
    found = await keep_files.keep_file(keeper, name, new, by=by, now=now)
    if isinstance(found, Redirected):
        return redirect(request, found)
    file, is_new = found
    response.status_code = 201 if is_new else 200
    return file_shown(file)


async def _new_file(request: Request, principal: Principal, upload: Upload) -> NewFile:
    """What was sent. Raises Invalid."""
    kinds: dict[str, Kind] = {"resume": "resume", "document": "document"}
    kind = kinds.get(upload.fields.get("kind", "resume"))
    if kind is None:
        raise Invalid.of("kind", "must be resume or document")
    source = code_or_none(upload.fields.get("source", "upload"))
    if source is None:
        raise Invalid.of("source", "must be a code: 1 to 100 letters, digits and . : / + - _, the first a letter or digit")
    content = await asyncio.to_thread(upload.file.read)
    if not content:
        raise Invalid.of("file", "is empty")
    key = request.headers.get("idempotency-key")
    own = uuid4() if key is None else derived_id(f"file:{principal.identity}\n{request.url.path}\n{key}")
    return NewFile(own, file_name(upload.name), kind, source, content)


@router.get("/{candidate}/files", response_model=CandidateFiles, responses=MOVED)
async def list_files(candidate: CandidateName, request: Request, _: Reader, sessions: SessionsDep) -> Any:
    """A person's files, the newest first."""
    found = await keep_files.list_files(sessions, read_name("candidate", candidate))
    return redirect(request, found) if isinstance(found, Redirected) else {"items": [file_shown(one) for one in found.files]}


@router.get(
    "/{candidate}/files/{file}",
    response_class=Response,
    responses={
        200: {
            "content": {"application/octet-stream": {"schema": {"type": "string", "format": "binary"}}},
            "description": "Its bytes.",
        },
        **MOVED,
    },
)
async def get_file(
    candidate: CandidateName,
    file: FileId,
    request: Request,
    _: Annotated[Principal, requires("contact_details:read")],
    sessions: SessionsDep,
    store: FileStoreDep,
) -> Response:
    """The bytes of a file, to be saved: a browser neither shows nor runs them."""
    found = await keep_files.read_file(sessions, store, read_name("candidate", candidate), file)
    if isinstance(found, Redirected):
        return redirect(request, found)
    kept, content = found
    return Response(content, headers=download_headers(kept), media_type=kept.media_type)


@router.delete("/{candidate}/files/{file}", response_model=CandidateFile, responses=MOVED)
async def remove_file(
    candidate: CandidateName,
    file: FileId,
    request: Request,
    principal: Keeper,
    sessions: SessionsDep,
    store: FileStoreDep,
    *,
    reason: Annotated[Code, Query(description="Why, as a code: outdated, wrong_person, requested ...", examples=["outdated"])],
) -> Any:
    """Remove a file, and what it alone said of the past; that there was one stays listed. Again: nothing.

    What a resume added to the record is not taken back.
    """
    by = principal.acting_as(None) or principal.identity
    name = read_name("candidate", candidate)
    found = await keep_files.remove_file(sessions, store, name, file, by=by, reason=reason, now=current_time())
    return redirect(request, found) if isinstance(found, Redirected) else file_shown(found)
