"""A log is read row by row; a line that is no row is named and costs no other."""

from contextlib import closing
from pathlib import Path

import pytest

from rekindle.replay.rows import LONGEST_LINE, BadRow, Log, Row, UnreadableLog

HEADER = b"event,time,activity\n"


def read(path: Path, content: bytes, *, delimiter: str = ",") -> list[Row | BadRow]:
    path.write_bytes(content)
    with closing(Log(path, delimiter=delimiter)) as log:
        rows = list(log)
        assert log.read_bytes == log.size
    return rows


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "log.csv"


def test_rows_carry_their_line_and_their_values_by_column(file: Path) -> None:
    rows = read(file, HEADER + b"1,t1,apply\n\n2,t2,hire")

    assert rows == [
        Row(2, {"event": "1", "time": "t1", "activity": "apply"}),
        Row(4, {"event": "2", "time": "t2", "activity": "hire"}),
    ]


@pytest.mark.parametrize(
    "content",
    [
        b"\xef\xbb\xbfevent,time,activity\r\n1,t,apply\r\n",
        b' event ,time,activity\n"1","t","apply"\n',
        b"event,time,activity\n1,t,apply",
    ],
)
def test_a_mark_of_byte_order_line_ends_and_quotes_make_no_difference(file: Path, content: bytes) -> None:
    assert read(file, content) == [Row(2, {"event": "1", "time": "t", "activity": "apply"})]


def test_another_delimiter(file: Path) -> None:
    assert read(file, b"event;activity\n1;a,b\n", delimiter=";") == [Row(2, {"event": "1", "activity": "a,b"})]


def test_a_quoted_value_may_hold_a_line_break(file: Path) -> None:
    rows = read(file, HEADER + b'1,t,"apply\r\nagain"\n2,t,hire\n')

    assert rows == [
        Row(2, {"event": "1", "time": "t", "activity": "apply\nagain"}),
        Row(4, {"event": "2", "time": "t", "activity": "hire"}),
    ]


@pytest.mark.parametrize(
    ("line", "why"),
    [
        (b"1,t", "has 2 columns, not 3"),
        (b"1,t,apply,more", "has 4 columns, not 3"),
        (b"1,t,\xff\xfe", "not UTF-8: byte 0xff"),
        (b"1,t,a\x00b", "holds a NUL character"),
        (b'1,t,"apply"ing', "not CSV: ',' expected after '\"'"),
        (b'1,t,"apply', "a quote is not closed"),
        (b"1,t," + b"a" * 200_000, "not CSV: field larger than field limit (131072)"),
        (b"1,t," + b"a" * LONGEST_LINE, f"longer than {LONGEST_LINE} bytes"),
    ],
)
def test_a_bad_line_is_named_and_costs_no_other(file: Path, line: bytes, why: str) -> None:
    rows = read(file, HEADER + b"0,t,apply\n" + line + b"\n2,t,hire\n3,t,hire\n")

    assert rows == [
        Row(2, {"event": "0", "time": "t", "activity": "apply"}),
        BadRow(3, why),
        Row(4, {"event": "2", "time": "t", "activity": "hire"}),
        Row(5, {"event": "3", "time": "t", "activity": "hire"}),
    ]


def test_open_quotes_far_apart_cost_their_own_lines_alone(file: Path) -> None:
    lines = [b'%d,t,"apply' % number if number % 7 == 0 else b"%d,t,apply" % number for number in range(200)]

    rows = read(file, HEADER + b"\n".join(lines))

    assert [row.line - 2 for row in rows if isinstance(row, BadRow)] == [n for n in range(200) if n % 7 == 0]
    assert len(rows) == 200


@pytest.mark.parametrize(
    ("content", "why"),
    [
        (b"", "is empty"),
        (b"event,event\n", "names a column twice"),
        ("event,time\n".encode("utf-16"), "does not name columns in UTF-8"),
    ],
)
def test_a_file_without_a_header_is_refused_whole(file: Path, content: bytes, why: str) -> None:
    with pytest.raises(UnreadableLog, match=why):
        read(file, content)


def test_a_file_that_is_not_there_is_refused(tmp_path: Path) -> None:
    with pytest.raises(UnreadableLog, match="cannot be read: No such file"):
        Log(tmp_path / "none.csv")
