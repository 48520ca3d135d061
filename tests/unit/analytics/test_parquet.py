"""Parquet as it is written here, read by DuckDB: every kind of column, whatever its values and however many."""

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, NamedTuple
from uuid import UUID

import duckdb
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pydantic import BaseModel

from services.analytics.api.parquet import ParquetWriter
from services.analytics.api.tables import Column, Kind, columns_of

VALUES: dict[Kind, st.SearchStrategy[Any]] = {
    Kind.TEXT: st.text(st.characters(exclude_categories=["Cs"]), max_size=30),
    Kind.INTEGER: st.integers(-(2**63), 2**63 - 1),
    Kind.NUMBER: st.floats(allow_nan=False),
    Kind.FLAG: st.booleans(),
    Kind.MOMENT: st.datetimes(datetime(1900, 1, 1), datetime(2200, 12, 31), timezones=st.just(UTC)),  # noqa: DTZ001 - given beside
}
COLUMNS = [Column(f"{kind}_{number}", kind, (f"{kind}_{number}",)) for kind in Kind for number in range(4)]
ROWS = st.lists(st.fixed_dictionaries({one.name: st.none() | VALUES[one.kind] for one in COLUMNS}), max_size=20)


@pytest.fixture(scope="module")
def database() -> Iterator[duckdb.DuckDBPyConnection]:
    with duckdb.connect() as connection:
        connection.execute("SET TimeZone = 'UTC'")
        yield connection


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(ROWS, max_size=3))
def test_every_value_is_read_as_it_was_written(
    tmp_path: Path, database: duckdb.DuckDBPyConnection, groups: list[list[dict[str, Any]]]
) -> None:
    found = _read(tmp_path, database, COLUMNS, groups)

    assert found.rows == [tuple(row[one.name] for one in COLUMNS) for rows in groups for row in rows]
    assert list(dict.fromkeys(found.types)) == ["VARCHAR", "BIGINT", "DOUBLE", "BOOLEAN", "TIMESTAMP WITH TIME ZONE"]


def test_many_rows_are_many_pages_of_one_table(tmp_path: Path, database: duckdb.DuckDBPyConnection) -> None:
    columns = [Column("number", Kind.INTEGER, ("number",)), Column("text", Kind.TEXT, ("text",))]
    groups = [[{"number": number, "text": None if number % 2 else "x" * 50} for number in range(20_000)] for _ in range(3)]

    _read(tmp_path, database, columns, groups)
    totals = database.execute(f"SELECT count(*), sum(number), count(text) FROM '{tmp_path}/rows.parquet'").fetchall()

    assert totals == [(60_000, 3 * sum(range(20_000)), 30_000)]


class Inner(BaseModel):
    value: float | None


class Row(BaseModel):
    id: UUID
    key: dict[str, str | None]
    n: int | None
    at: datetime
    small: bool
    inner: Inner | None
    adds: list[Inner]


def test_the_columns_of_a_model_are_its_members_and_those_of_objects_in_it() -> None:
    columns = columns_of(Row, keys=("via", "stage"))
    row = Row(
        id=UUID(int=1), key={"via": "x", "stage": None}, n=None, at=datetime(2026, 1, 1, tzinfo=UTC), small=True, inner=None,
        adds=[Inner(value=1.5)],
    ).model_dump()  # fmt: skip

    assert [(one.name, one.kind, one.of(row)) for one in columns] == [
        ("id", Kind.TEXT, str(UUID(int=1))),
        ("via", Kind.TEXT, "x"),
        ("stage", Kind.TEXT, None),
        ("n", Kind.INTEGER, None),
        ("at", Kind.MOMENT, datetime(2026, 1, 1, tzinfo=UTC)),
        ("small", Kind.FLAG, True),
        ("inner_value", Kind.NUMBER, None),
        ("adds", Kind.TEXT, '[{"value":1.5}]'),
    ]
    assert [one.name for one in columns_of(Row, without=("inner", "adds"))] == ["id", "n", "at", "small"]


class Read(NamedTuple):
    rows: list[tuple[Any, ...]]
    types: list[str]


def _read(folder: Path, database: duckdb.DuckDBPyConnection, columns: list[Column], groups: list[list[dict[str, Any]]]) -> Read:
    writer = ParquetWriter(columns)
    (folder / "rows.parquet").write_bytes(b"".join([*map(writer.group, groups), writer.end()]))
    found = database.execute(f"SELECT * FROM '{folder}/rows.parquet'")
    return Read(found.fetchall(), [str(one[1]) for one in found.description or ()])
