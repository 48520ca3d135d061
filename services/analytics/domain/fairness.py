"""Do people of every group pass from stage to stage alike? Rates by an attribute, none that could name somebody. Pure."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace

from services.analytics.metrics import STAGES, Sums
from services.analytics.metrics.adding_up import Ratio, Row
from services.analytics.metrics.stages import FROM_PREVIOUS


@dataclass(frozen=True, slots=True)
class Cell:
    """The people with one value of an attribute at one stage. Where ``row`` is None they are too few to be shown."""

    stage: str
    value: str | None
    row: Row | None


def pass_through(groups: Mapping[str | None, Sums], *, minimum: int) -> list[Cell]:
    """For each stage after the first the share of each group that came from the stage before; stages in order, values sorted.

    A group of fewer than ``minimum`` is not shown. Where that is one alone, what is missing to the total would tell, so that
    the smallest of the others is not shown either.
    """
    how = FROM_PREVIOUS.adds_up
    assert isinstance(how, Ratio)
    rows = {value: {row.key: row for row in how.rows(sums)} for value, sums in groups.items()}
    values = sorted(rows, key=lambda value: (value is None, value or ""))
    return [
        cell
        for stage in STAGES[1:]
        for cell in _shown([Cell(stage, value, rows[value][stage]) for value in values if rows[value][stage].n], minimum)
    ]


def _shown(cells: list[Cell], minimum: int) -> Iterator[Cell]:
    sizes = {cell.value: 0 if cell.row is None else cell.row.n for cell in cells}
    hidden = {value for value, n in sizes.items() if n < minimum}
    if len(hidden) == 1 and len(sizes) > 1:
        hidden.add(min(sizes.keys() - hidden, key=lambda value: (sizes[value], value is None, value or "")))
    for cell in cells:
        yield replace(cell, row=None) if cell.value in hidden else cell
