"""In which form rows are answered: JSON, or, as the Accept header asks, CSV, JSON lines or Parquet, which are streamed."""

import csv
import io
import re
from collections.abc import AsyncIterator, Iterable, Mapping, Sequence
from datetime import datetime
from enum import StrEnum
from functools import partial
from typing import Annotated, Any

import orjson
from fastapi import Depends, Header
from starlette.responses import StreamingResponse

from services.analytics.api.parquet import ParquetWriter
from services.analytics.api.tables import Column
from services.analytics.use_cases.threads import to_the_end
from shared.errors import NotAcceptable
from shared.timestamps import written


class Form(StrEnum):
    """The media types that rows are answered in."""

    JSON = "application/json"
    CSV = "text/csv"
    LINES = "application/jsonl"
    PARQUET = "application/vnd.apache.parquet"

    @property
    def ending(self) -> str:
        """What the name of a file in this form ends with."""
        return {Form.JSON: "json", Form.CSV: "csv", Form.LINES: "jsonl", Form.PARQUET: "parquet"}[self]


Rows = AsyncIterator[Sequence[Mapping[str, Any]]]
"""Rows, some at a time, each with the same names."""

ROWS_A_GROUP = 20_000
"""Rows of one row group of Parquet: so many are held at a time."""

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
    if isinstance(value, datetime):
        return written(value)
    if isinstance(value, str) and value.startswith(_FORMULA) and not _TELEPHONE.fullmatch(value):
        return f"'{value}"
    return value


async def _form(
    accept: Annotated[
        str | None,
        Header(
            description=f"{Form.JSON} (default), {Form.CSV}, {Form.LINES} or {Form.PARQUET}: 406 for others.",
            examples=[Form.JSON.value],
        ),
    ] = None,
) -> Form:
    return _chosen(accept, Form)


async def _json(accept: Annotated[str | None, Header(include_in_schema=False)] = None) -> None:
    _chosen(accept, [Form.JSON])


def _chosen(accept: str | None, offered: Iterable[Form]) -> Form:
    """The form that a caller likes best; JSON where no header says. Raises NotAcceptable."""
    if accept is None:
        return Form.JSON
    wanted = sorted((one for one in map(_quality, accept.split(",")) if one[0] > 0), key=lambda one: -one[0])
    for _, kind in wanted:
        for form in offered:
            if kind in {form.value, "*/*", f"{form.value.partition('/')[0]}/*"}:
                return form
    possible = [form.value for form in offered]
    raise NotAcceptable(
        f"Nothing of {accept!r} is offered here; accept one of {', '.join(possible)}.", extra={"possible": possible}
    )


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
JSON_ALONE = Depends(_json)
"""Of operations that answer in JSON alone: 406 for a caller who reads none."""


def tag_in(form: Form, tag: str, *more: str | None) -> str:
    """The entity tag of an answer in one form, and whatever else it depends on: each has other bytes."""
    parts = [part for part in (None if form is Form.JSON else form.name.lower(), *more) if part]
    return "-".join([tag[:-1], *parts]) + '"'


Responses = dict[int | str, dict[str, Any]]


def _described(as_csv: str, as_lines: str) -> Responses:
    """What the document says of the forms beside JSON, with an example of each that is text."""
    content = {
        Form.CSV.value: {"schema": {"type": "string"}, "example": as_csv},
        Form.LINES.value: {"schema": {"type": "string"}, "example": as_lines},
        Form.PARQUET.value: {"schema": {"type": "string", "contentMediaType": Form.PARQUET.value}},
    }
    return {200: {"content": content}}


STREAMED = _described("stage,value,n\nhired,3,3\n", '{"key":{"stage":"hired"},"value":3,"n":3}\n')
STREAMED_FUNNEL = _described(
    "metric,of,value,too_young\nreached,hired,3,false\n",
    '{"key":{},"metric":"reached","of":"hired","value":3,"too_young":false}\n',
)


async def streamed(
    form: Form, rows: Rows, columns: Sequence[Column], *, name: str, headers: Mapping[str, str] | None = None
) -> StreamingResponse:
    """Rows as CSV with a line of names, as JSON lines, or as Parquet; none is held longer than it takes to send it.

    JSON lines are the rows as they are; in CSV and Parquet an object's members are columns of their own, and a list is a cell of
    JSON. What refuses the question is raised before anything is sent.
    """
    written_as = {Form.CSV: _csv, Form.LINES: _lines, Form.PARQUET: _parquet}[form]
    begun = await _begun(rows)
    return StreamingResponse(
        written_as(begun, columns),
        media_type=form.value,
        headers={**(headers or {}), "Content-Disposition": f'attachment; filename="{name}.{form.ending}"'},
    )


async def _begun(rows: Rows) -> Rows:
    """The same rows, of which the first are read already."""
    first: Sequence[Mapping[str, Any]] = await anext(rows, [])

    async def all_of() -> AsyncIterator[Sequence[Mapping[str, Any]]]:
        yield first
        async for some in rows:
            yield some

    return all_of()


async def _lines(rows: Rows, _: Sequence[Column]) -> AsyncIterator[bytes]:
    async for some in rows:
        yield b"".join(orjson.dumps(row, str, orjson.OPT_APPEND_NEWLINE | orjson.OPT_UTC_Z) for row in some)


async def _csv(rows: Rows, columns: Sequence[Column]) -> AsyncIterator[bytes]:
    names = [one.name for one in columns]
    async for some in rows:
        text = io.StringIO()
        writer = csv.writer(text)
        writer.writerows([names] if names else [])
        writer.writerows([safe_cell(column.of(row)) for column in columns] for row in some)
        names = []
        yield text.getvalue().encode()


async def _parquet(rows: Rows, columns: Sequence[Column]) -> AsyncIterator[bytes]:
    writer = ParquetWriter(columns)
    held: list[Mapping[str, Any]] = []
    async for some in rows:
        held += some
        if len(held) >= ROWS_A_GROUP:
            yield await to_the_end(partial(writer.group, held))
            held = []
    if held:
        yield await to_the_end(partial(writer.group, held))
    yield writer.end()
