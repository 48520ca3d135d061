"""In which form rows are answered: JSON, or, as the Accept header asks, CSV or JSON lines, which are streamed."""

import csv
import io
import re
from collections.abc import AsyncIterator, Mapping, Sequence
from enum import StrEnum
from typing import Annotated, Any

import orjson
from fastapi import Depends, Header
from starlette.exceptions import HTTPException
from starlette.responses import StreamingResponse


class Form(StrEnum):
    """The media types that rows are answered in."""

    JSON = "application/json"
    CSV = "text/csv"
    LINES = "application/jsonl"


Rows = AsyncIterator[Sequence[Mapping[str, Any]]]
"""Rows, some at a time, each with the same names."""

_FORMULA = ("=", "+", "-", "@", "\t", "\r")
_TELEPHONE = re.compile(r"\+[0-9][0-9 ()./-]{3,30}(;ext=[0-9]{1,10})?")


def safe_cell(value: object) -> object:
    """A value as a cell of CSV. A spreadsheet runs text that begins as a formula does, so that a quote is put before it.

    Numbers and telephone numbers are no formulas and stay as they are.
    """
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, str) and value.startswith(_FORMULA) and not _TELEPHONE.fullmatch(value):
        return f"'{value}"
    return value


async def _form(
    accept: Annotated[
        str | None,
        Header(description=f"{Form.JSON} (default), {Form.CSV} or {Form.LINES}: 406 for others.", examples=[Form.JSON.value]),
    ] = None,
) -> Form:
    if accept is None:
        return Form.JSON
    wanted = sorted((one for one in map(_quality, accept.split(",")) if one[0] > 0), key=lambda one: -one[0])
    for _, kind in wanted:
        for form in Form:
            if kind in {form.value, "*/*", f"{form.value.partition('/')[0]}/*"}:
                return form
    raise HTTPException(406, f"Nothing of {accept!r} is offered here; accept one of {', '.join(Form)}.")


def _quality(one: str) -> tuple[float, str]:
    kind, *parameters = (part.strip().lower() for part in one.split(";"))
    for parameter in parameters:
        if parameter.startswith("q="):
            try:
                return float(parameter[2:]), kind
            except ValueError:
                return 0.0, kind
    return 1.0, kind


FormDep = Annotated[Form, Depends(_form)]

STREAMED: dict[int | str, dict[str, Any]] = {
    200: {
        "content": {
            Form.CSV.value: {"schema": {"type": "string"}, "example": "stage,value,n\nhired,3,3\n"},
            Form.LINES.value: {"schema": {"type": "string"}, "example": '{"key":{"stage":"hired"},"value":3,"n":3}\n'},
        }
    }
}
"""What the document says of the forms beside JSON."""


def streamed(form: Form, rows: Rows, *, name: str, headers: Mapping[str, str] | None = None) -> StreamingResponse:
    """Rows as CSV with a line of names, or as JSON lines; none is held longer than it takes to send it.

    Of an object in a row the members are columns of their own; a list is a cell of JSON.
    """
    kind = {Form.CSV: "csv", Form.LINES: "jsonl"}[form]
    return StreamingResponse(
        _csv(rows) if form is Form.CSV else _lines(rows),
        media_type=form.value,
        headers={**(headers or {}), "Content-Disposition": f'attachment; filename="{name}.{kind}"'},
    )


async def _lines(rows: Rows) -> AsyncIterator[bytes]:
    async for some in rows:
        yield b"".join(orjson.dumps(row, option=orjson.OPT_APPEND_NEWLINE | orjson.OPT_UTC_Z) for row in some)


async def _csv(rows: Rows) -> AsyncIterator[bytes]:
    begun = False
    async for some in rows:
        text = io.StringIO()
        writer = csv.writer(text)
        for row in map(_flat, some):
            if not begun:
                writer.writerow(row)
                begun = True
            writer.writerow([safe_cell(value) for value in row.values()])
        yield text.getvalue().encode()


def _flat(row: Mapping[str, Any]) -> dict[str, Any]:
    flat: dict[str, Any] = {}
    for name, value in row.items():
        if isinstance(value, Mapping):
            flat |= value
        else:
            flat[name] = orjson.dumps(value).decode() if isinstance(value, list) else value
    return flat
