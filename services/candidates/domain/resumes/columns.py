"""From what stands where on a page to lines in reading order: one column, or two beside each other."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from services.candidates.domain.resumes.entries import is_aside
from services.candidates.domain.resumes.headings import heading_kind
from services.candidates.domain.resumes.lines import Line

_STEP = 4.0
_LEAST_ROWS = 4
_FULL = 0.9
"""Of a column's width: a line that reaches so far goes on."""


@dataclass(frozen=True, slots=True)
class Run:
    """A piece of text on a page; coordinates in points, upwards."""

    text: str
    left: float
    right: float
    base: float
    size: float = 10.0
    is_bold: bool = False
    links: tuple[str, ...] = ()


def lines_of(runs: Sequence[Run], *, page: int, width: float) -> list[Line]:
    """The lines of a page: what stands above two columns, the left one, the right one, what stands below."""
    split = _gutter(runs, width)
    if split is None:
        parts = [(0, list(runs))]
    else:
        gutter, low, high = split
        within = [run for run in runs if low <= run.base <= high]
        parts = [
            (0, [run for run in runs if run.base > high]),
            (0, [run for run in within if run.right <= gutter + _STEP]),
            (1, [run for run in within if run.right > gutter + _STEP]),
            (0, [run for run in runs if run.base < low]),
        ]
    lines: list[Line] = []
    for column, part in parts:
        rows = _rows(part)
        left = min((run.left for run in part), default=0.0)
        rights = sorted((_first_end(row) for row in rows), reverse=True)
        reach = left + _FULL * (rights[min(2, len(rights) - 1)] - left) if rights else 0.0
        for row in rows:
            lines += _lines(row, page, len(lines) + 1, column, reach=reach)
    return lines


def _rows(runs: Sequence[Run]) -> list[list[Run]]:
    """Runs on one base line, from left to right; rows from above."""
    rows: list[list[Run]] = []
    for run in sorted(runs, key=lambda run: (-run.base, run.left)):
        if rows and abs(rows[-1][0].base - run.base) < 0.3 * max(run.size, rows[-1][0].size):
            rows[-1].append(run)
        else:
            rows.append([run])
    return [sorted(row, key=lambda run: run.left) for row in rows]


def _first_end(row: Sequence[Run]) -> float:
    """Where the first cell of a row ends."""
    end = row[0].right
    for before, run in pairwise(row):
        if run.left - before.right >= max(run.size, before.size):
            break
        end = run.right
    return end


def _lines(row: Sequence[Run], page: int, number: int, column: int, *, reach: float) -> list[Line]:
    """A row as a line; a heading that stands before its text is a line of its own."""
    cells: list[str] = []
    before: Run | None = None
    for run in row:
        is_mark = before is not None and len(cells) == 1 and len(cells[0]) <= 1 and not cells[0].isalnum()
        if before is not None and (run.left - before.right < max(run.size, before.size) or is_mark):
            cells[-1] += " " + run.text if run.left - before.right > 0.15 * run.size else run.text
        else:
            cells.append(run.text)
        before = run
    links = tuple(dict.fromkeys(link for run in row for link in run.links))
    size, left, is_bold = max(run.size for run in row), row[0].left, row[0].is_bold
    is_full = _first_end(row) >= reach
    first = Line((cells[0],), page, number, size, left, is_bold, column=column)
    if len(cells) > 1 and heading_kind(first) is not None:
        rest = Line(tuple(cells[1:]), page, number + 1, row[-1].size, row[1].left, row[-1].is_bold, is_full, links, column)
        return [first, rest]
    return [Line(tuple(cells), page, number, size, left, is_bold, is_full, links, column)]


def _gutter(runs: Sequence[Run], width: float) -> tuple[float, float, float] | None:
    """Where two columns part, and from which base line to which they stand beside each other; None for one column."""
    best: tuple[float, float, float, float] | None = None
    place = 0.2 * width
    while place <= 0.8 * width:
        crossing = sorted(run.base for run in runs if run.left < place - 1 < place + 1 < run.right)
        bounds = [float("-inf"), *crossing, float("inf")]
        for low, high in pairwise(bounds):
            band = [run for run in runs if low < run.base < high]
            left, right = [run for run in band if run.right <= place], [run for run in band if run.right > place]
            score = float(min(sum(len(run.text) for run in side) for side in (left, right)))
            if (best is None or score > best[0]) and _are_columns(left, right):
                bases = [run.base for run in band]
                best = (score, place, min(bases), max(bases))
        place += _STEP
    return None if best is None else best[1:]


def _are_columns(left: Sequence[Run], right: Sequence[Run]) -> bool:
    """Whether both sides are read for themselves: each has rows and headings, or rows that stand beside none of the other's."""
    sides = (left, right)
    if any(len({round(run.base) for run in side}) < _LEAST_ROWS for side in sides):
        return False
    headed = [sum(_is_heading(run) for run in side) for side in sides]
    if headed[0] >= 0.6 * len(left):
        return False
    if all(headed):
        return True
    alone = [
        sum(not any(abs(run.base - other.base) < 2 for other in beside) for run in side) / len(side)
        for side, beside in ((left, right), (right, left))
    ]
    asides = [sum(is_aside(run.text) for run in side) / len(side) for side in sides]
    return min(alone) > 0.5 and max(asides) < 0.4


def _is_heading(run: Run) -> bool:
    return heading_kind(Line((run.text,), 1, 1, run.size, is_bold=run.is_bold)) is not None
