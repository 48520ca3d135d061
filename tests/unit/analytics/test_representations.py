"""Rows as CSV, JSON lines and Parquet: safe for spreadsheets, streamed, chosen by the Accept header."""

import csv
import io
from collections.abc import AsyncIterator, Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import duckdb
import pytest

from services.analytics.api import representations
from services.analytics.api.representations import Form, _form, safe_cell, streamed
from services.analytics.api.tables import Column, Kind
from shared.errors import Invalid, NotAcceptable


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
        (datetime(2026, 3, 2, 9, 15, tzinfo=UTC), "2026-03-02T09:15:00Z"),
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
        ("application/vnd.apache.parquet", Form.PARQUET),
    ],
)
async def test_the_form_that_is_wanted_most_is_chosen(accept: str | None, form: Form) -> None:
    assert await _form(accept) is form


@pytest.mark.parametrize("accept", ["text/html", "image/*", "application/json;q=0", "text/csv;q=much", ""])
async def test_what_nobody_offers_is_refused_with_what_is_offered(accept: str) -> None:
    with pytest.raises(NotAcceptable) as refused:
        await _form(accept)

    assert refused.value.extra["possible"] == list(Form)
    assert refused.value.detail.endswith(
        "accept one of application/json, text/csv, application/jsonl, application/vnd.apache.parquet."
    )


COLUMNS = [Column("via", Kind.TEXT, ("key", "via")), Column("value", Kind.NUMBER, ("value",))]


async def test_rows_are_sent_page_by_page_with_one_line_of_names() -> None:
    pages = ([{"key": {"via": "=1"}, "value": 2}], [{"key": {"via": 'a,"b"'}, "value": None}])

    parts = await _parts(Form.CSV, *pages)
    lines = await _parts(Form.LINES, *pages)

    assert len(parts) == len(lines) == 2
    assert list(csv.reader(io.StringIO(b"".join(parts).decode()))) == [["via", "value"], ["'=1", "2"], ['a,"b"', ""]]
    assert lines[0] == b'{"key":{"via":"=1"},"value":2}\n'


async def test_a_table_without_rows_has_its_names(tmp_path: Path) -> None:
    as_csv = b"".join(await _parts(Form.CSV))
    found = _read(tmp_path, b"".join(await _parts(Form.PARQUET)))

    assert as_csv == b"via,value\r\n"
    assert (found.columns, list(map(str, found.types))) == (["via", "value"], ["VARCHAR", "DOUBLE"])
    assert found.fetchall() == []


async def test_parquet_is_sent_a_row_group_at_a_time(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(representations, "ROWS_A_GROUP", 20)
    rows = [{"key": {"via": None if number % 3 else f"é{number}"}, "value": number / 4} for number in range(50)]

    parts = await _parts(Form.PARQUET, *(rows[start : start + 10] for start in range(0, 50, 10)))
    found = _read(tmp_path, b"".join(parts)).fetchall()

    assert len(parts) == 4, "two whole groups, what is left, and the end"
    assert found == [(row["key"]["via"], row["value"]) for row in rows]  # type: ignore[index]  # rows of objects


async def test_what_refuses_the_first_rows_is_raised_before_anything_is_sent() -> None:
    async def refused(reason: str) -> AsyncIterator[Sequence[Mapping[str, Any]]]:
        if reason:
            raise Invalid.of("as_of", reason)
        yield []

    with pytest.raises(Invalid, match="asks too much"):
        await streamed(Form.CSV, refused("asks too much"), COLUMNS, name="x")


async def _pages(*pages: Sequence[Mapping[str, Any]]) -> AsyncIterator[Sequence[Mapping[str, Any]]]:
    for page in pages:
        yield page


async def _parts(form: Form, *pages: Sequence[Mapping[str, Any]]) -> list[bytes]:
    answer = await streamed(form, _pages(*pages), COLUMNS, name="x")
    return [bytes(part) async for part in answer.body_iterator if not isinstance(part, str)]


def _read(folder: Path, content: bytes) -> duckdb.DuckDBPyRelation:
    (folder / "rows.parquet").write_bytes(content)
    return duckdb.read_parquet(str(folder / "rows.parquet"))
