"""What contributions add up to, by measure."""

from collections.abc import Mapping
from typing import NamedTuple


class Sum(NamedTuple):
    """What contributions to one measure add up to."""

    attempts: int
    seconds: int = 0


class Sums:
    """Sums by measure; a measure nobody contributed to is 0."""

    def __init__(self, sums: Mapping[str, Sum]) -> None:
        self._families: dict[str, dict[str, Sum]] = {}
        for measure, found in sums.items():
            if found.attempts:
                family, _, key = measure.partition(".")
                self._families.setdefault(family, {})[key] = found

    def of(self, family: str) -> Mapping[str, Sum]:
        """The sums of a family by key."""
        return self._families.get(family, {})

    def count(self, family: str, key: str) -> int:
        """How often ``<family>.<key>`` was contributed to."""
        found = self._families.get(family, {}).get(key)
        return 0 if found is None else found.attempts

    def weight(self, family: str, key: str) -> int:
        """What the contributions to ``<family>.<key>`` weigh together."""
        found = self._families.get(family, {}).get(key)
        return 0 if found is None else found.seconds
