"""Which of the first rows of a table names its columns; what stands before it is a preamble."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass

from services.candidates.domain.imports.columns import known_names
from services.candidates.domain.imports.rows import FileRefused

PREAMBLE = 20
"""Rows among which the header is looked for."""


@dataclass(frozen=True, slots=True)
class Candidate:
    """A row that may be the header: its place among the rows, the delimiter by which it was split, and its cells."""

    place: int
    cells: Sequence[str]
    delimiter: str | None = None


def header_among(rows: Iterable[Candidate], named: Collection[str]) -> Candidate:
    """The row with the most names of columns: those that a mapping names, then those that are known; else the first.

    Raises FileRefused where no row has a cell.
    """
    best: tuple[tuple[int, int, int], Candidate] | None = None
    for row in rows:
        names = [cell.strip() for cell in row.cells]
        if not any(names):
            continue
        is_first = best is None or row.place == best[1].place
        score = (len({*named}.intersection(names)), known_names(names), len(names) if is_first else 0)
        if best is None or score > best[0]:
            best = (score, row)
    if best is None:
        raise FileRefused.of("file", f"must name its columns in one of its first {PREAMBLE} lines")
    return best[1]
