"""Rows as CSV and JSON lines: safe for spreadsheets, streamed, chosen by the Accept header."""

import csv
import io
from collections.abc import AsyncIterator, Mapping, Sequence
from typing import Any

import pytest
from starlette.exceptions import HTTPException

from services.analytics.api.representations import Form, _form, safe_cell, streamed


@pytest.mark.parametrize(
    ("value", "cell"),
    [
        ("=HYPERLINK(1)", "'=HYPERLINK(1)"),
        ("@SUM(A1)", "'@SUM(A1)"),
        ("-2+3", "'-2+3"),
        ("+cmd|calc", "'+cmd|calc"),
        ("\tx", "'\tx"),
        ("+49 30 1234567", "+49 30 1234567"),
        ("+49301234567;ext=7", "+49301234567;ext=7"),
        ("linkedin", "linkedin"),
        (-1.5, -1.5),
        (None, ""),
        (True, "true"),
    ],
)
def test_a_cell_runs_no_formula_and_a_telephone_number_keeps_its_plus(value: object, cell: object) -> None:
    assert safe_cell(value) == cell


@pytest.mark.parametrize(
    ("accept", "form"),
    [
        (None, Form.JSON),
        ("*/*", Form.JSON),
        ("text/*", Form.CSV),
        ("text/csv", Form.CSV),
        ("application/jsonl", Form.LINES),
        ("text/html, text/csv;q=0.5, application/json;q=0.4", Form.CSV),
        ("application/*;q=0.1, TEXT/CSV;q=0", Form.JSON),
    ],
)
async def test_the_form_that_is_wanted_most_is_chosen(accept: str | None, form: Form) -> None:
    assert await _form(accept) is form


@pytest.mark.parametrize("accept", ["text/html", "image/*", "application/json;q=0", "text/csv;q=much", ""])
async def test_what_nobody_offers_is_refused_with_what_is_offered(accept: str) -> None:
    with pytest.raises(HTTPException, match="application/json, text/csv, application/jsonl") as refused:
        await _form(accept)

    assert refused.value.status_code == 406


async def _pages(*pages: Sequence[Mapping[str, Any]]) -> AsyncIterator[Sequence[Mapping[str, Any]]]:
    for page in pages:
        yield page


async def test_rows_are_sent_page_by_page_with_one_line_of_names() -> None:
    pages = ([{"key": {"via": "=1"}, "value": 2}], [{"key": {"via": 'a,"b"'}, "value": None}])

    parts = [part async for part in streamed(Form.CSV, _pages(*pages), name="x").body_iterator]
    lines = [part async for part in streamed(Form.LINES, _pages(*pages), name="x").body_iterator]

    assert len(parts) == len(lines) == 2
    assert list(csv.reader(io.StringIO("".join(bytes(part).decode() for part in parts if not isinstance(part, str))))) == [
        ["via", "value"],
        ["'=1", "2"],
        ['a,"b"', ""],
    ]
    assert lines[0] == b'{"key":{"via":"=1"},"value":2}\n'
