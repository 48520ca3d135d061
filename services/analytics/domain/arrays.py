"""Arrays of numbers, those that grow, and ranges of places in them."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

Ints = NDArray[Any]


class Grown:
    """An array that grows at its end."""

    def __init__(self, kind: Any) -> None:
        self._kept: Ints = np.empty(1024, dtype=kind)
        self._size = 0

    @classmethod
    def of(cls, values: Ints) -> "Grown":
        """An array of some values, which are never changed by what is put at its end."""
        found = cls(values.dtype)
        found._kept, found._size = values, len(values)
        return found

    def extend(self, values: Any) -> None:
        """Put values at the end."""
        size = self._size + len(values)
        if size > len(self._kept):
            kept = np.empty(max(size, len(self._kept) * 3 // 2), dtype=self._kept.dtype)
            kept[: self._size] = self._kept[: self._size]
            self._kept = kept
        self._kept[self._size : size] = values
        self._size = size

    def keep(self, mask: Any) -> None:
        """Leave out what the mask does not hold."""
        self._kept = self.all[mask]
        self._size = len(self._kept)

    @property
    def all(self) -> Ints:
        """The values; changing them changes the array."""
        return self._kept[: self._size]

    @property
    def size_in_bytes(self) -> int:
        """How much memory it takes."""
        return self._kept.nbytes


def ranges(starts: Ints, counts: Ints) -> tuple[Ints, Ints]:
    """The places from each start on, so many as its count says, one range after another; and which range each is of."""
    which = np.repeat(np.arange(len(counts)), counts)
    within = np.arange(len(which)) - np.repeat(np.cumsum(counts) - counts, counts)
    return np.repeat(starts, counts) + within, which
