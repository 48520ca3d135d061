"""XLSX: the first sheet with data, read in a process of its own; rows by the rules of CSV.

Numbers are whole in a file of this kind, however a spreadsheet shows them: only those beyond 15 digits are damaged.
"""

import datetime as dt
import io
import zipfile
from collections.abc import Collection, Iterator, Sequence
from itertools import chain, islice
from typing import Any, BinaryIO, TypeAlias

import orjson
from python_calamine import CalamineError, CalamineWorkbook, PasswordError, SheetTypeEnum, SheetVisibleEnum

from services.candidates.domain.imports.csv_table import LONGEST_LINE
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
from shared.isolated import MIB, Isolation, Unreadable

Cell: TypeAlias = int | float | str | bool | dt.time | dt.date | dt.datetime | dt.timedelta

LONGEST_CELL = 32_767
"""Characters: a spreadsheet takes no more."""
TOO_LONG = f"has a cell of more than {LONGEST_CELL:,} characters, or more than {LONGEST_LINE:,} in all"
MACROS = "holds macros; save it as XLSX without them"
LOCKED = "is protected by a password; save it without one"
_ENCRYPTED = "EncryptedPackage".encode("utf-16-le")
_MOST_PARTS = 10_000
_MOST_DIGITS = 10**15
"""A spreadsheet keeps 15 digits of a number."""


def read_sheet(file: BinaryIO, answer: BinaryIO, *, columns: int, unpacked_mib: int) -> None:
    """Write the name of the first sheet with data and of the others, then each row with its number; as JSON, one to a line.

    Runs in a process of its own. Raises Unreadable.
    """
    content = io.BytesIO(file.read())
    _demand_harmless(content, unpacked_mib)
    try:
        book = CalamineWorkbook.from_filelike(content)
        found = [
            (sheet, name.name)
            for name in book.sheets_metadata
            if name.typ is SheetTypeEnum.WorkSheet and name.visible is SheetVisibleEnum.Visible
            if (sheet := book.get_sheet_by_name(name.name)).height
        ]
        if not found:
            raise Unreadable("has no sheet with data")
        (sheet, name), *others = found
        if sheet.width > columns:
            raise Unreadable(f"has {sheet.width} columns; at most {columns} are read")
        answer.write(orjson.dumps([name, [other for _, other in others]]) + b"\n")
        for number, cells in enumerate(sheet.iter_rows(), 1):
            texts = [_text(cell) for cell in cells]
            if any(texts):
                is_too_long = any(len(text) > LONGEST_CELL for text in texts) or sum(map(len, texts)) > LONGEST_LINE
                answer.write(orjson.dumps([number, None if is_too_long else texts]) + b"\n")
    except PasswordError as error:
        raise Unreadable(LOCKED) from error
    except CalamineError as error:
        raise Unreadable("is no XLSX file that can be read") from error


def xlsx_table(file: BinaryIO, limits: Limits, isolation: Isolation, *, named: Collection[str] = ()) -> Table:
    """A spreadsheet. ``named`` are columns that a mapping names, by which the header is found too. Raises FileRefused."""
    try:
        answer = isolation.read(read_sheet, file, columns=limits.columns, unpacked_mib=isolation.memory_mib)
    except Unreadable as error:
        raise FileRefused.of("file", str(error)) from error
    rows = _read_lines(answer)
    sheet, others = next(rows)
    head = list(islice(rows, PREAMBLE))
    header = header_among((Candidate(place, cells or []) for place, (_, cells) in enumerate(head)), named)
    names = _without_empty_end(header.cells)
    form = Format("xlsx", header_line=head[header.place][0], sheet=sheet, sheets_left=others)
    further = head[header.place + 1 :]
    return Table(form, checked_columns(names, limits), _rows(further, rows, len(names)))


def _read_lines(answer: BinaryIO) -> Iterator[Any]:
    """The lines of an answer, which is closed once nobody reads on."""
    with answer:
        for line in answer:
            yield orjson.loads(line)


def is_encrypted(file: BinaryIO) -> bool:
    """Whether an Office file of the old kind is a new one with a password."""
    file.seek(0)
    return _ENCRYPTED in file.read()


def _rows(head: Sequence[tuple[int, list[str] | None]], rows: Iterator[tuple[int, list[str] | None]], columns: int) -> FileRows:
    for number, cells in chain(head, rows):
        yield BadRow(number, RowError(TOO_LONG)) if cells is None else _row(number, cells, columns)


def _row(number: int, cells: Sequence[str], columns: int) -> Row | BadRow:
    """A row with as many cells as the header has names; one that goes on behind them may have shifted."""
    if any(cells[columns:]):
        return BadRow(number, RowError(f"has {len(_without_empty_end(cells))} cells where the header has {columns}"))
    if any("\0" in cell for cell in cells):
        return BadRow(number, RowError("holds a NUL character"))
    return Row(number, [*cells[:columns], *[""] * (columns - len(cells))])


def _without_empty_end(cells: Sequence[str]) -> Sequence[str]:
    last = max((place for place, cell in enumerate(cells, 1) if cell.strip()), default=0)
    return cells[:last]


def _text(cell: Cell) -> str:
    """A cell as CSV would hold it: dates as ISO 8601 writes them, a number that lost digits as one that did."""
    if isinstance(cell, bool):
        return str(cell).lower()
    if isinstance(cell, float) and not cell.is_integer():
        return repr(cell)
    if isinstance(cell, int | float):
        return f"{cell:.1E}" if abs(cell) >= _MOST_DIGITS else str(int(cell))
    if isinstance(cell, dt.date | dt.time):
        return cell.isoformat()
    return str(cell)


def _demand_harmless(content: BinaryIO, unpacked_mib: int) -> None:
    """Raise Unreadable for an archive with macros, or that unpacks to too much."""
    try:
        with zipfile.ZipFile(content) as archive:
            parts = archive.infolist()
    except (zipfile.BadZipFile, ValueError, NotImplementedError) as error:
        raise Unreadable("is no XLSX file that can be read") from error
    if len(parts) > _MOST_PARTS or sum(part.file_size for part in parts) > unpacked_mib * MIB:
        raise Unreadable(f"unpacks to more than {unpacked_mib} MiB")
    names = {part.filename for part in parts}
    if any(name.endswith("vbaProject.bin") for name in names):
        raise Unreadable(MACROS)
    if "xl/workbook.xml" not in names:
        raise Unreadable("must be CSV, XLSX, JSON or a resume: this is a ZIP archive of another kind")
    content.seek(0)
