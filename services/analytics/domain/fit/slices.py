"""Numbers of people, kept so that "who has at least so much" takes the same time however many different numbers there are.

A bitmap for each binary digit (a bit-sliced index): a comparison looks at some thirty bitmaps and at no single person.
"""

from array import array
from collections.abc import Iterable
from math import floor

import numpy as np
from numpy.typing import NDArray
from pyroaring import BitMap

SCALE = 100
"""Numbers are kept to the hundredth: a cent of an amount, half a week of years."""


class Slices:
    """One number for each of some people."""

    def __init__(self) -> None:
        self.known = BitMap()
        self._digits: list[BitMap] = []

    def take_out(self, people: BitMap) -> None:
        """Forget these people's numbers."""
        for one in (self.known, *self._digits):
            one.difference_update(people)

    def add(self, numbers: Iterable[tuple[int, float]]) -> None:
        """Keep numbers, at least 0, of people who have none here: pairs of the person's bit and the number."""
        pairs = list(numbers)
        people = np.fromiter((person for person, _ in pairs), np.uint32, len(pairs))
        scaled = np.rint(np.fromiter((number for _, number in pairs), np.float64, len(pairs)) * SCALE).astype(np.int64)
        self.known |= _bitmap(people)
        for place in range(int(scaled.max(initial=0)).bit_length()):
            if place == len(self._digits):
                self._digits.append(BitMap())
            self._digits[place] |= _bitmap(people[(scaled >> place & 1).astype(np.bool_)])

    def at_least(self, number: float) -> BitMap:
        """Who has so much or more."""
        wanted = round(number * SCALE)
        if wanted.bit_length() > len(self._digits):
            return BitMap()
        more, equal = BitMap(), self.known
        for place in range(len(self._digits) - 1, -1, -1):
            digit = self._digits[place]
            if wanted >> place & 1:
                equal = equal & digit
            else:
                more |= equal & digit
                equal = equal - digit
        return more | equal

    def at_most(self, number: float) -> BitMap:
        """Who has so much or less; what is below a hundredth decides nothing."""
        return self.known - self.at_least((floor(number * SCALE) + 1) / SCALE)


def _bitmap(people: NDArray[np.uint32]) -> BitMap:
    return BitMap(array("I", people.tobytes()))
