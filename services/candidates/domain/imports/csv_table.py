"""CSV: the delimiter and the line with the header are found; a row whose cells may have shifted is none.

A quote that is never closed costs its own line, not those that follow.
"""

import csv
from collections import deque
from collections.abc import Collection, Iterator, Sequence
from typing import TextIO

from services.candidates.domain.imports.header import PREAMBLE, Candidate, header_among
from services.candidates.domain.imports.rows import (
    BadRow,
    FileRefused,
    FileRows,
    Format,
    Limits,
    Row,
    RowError,
    Table,
    checked_columns,
)

LONGEST_LINE = 1024 * 1024
"""Characters. A longer line is no row."""
MOST_LINES = 200
"""Lines that one row may span by quoted line breaks."""
DELIMITERS = (",", ";", "\t", "|")
NOT_CLOSED = "has a quote that is not closed"


def csv_table(file: TextIO, *, encoding: str, limits: Limits, named: Collection[str] = ()) -> Table:
    """A CSV file. ``named`` are columns that a mapping names, by which the header is found too. Raises FileRefused."""
    lines = _Lines(file)
    head: list[tuple[int, str]] = []
    while len(head) < PREAMBLE and (line := lines.next()) is not None:
        head.append(line)
    header = header_among(
        (
            Candidate(place, _split(text, delimiter), delimiter)
            for place, (_, text) in enumerate(head)
            for delimiter in DELIMITERS
        ),
        named,
    )
    longest = csv.field_size_limit()
    if any(len(text) > longest for _, text in head[: header.place]):
        raise FileRefused.of("file", f"must name its columns before any line of more than {longest} characters")
    lines.put_back(head[header.place + 1 :])
    delimiter = header.delimiter or DELIMITERS[0]
    columns = checked_columns(header.cells, limits)
    form = Format("csv", encoding.removesuffix("-sig"), delimiter, head[header.place][0])
    return Table(form, columns, _rows(lines, delimiter, columns))


def _rows(lines: "_Lines", delimiter: str, columns: Sequence[str]) -> FileRows:
    """Every row, and every line that is none."""
    while (line := lines.next()) is not None:
        if line[1].strip():
            yield _row(lines, *line, delimiter, columns)


def _row(lines: "_Lines", number: int, line: str, delimiter: str, columns: Sequence[str]) -> Row | BadRow:
    """The row that begins with this line; takes further lines only when together they make a row."""
    if '"' not in line:
        return _checked(number, line, line.split(delimiter), columns)
    taken: list[tuple[int, str]] = []
    try:
        cells = next(csv.reader(_row_text(lines, line, taken), delimiter=delimiter, strict=True), [])
    except csv.Error as error:
        lines.put_back(taken)
        is_open = "unexpected end of data" in str(error)
        return BadRow(number, RowError(NOT_CLOSED if is_open else f"is not CSV: {error}"))
    row = _checked(number, "\n".join([line, *(text for _, text in taken)]), cells, columns)
    if isinstance(row, BadRow) and taken:
        # Lines that together are no row: the quote was not closed where it seems so.
        lines.put_back(taken)
        return BadRow(number, RowError(NOT_CLOSED))
    return row


def _row_text(lines: "_Lines", first: str, taken: list[tuple[int, str]]) -> Iterator[str]:
    """The lines of a row as its reader asks for them, each once; it asks for further ones while a quote is open."""
    yield f"{first}\n"
    length = len(first)
    while len(taken) < MOST_LINES and length <= LONGEST_LINE and (more := lines.next()) is not None:
        taken.append(more)
        length += len(more[1])
        yield f"{more[1]}\n"


def _checked(number: int, text: str, cells: list[str], columns: Sequence[str]) -> Row | BadRow:
    if len(text) > LONGEST_LINE:
        return BadRow(number, RowError(f"is longer than {LONGEST_LINE} characters"))
    if "\0" in text:
        column = next((name for name, cell in zip(columns, cells, strict=False) if "\0" in cell), None)
        return BadRow(number, RowError("holds a NUL character", column))
    if len(cells) != len(columns):
        return BadRow(number, RowError(f"has {len(cells)} cells where the header has {len(columns)}"))
    return Row(number, cells)


class _Lines:
    """The lines of a file with their numbers, without their ends; some may be put back."""

    def __init__(self, file: TextIO) -> None:
        self._file = file
        self._number = 0
        self._waiting: deque[tuple[int, str]] = deque()

    def next(self) -> tuple[int, str] | None:
        """The next line, None at the end; the rest of one that is too long is dropped."""
        if self._waiting:
            return self._waiting.popleft()
        line = self._file.readline(LONGEST_LINE + 2)
        if not line:
            return None
        self._number += 1
        rest = line
        while not rest.endswith("\n") and (rest := self._file.readline(LONGEST_LINE)):
            pass
        return self._number, line.rstrip("\n")

    def put_back(self, lines: Sequence[tuple[int, str]]) -> None:
        """Let these lines be the next ones."""
        self._waiting.extendleft(reversed(lines))


def _split(text: str, delimiter: str) -> list[str]:
    """The cells of a line that may be the header; none where it is no row by itself."""
    try:
        return next(csv.reader(iter([text]), delimiter=delimiter, strict=True), [])
    except csv.Error:
        return []
