"""Everybody, told apart by the three answers of a rule."""

from collections.abc import Iterable
from dataclasses import dataclass

from pyroaring import BitMap


@dataclass(frozen=True, slots=True)
class Split:
    """Who meets something, and of whom that is not known; everybody else does not meet it."""

    met: BitMap
    not_known: BitMap


def all_of(everybody: BitMap, splits: Iterable[Split]) -> Split:
    """Who meets all, and of whom that is not known: ``shared.fit.of_all`` for everybody. Of none, all are met."""
    met, possible = everybody, everybody
    for one in splits:
        met = met & one.met
        possible = possible & (one.met | one.not_known)
    return Split(met, possible - met)
