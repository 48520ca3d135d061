"""What a file holds: rows, each with its line, and lines that are no row, with the rule that they break."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol, TypeAlias

from shared.errors import Invalid


class FileRefused(Invalid):
    """The file as a whole cannot be imported."""

    code = "import_file_refused"
    title = "The file cannot be imported"


@dataclass(frozen=True, slots=True)
class Row:
    """A row: the number of its first line in the file, counted from 1, and its cells in the order of the columns.

    A format without columns gives ``fields`` in their place: what it states of a person, as the API names it.
    """

    line: int
    cells: Sequence[str] = ()
    fields: Mapping[str, Any] | None = None


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


@dataclass(frozen=True, slots=True)
class Limits:
    """How much a file may hold."""

    columns: int
    rows: int


class Table(Protocol):
    """A file that was opened: its format and columns are known, its rows are read once."""

    @property
    def format(self) -> Format: ...
    @property
    def columns(self) -> Sequence[str]: ...
    def rows(self) -> FileRows:
        """Every row. Raises FileRefused for what makes the whole file unreadable."""


@dataclass(frozen=True, slots=True)
class Meaning:
    """What the columns of a file mean."""

    columns: Mapping[str, str] = field(default_factory=dict)
    """The field by the column's name; what is not named is not read."""
    clears_empty: bool = False
    """Whether an empty cell clears the field; else it changes nothing."""
