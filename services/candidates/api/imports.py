"""/v1/imports: people from files."""

import asyncio
from datetime import datetime
from typing import Annotated, Any
from uuid import UUID, uuid4

from fastapi import APIRouter, Query, Request, Response
from fastapi.responses import JSONResponse
from pydantic import ValidationError

from services.candidates.api.dependencies import Cursor, FileStoreDep, Limit, SettingsDep, current_time
from services.candidates.api.import_bodies import (
    ImportMapping,
    ImportOperation,
    ImportPage,
    ImportPreview,
    ImportRowPage,
    Result,
    import_shown,
    preview_shown,
    row_reader,
    row_shown,
)
from services.candidates.domain.imports.columns import demand_fits, demand_names_people, proposed
from services.candidates.domain.imports.files import digest_of, open_table
from services.candidates.domain.imports.resume_table import ResumeReader
from services.candidates.domain.imports.rows import Limits, Meaning
from services.candidates.use_cases import imports
from services.candidates.use_cases.stage_import import NewImport, preview_import, stage_import
from shared.errors import Invalid
from shared.ids import SOURCE, derived_id
from shared.security.auth import Forbidden, Principal, requires
from shared.web.dependencies import SessionsDep
from shared.web.idempotency import IdempotentRoute
from shared.web.json_body import read_json
from shared.web.pagination import decode_cursor, encode_cursor
from shared.web.problem_details import invalid_from
from shared.web.uploads import Upload, UploadRoute, read_upload, upload_body

SHOWN_ERRORS = 100
"""Lines that a dry run shows."""
PATH = "/v1/imports"

upload_router = APIRouter(prefix=PATH, tags=["imports"], route_class=UploadRoute)
router = APIRouter(prefix=PATH, tags=["imports"], route_class=IdempotentRoute)

Importer = Annotated[Principal, requires("candidates:write")]

_EXAMPLE = {"file": "Name,E-Mail\nAda Byron,ada@example.com\n", "source": "import", "dry_run": True}
_BODY = upload_body(
    "CSV, XLSX, JSON, a resume (PDF, DOCX, text, JSON Resume), or a ZIP of resumes.",
    {
        "source": {
            "type": "string",
            "pattern": f"^{SOURCE.pattern}$",
            "default": "import",
            "description": "The source of what is stated, and of the references of those who are made known.",
            "examples": ["import"],
        },
        "mapping": {
            "type": "string",
            "description": "What the columns mean, as JSON such as a dry run proposes. Default: that proposal.",
            "examples": ['{"columns": {"Name": "name", "E-Mail": "emails"}, "empty": "keep"}'],
        },
        "on_invalid": {
            "type": "string",
            "enum": ["refuse", "skip"],
            "default": "refuse",
            "description": "skip: of a row that breaks a rule the rest is taken; refuse: nothing is.",
            "examples": ["refuse"],
        },
        "dry_run": {
            "type": "boolean",
            "default": False,
            "description": "Say what would happen, and store nothing.",
            "examples": [True],
        },
    },
    example=_EXAMPLE,
)


@upload_router.post(
    "",
    status_code=202,
    response_model=ImportOperation,
    response_description="Taken; its rows are worked off from now on.",
    responses={200: {"model": ImportPreview, "description": "A dry run: what would happen."}},
    openapi_extra=_BODY,
)
async def create_import(
    request: Request, principal: Importer, sessions: SessionsDep, settings: SettingsDep, store: FileStoreDep
) -> Response:
    """Import people from a file. A row is a change of its person, as in a batch; one that breaks a rule hinders no other.

    A row names its person by an external id, else by a keyed hash of its e-mail address, else of its telephone. An absent column
    changes nothing. The same file again changes nothing and creates nobody; while it is being imported, that import is answered.
    """
    now = current_time()
    async with read_upload(request, fields=("source", "mapping", "on_invalid", "dry_run")) as upload:
        source, given, skips_invalid, dry_run = _read_fields(upload)
        limits = Limits(columns=settings.import_max_columns, rows=settings.import_max_rows)
        most = (settings.resume_max_pages, settings.resume_max_files)
        resumes = ResumeReader(settings.isolation, now, settings.phone_region, *most, name=upload.name, keeps=not dry_run)
        content = await asyncio.to_thread(digest_of, upload.file)
        table = await asyncio.to_thread(
            open_table,
            *(upload.file, limits, resumes),
            parse_json=read_json,
            named=() if given is None else given.columns,
        )
        meaning = proposed(table.columns) if given is None else given
        demand_fits(meaning, table.columns)
        _demand_attributes_scope(meaning, principal)
        new = NewImport(
            _import_id(request, principal),
            *(source, principal.identity, meaning, skips_invalid, settings.phone_region, settings.import_max_rows),
            store=None if dry_run else store,
        )
        if not dry_run:
            demand_names_people(meaning)
        else:
            reader = row_reader(settings)
            preview = await preview_import(
                *(sessions, table, new, reader), tried=settings.import_dry_run_rows, shown=SHOWN_ERRORS, now=now
            )
            return JSONResponse(preview_shown(preview, source, table.format, table.columns, meaning))
        stored = await stage_import(sessions, table, new, content=content, now=now)
    return JSONResponse(import_shown(stored), 202, {"Location": f"{PATH}/{stored.id}"})


