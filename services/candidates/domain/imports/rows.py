"""What a file holds: rows, each with its line, and lines that are no row, with the rule that they break."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, TypeAlias

from shared.errors import Invalid

LONGEST_NAME = 500
"""Characters of a column's name."""
_ADDRESS = re.compile(r"\S@\S+\.\S")


class FileRefused(Invalid):
    """The file as a whole cannot be imported."""

    code = "import_file_refused"
    title = "The file cannot be imported"


@dataclass(frozen=True, slots=True)
class SentFile:
    """A file as it was sent."""

    name: str
    content: bytes


@dataclass(frozen=True, slots=True)
class Row:
    """A row: the number of its first line in the file, counted from 1, and its cells in the order of the columns.

    Where a format has lists, a cell is one.
    """

    line: int
    cells: Sequence[str | list[str]]
    resume: Mapping[str, Any] | None = None
    """Of a resume: all that it states, with how sure that is and where it stands."""
    file: SentFile | None = None
    """Of a resume: the file itself, where it is to be kept."""


@dataclass(frozen=True, slots=True)
class RowError:
    """A rule that a row breaks, and the column and field that break it; None where the whole row does. It holds no value."""

    rule: str
    column: str | None = None
    field: str | None = None


@dataclass(frozen=True, slots=True)
class BadRow:
    """Lines that are no row, and why."""

    line: int
    error: RowError


FileRows: TypeAlias = Iterator[Row | BadRow]


@dataclass(frozen=True, slots=True)
class Format:
    """How a file was read: what was found, to be shown."""

    kind: str
    """csv, json ..."""
    encoding: str | None = None
    delimiter: str | None = None
    header_line: int | None = None
    """The line that names the columns; what stands before it is a preamble and is skipped."""
    sheet: str | None = None
    """Of a spreadsheet: the first sheet with data, which is read."""
    sheets_left: Sequence[str] = ()
    """Its other sheets with data, which are not."""

    @property
    def adds(self) -> bool:
        """Whether a row adds to what is known of its person, as a resume does, and takes nothing away."""
        return "resume" in self.kind


@dataclass(frozen=True, slots=True)
class Limits:
    """How much a file may hold."""

    columns: int
    rows: int


def checked_columns(names: Sequence[str], limits: Limits) -> list[str]:
    """The names of columns; one without a name is called by its number. Raises FileRefused."""
    if len(names) > limits.columns:
        raise FileRefused.of("file", f"has {len(names)} columns; at most {limits.columns} are read")
    columns = [name.strip() or f"column {number}" for number, name in enumerate(names, 1)]
    if any("\0" in name for name in columns):
        raise FileRefused.of("file", "must not hold a NUL character in the name of a column")
    if any(len(name) > LONGEST_NAME for name in columns):
        raise FileRefused.of("file", f"names a column with more than {LONGEST_NAME} characters")
    if any(_ADDRESS.search(name) for name in columns):
        raise FileRefused.of("file", "must name its columns: an e-mail address stands where their names should")
    if len(set(columns)) < len(columns):
        twice = sorted({name for name in columns if columns.count(name) > 1})
        raise FileRefused.of("file", f"names a column twice: {', '.join(map(repr, twice[:5]))}")
    return columns


@dataclass(frozen=True, slots=True)
class Table:
    """A file that was opened: its format and columns are known."""

    format: Format
    columns: Sequence[str]
    rows: FileRows
    """Every row, and what is none; read once. Raises FileRefused for what makes the whole file unreadable."""


@dataclass(frozen=True, slots=True)
class Meaning:
    """What the columns of a file mean."""

    columns: Mapping[str, str] = field(default_factory=dict)
    """The field by the column's name; what is not named is not read."""
    clears_empty: bool = False
    """Whether an empty cell clears the field; else it changes nothing."""
