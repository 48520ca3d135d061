"""How many attempts, and how many durations, there are by each value of a dimension: kept as rows come and go.

A question about one dimension and all time reads these counts and not the rows. Attempts are counted by profile, durations by
measure.
"""

from typing import Any

import numpy as np

from services.analytics.domain.arrays import Ints

ALL = ""
"""Stands for no dimension: everything has its value 0."""
MOST_CELLS = 1 << 23
"""A table of more cells is given up; its questions are answered from the rows."""


class Table:
    """Counts by value and code, each a small integer."""

    def __init__(self, kind: Any = np.int32) -> None:
        self._cells: Ints | None = np.zeros((1, 16), kind)
        self._values = self._codes = 0

    @property
    def cells(self) -> Ints | None:
        """A row for each value and a column for each code, as far as any occurred; None where there are too many."""
        return None if self._cells is None else self._cells[: self._values, : self._codes]

    @property
    def size_in_bytes(self) -> int:
        """How much memory it takes."""
        return 0 if self._cells is None else self._cells.nbytes

    def add(self, values: Ints, codes: Ints, amount: Any) -> None:
        """Add an amount, or one for each, to the cells of some values and codes."""
        if len(values) and (cells := self._with_room(int(values.max()) + 1, int(codes.max()) + 1)) is not None:
            np.add.at(cells, (values, codes), amount)

    def _with_room(self, values: int, codes: int) -> Ints | None:
        if (held := self._cells) is None:
            return None
        self._values, self._codes = max(self._values, values), max(self._codes, codes)
        height, width = held.shape
        if self._values > height or self._codes > width:
            shape = max(self._values, height * 3 // 2), max(self._codes, width * 3 // 2)
            if shape[0] * shape[1] > MOST_CELLS:
                self._cells = None
                return None
            self._cells = np.zeros(shape, held.dtype)
            self._cells[:height, :width] = held
        return self._cells


class Rollups:
    """The counts by each dimension, ``ALL`` among them, and the seconds of all durations by measure; none without dimensions."""

    def __init__(self, dimensions: tuple[str, ...]) -> None:
        names = (ALL, *dimensions) if dimensions else ()
        self.attempts = {name: Table() for name in names}
        self.spans = {name: Table() for name in names}
        self.seconds = Table(np.int64)

    @property
    def size_in_bytes(self) -> int:
        """How much memory they take."""
        return sum(one.size_in_bytes for one in (*self.attempts.values(), *self.spans.values(), self.seconds))


def folded(cells: Ints | None, onto: Ints) -> Ints | None:
    """The rows of a table added up by another value, ``onto`` of each."""
    if cells is None:
        return None
    found = np.zeros((int(onto.max(initial=0)) + 1, cells.shape[1]), cells.dtype)
    np.add.at(found, onto[: len(cells)], cells)
    return found