def _read_fields(upload: Upload) -> tuple[str, Meaning | None, bool, bool]:
    """The source, the mapping if there is one, whether to skip what is invalid, and whether only to try. Raises Invalid."""
    given = upload.fields
    source = given.get("source", "import")
    if not SOURCE.fullmatch(source):
        raise Invalid.of("source", "must be 1 to 50 of a-z, 0-9, '.', '_', '-', the first a letter or digit")
    on_invalid = given.get("on_invalid", "refuse")
    if on_invalid not in {"refuse", "skip"}:
        raise Invalid.of("on_invalid", "must be refuse or skip")
    dry_run = given.get("dry_run", "false").lower()
    if dry_run not in {"true", "false"}:
        raise Invalid.of("dry_run", "must be true or false")
    return source, _mapping(given.get("mapping")), on_invalid == "skip", dry_run == "true"


def _mapping(text: str | None) -> Meaning | None:
    if text is None:
        return None
    try:
        return ImportMapping.model_validate(read_json(text.encode())).meaning()
    except ValidationError as error:
        raise invalid_from(error.errors(), under="mapping") from error


def _demand_attributes_scope(meaning: Meaning, principal: Principal) -> None:
    if any(field.startswith("attributes.") for field in meaning.columns.values()) and not principal.may("attributes:write"):
        raise Forbidden(f"The token {principal.name!r} lacks the scope attributes:write, which columns of attributes need.")


def _import_id(request: Request, principal: Principal) -> UUID:
    """The id of the import: for one Idempotency-Key always the same."""
    key = request.headers.get("idempotency-key")
    return uuid4() if key is None else derived_id(f"import:{principal.identity}\n{key}")


@router.get("", response_model=ImportPage)
async def list_imports(_: Importer, sessions: SessionsDep, *, limit: Limit = 50, cursor: Cursor = None) -> Any:
    """Imports, the newest first."""
    place = None
    if cursor is not None:
        place = decode_cursor("imports", cursor, lambda at, one: (datetime.fromisoformat(at), UUID(one)))
    page = await imports.list_imports(sessions, before=place, limit=limit)
    items = [import_shown(one) for one in page.items]
    return {"items": items, "next_cursor": encode_cursor("imports", page.last) if page.last else None}


@router.get("/{import_id}", response_model=ImportOperation)
async def get_import(import_id: UUID, _: Importer, sessions: SessionsDep) -> Any:
    """An import, and how far it is."""
    return import_shown(await imports.read_import(sessions, import_id))


@router.get("/{import_id}/rows", response_model=ImportRowPage)
async def list_import_rows(
    import_id: UUID,
    _: Importer,
    sessions: SessionsDep,
    *,
    result: Annotated[Result | None, Query(description="Rows with this result.", examples=["refused"])] = None,
    limit: Limit = 50,
    cursor: Cursor = None,
) -> Any:
    """What came of each row, in the order of the file. Days after the end (CANDIDATES_IMPORT_KEEP_DAYS) none is left."""
    purpose = f"import rows {import_id} {result}"
    after = 0 if cursor is None else decode_cursor(purpose, cursor, int)
    page = await imports.list_rows(sessions, import_id, result=result, after=after, limit=limit)
    items = [row_shown(row) for row in page.items]
    return {"items": items, "next_cursor": encode_cursor(purpose, page.last) if page.last else None}


@router.post("/{import_id}/pause", response_model=ImportOperation)
async def pause_import(import_id: UUID, _: Importer, sessions: SessionsDep) -> Any:
    """Stop working an import off, after the rows that are being worked on. Again: nothing. 409 once it is finished."""
    return import_shown(await imports.pause(sessions, import_id))


@router.post("/{import_id}/resume", response_model=ImportOperation)
async def resume_import(import_id: UUID, _: Importer, sessions: SessionsDep) -> Any:
    """Go on with an import that was paused. Again: nothing. 409 once it is finished."""
    return import_shown(await imports.resume(sessions, import_id))


@router.post("/{import_id}/undo", status_code=202, response_model=ImportOperation)
async def undo_import(import_id: UUID, _: Importer, sessions: SessionsDep, settings: SettingsDep) -> Any:
    """Take back all that an import stated and that its source has not repeated since. Again: nothing.

    What others stated counts again; whom it alone made known is unknown again. Rows that were not worked off yet are dropped.
    409 once the import ended so many days ago (CANDIDATES_IMPORT_KEEP_DAYS) that its rows are kept no longer.
    """
    return import_shown(await imports.undo(sessions, import_id, keeps=settings.import_keeps, now=current_time()))
