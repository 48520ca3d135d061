"""Arrays of numbers, and ranges of places in them."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

Ints = NDArray[Any]


def ranges(starts: Ints, counts: Ints) -> tuple[Ints, Ints]:
    """The places from each start on, so many as its count says, one range after another; and which range each is of."""
    which = np.repeat(np.arange(len(counts)), counts)
    within = np.arange(len(which)) - np.repeat(np.cumsum(counts) - counts, counts)
    return np.repeat(starts, counts) + within, which
