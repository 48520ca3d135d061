"""CSV: what a quote costs."""

import csv
import io
from collections.abc import Iterable, Iterator
from typing import Any

import pytest

from services.candidates.domain.imports import csv_table
from services.candidates.domain.imports.rows import BadRow, FileRefused, Limits, Row

LIMITS = Limits(columns=10, rows=1000)


def table(text: str) -> list[Row | BadRow]:
    return list(csv_table.csv_table(io.StringIO(text), encoding="utf-8", limits=LIMITS).rows)


def test_a_row_of_many_lines_is_parsed_once(monkeypatch: pytest.MonkeyPatch) -> None:
    parsed: list[str] = []
    whole = csv.reader

    def counted(lines: Iterable[str], **options: Any) -> Iterator[list[str]]:
        def seen() -> Iterator[str]:
            for line in lines:
                parsed.append(line)
                yield line

        return whole(seen(), **options)

    monkeypatch.setattr(csv, "reader", counted)
    lines = [f"line {number}" for number in range(150)]
    text = "name,notes\n" + '"Ada","' + "\n".join(lines) + '"\n'

    (row,) = table(text)

    assert isinstance(row, Row)
    assert row.cells == ["Ada", "\n".join(lines)]
    assert len([line for line in parsed if line.endswith("\n")]) == 150


@pytest.mark.parametrize("length", [csv.field_size_limit() + 1, csv_table.LONGEST_LINE + 1])
def test_a_header_that_is_too_long_is_not_passed_over(length: int) -> None:
    with pytest.raises(FileRefused) as refused:
        table(f"name,email,{'x' * length}\nAda,ada,x\nGrace,grace,y\n")

    assert "must name its columns before any line" in str(refused.value.errors)


def test_a_long_line_after_the_header_is_a_row_that_is_refused() -> None:
    rows = table(f"name,email\nAda,{'x' * csv_table.LONGEST_LINE}\nGrace,grace\n")

    assert [type(row) for row in rows] == [BadRow, Row]


def test_a_quote_that_is_not_closed_costs_its_own_line() -> None:
    rows = table('name,notes\n"Ada,x\nGrace,y\n' + "Further,z\n" * 300)

    assert isinstance(rows[0], BadRow)
    assert rows[0].error.rule == csv_table.NOT_CLOSED
    assert [row.line for row in rows] == list(range(2, 304))
    assert all(isinstance(row, Row) for row in rows[1:])
