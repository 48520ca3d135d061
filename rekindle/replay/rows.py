"""Reading a CSV log row by row: every row that can be read, and every line that cannot, with its number and why.

Nothing is held but the row at hand, so a log may be of any size. A quote that is never closed costs its own line, not those
that follow.
"""

import csv
from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

LONGEST_LINE = 1024 * 1024
"""Bytes. A longer line is no row of a log."""
MOST_LINES = 50
"""Lines that one row may span by quoted line breaks."""


class UnreadableLog(Exception):
    """The file as a whole cannot be read; the message says why."""


@dataclass(frozen=True, slots=True)
class Row:
    """A row: the number of its first line in the file, counted from 1, and its values by column."""

    line: int
    values: dict[str, str]


@dataclass(frozen=True, slots=True)
class BadRow:
    """A line that is no row, and why."""

    line: int
    why: str


class Log:
    """A CSV file with a header, in UTF-8. Iterating reads it once; ``read_bytes`` of ``size`` bytes have been read."""

    def __init__(self, path: Path, *, delimiter: str = ",") -> None:
        self._delimiter = delimiter
        try:
            self._file: BinaryIO = path.open("rb")
            self.size = path.stat().st_size
        except OSError as error:
            raise UnreadableLog(f"{path} cannot be read: {error.strerror or error}") from error
        self.read_bytes = 0
        self._waiting: deque[tuple[int, bytes]] = deque()
        self._number = 0
        try:
            self.columns = self._header(path)
        except UnreadableLog:
            self.close()
            raise

    def close(self) -> None:
        """Let go of the file."""
        self._file.close()

    def __iter__(self) -> Iterator[Row | BadRow]:
        while (line := self._next_line()) is not None:
            if line[1].strip():
                yield self._row(*line)

    def _header(self, path: Path) -> tuple[str, ...]:
        line = self._next_line()
        if line is None:
            raise UnreadableLog(f"{path} is empty: its first line must name the columns")
        try:
            columns = tuple(name.strip() for name in self._split(line[1].removeprefix(b"\xef\xbb\xbf").decode()) or ())
        except (UnicodeDecodeError, csv.Error) as error:
            raise UnreadableLog(f"{path}: the first line does not name columns in UTF-8: {error}") from error
        if len(set(columns)) < len(columns):
            raise UnreadableLog(f"{path}: the first line names a column twice: {', '.join(columns)}")
        return columns

    def _row(self, number: int, line: bytes) -> Row | BadRow:
        """The row that begins with this line; takes further lines only when together they make a row."""
        taken: list[tuple[int, bytes]] = []
        text = line
        while True:
            found = self._read(number, text)
            if found is not None or len(taken) == MOST_LINES or (more := self._next_line()) is None:
                break
            taken.append(more)
            text += b"\n" + more[1]
        if isinstance(found, Row) or not taken:
            return found or BadRow(number, "a quote is not closed")
        self._waiting.extendleft(reversed(taken))
        return BadRow(number, "a quote is not closed")

    def _read(self, number: int, text: bytes) -> Row | BadRow | None:
        """The row of a text, what is wrong with it, or None when a quote in it is still open."""
        if len(text) > LONGEST_LINE:
            return BadRow(number, f"longer than {LONGEST_LINE} bytes")
        try:
            decoded = text.decode()
        except UnicodeDecodeError as error:
            return BadRow(number, f"not UTF-8: byte {error.object[error.start]:#04x}")
        if "\x00" in decoded:
            return BadRow(number, "holds a NUL character")
        try:
            values = self._split(decoded)
        except csv.Error as error:
            return BadRow(number, f"not CSV: {error}")
        if values is None:
            return None
        if len(values) != len(self.columns):
            return BadRow(number, f"has {len(values)} columns, not {len(self.columns)}")
        return Row(number, dict(zip(self.columns, values, strict=True)))

    def _split(self, text: str) -> list[str] | None:
        lines = [f"{line}\n" for line in text.split("\n")]
        lines[-1] = lines[-1].removesuffix("\n")
        try:
            return next(csv.reader(lines, delimiter=self._delimiter, strict=True), [])
        except csv.Error as error:
            if "unexpected end of data" in str(error):
                return None
            raise

    def _next_line(self) -> tuple[int, bytes] | None:
        """The next line without its end, of at most one byte more than the longest."""
        if self._waiting:
            return self._waiting.popleft()
        line = self._file.readline(LONGEST_LINE + 1)
        if not line:
            return None
        self._number += 1
        self.read_bytes += len(line)
        rest = line
        while not rest.endswith(b"\n") and (rest := self._file.readline(LONGEST_LINE)):
            self.read_bytes += len(rest)
        return self._number, line.rstrip(b"\r\n") if len(line) <= LONGEST_LINE else line
