"""CSV: the delimiter and the line with the header are found; a row whose cells may have shifted is none.

A quote that is never closed costs its own line, not those that follow.
"""

import csv
from collections import deque
from collections.abc import Collection, Sequence
from typing import TextIO

from services.candidates.domain.imports.columns import known_names
from services.candidates.domain.imports.rows import BadRow, FileRefused, FileRows, Format, Limits, Row, RowError, checked_columns

LONGEST_LINE = 1024 * 1024
"""Characters. A longer line is no row."""
MOST_LINES = 200
"""Lines that one row may span by quoted line breaks."""
PREAMBLE = 20
"""Lines among which the header is looked for."""
DELIMITERS = (",", ";", "\t", "|")
NOT_CLOSED = "has a quote that is not closed"


class CsvTable:
    """A CSV file. ``named`` are columns that a mapping names, by which the header is found too."""

    def __init__(self, file: TextIO, *, encoding: str, limits: Limits, named: Collection[str] = ()) -> None:
        self._file = file
        self._number = 0
        self._limits = limits
        self._waiting: deque[tuple[int, str]] = deque()
        delimiter, line, self._columns = self._header({*named})
        self._format = Format("csv", encoding.removesuffix("-sig"), delimiter, line)

    @property
    def format(self) -> Format:
        return self._format

    @property
    def columns(self) -> Sequence[str]:
        return self._columns

    def rows(self) -> FileRows:
        """Every row, and every line that is none."""
        while (line := self._next_line()) is not None:
            if line[1].strip():
                yield self._row(*line)

    def _header(self, named: Collection[str]) -> tuple[str, int, list[str]]:
        """The delimiter, the line and the names of the columns. The lines behind it wait to be read as rows."""
        head: list[tuple[int, str]] = []
        while len(head) < PREAMBLE and (line := self._next_line()) is not None:
            head.append(line)
        found: tuple[tuple[int, int, int], str, int, list[str]] | None = None
        for place, (_, text) in enumerate(head):
            for delimiter in DELIMITERS:
                cells = _split(text, delimiter)
                if not cells or not any(cell.strip() for cell in cells):
                    continue
                names = [cell.strip() for cell in cells]
                score = (len(set(named).intersection(names)), known_names(names), len(names) if place == 0 else 0)
                if found is None or score > found[0]:
                    found = (score, delimiter, place, names)
        if found is None:
            raise FileRefused.of("file", f"must name its columns in one of its first {PREAMBLE} lines")
        _, delimiter, place, names = found
        self._waiting.extend(head[place + 1 :])
        return delimiter, head[place][0], checked_columns(names, self._limits)

    def _row(self, number: int, line: str) -> Row | BadRow:
        """The row that begins with this line; takes further lines only when together they make a row."""
        delimiter = self._format.delimiter or ","
        if '"' not in line:
            return self._checked(number, line, line.split(delimiter))
        taken: list[tuple[int, str]] = []
        text = line
        while (cells := self._cells(number, text, delimiter)) is None:
            if len(taken) == MOST_LINES or len(text) > LONGEST_LINE or (more := self._next_line()) is None:
                self._waiting.extendleft(reversed(taken))
                return BadRow(number, RowError(NOT_CLOSED))
            taken.append(more)
            text += "\n" + more[1]
        if isinstance(cells, BadRow):
            if taken:
                self._waiting.extendleft(reversed(taken))
            return cells
        checked = self._checked(number, text, cells)
        if isinstance(checked, BadRow) and taken:
            # Lines that together are no row: the quote was not closed where it seems so.
            self._waiting.extendleft(reversed(taken))
            return BadRow(number, RowError(NOT_CLOSED))
        return checked

    def _cells(self, number: int, text: str, delimiter: str) -> list[str] | BadRow | None:
        """The cells of a text, what is wrong with it, or None while a quote in it is open."""
        try:
            return next(csv.reader(text.splitlines(keepends=True), delimiter=delimiter, strict=True), [])
        except csv.Error as error:
            if "unexpected end of data" in str(error):
                return None
            return BadRow(number, RowError(f"is not CSV: {error}"))

    def _checked(self, number: int, text: str, cells: list[str]) -> Row | BadRow:
        if len(text) > LONGEST_LINE:
            return BadRow(number, RowError(f"is longer than {LONGEST_LINE} characters"))
        if "\0" in text:
            column = next((name for name, cell in zip(self._columns, cells, strict=False) if "\0" in cell), None)
            return BadRow(number, RowError("holds a NUL character", column))
        if len(cells) != len(self._columns):
            return BadRow(number, RowError(f"has {len(cells)} cells where the header has {len(self._columns)}"))
        return Row(number, cells)

    def _next_line(self) -> tuple[int, str] | None:
        """The next line without its end; the rest of one that is too long is dropped."""
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


def _split(text: str, delimiter: str) -> list[str]:
    """The cells of a line that may be the header; none where it is no row by itself."""
    try:
        return next(csv.reader(iter([text]), delimiter=delimiter, strict=True), [])
    except csv.Error:
        return []
