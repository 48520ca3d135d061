"""Files that are sent as multipart/form-data: held on disk beyond a megabyte, and gone with the request."""

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any, BinaryIO

from fastapi import Request
from starlette.datastructures import UploadFile
from starlette.exceptions import HTTPException

from shared.errors import FieldError, Invalid
from shared.web.idempotency import IdempotentRoute
from shared.web.json_body import MalformedBody
from shared.web.routing import Handler

KIND = "multipart/form-data"
MOST_FIELDS = 20


class UploadRoute(IdempotentRoute):
    """A route whose POST holds a file. It honours Idempotency-Key by an id made of it: no answer is kept."""

    def around(self, run: Handler) -> Handler:
        return run


def upload_body(file: str, fields: Mapping[str, Mapping[str, Any]], *, example: Mapping[str, Any]) -> dict[str, Any]:
    """The OpenAPI request body of such a route: what the file is, the schemas of the fields, and what can be sent as it is."""
    file_schema = {"type": "string", "format": "binary", "description": file, "examples": [example["file"]]}
    content = {
        "schema": {"type": "object", "required": ["file"], "properties": {"file": file_schema, **fields}},
        "examples": {"first": {"summary": "Can be sent as it stands", "value": example}},
    }
    return {"requestBody": {"required": True, "content": {KIND: content}}}


@dataclass(frozen=True, slots=True)
class Upload:
    """A file with its name as it was sent, and the fields beside it."""

    file: BinaryIO
    name: str
    fields: Mapping[str, str]


@asynccontextmanager
async def read_upload(request: Request, *, fields: tuple[str, ...]) -> AsyncIterator[Upload]:
    """The file named ``file`` and the fields of these names, for the length of the block.

    Raises HTTPException 415 for another content type, MalformedBody, and Invalid for a file that is missing or fields that are
    unknown or repeated.
    """
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if kind != KIND:
        raise HTTPException(415, f"The content type {kind or '(none)'} is not read here; send {KIND}.")
    try:
        form = await request.form(max_files=1, max_fields=MOST_FIELDS)
    except HTTPException as error:
        if error.status_code != 400:
            raise
        raise MalformedBody(f"The body is no {KIND}: {error.detail}") from error
    try:
        yield _checked(form.multi_items(), fields)
    finally:
        await form.close()


def _checked(items: list[tuple[str, UploadFile | str]], known: tuple[str, ...]) -> Upload:
    wrong: list[FieldError] = []
    file: UploadFile | None = None
    given: dict[str, str] = {}
    for name, value in items:
        if name == "file" and isinstance(value, UploadFile):
            file = value
        elif name == "file" or isinstance(value, UploadFile):
            wrong.append(FieldError(name, "must be a file with a name" if name == "file" else "must not be a file"))
        elif name not in known:
            wrong.append(FieldError(name, "is not a known field"))
        elif name in given:
            wrong.append(FieldError(name, "must be given once"))
        elif "\0" in value:
            wrong.append(FieldError(name, "must not hold a NUL character"))
        else:
            given[name] = value
    if file is None and not any(one.field == "file" for one in wrong):
        wrong.append(FieldError("file", "is required"))
    if wrong or file is None:
        raise Invalid("; ".join(f"{one.field} {one.rule}" for one in wrong), errors=wrong)
    return Upload(file.file, file.filename or "", given)
