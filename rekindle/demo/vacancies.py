"""How many of the positions of the demo are filled, and which hires did not last."""

from collections import Counter
from dataclasses import dataclass, field

from rekindle.demo.positions import Opening

LEAVES = frozenset({2, 5})
"""Of the people who start, the second and the fifth leave early."""


@dataclass(slots=True)
class Vacancies:
    """What has been taken so far."""

    taken: Counter[str] = field(default_factory=Counter)
    started: int = 0

    def is_filled(self, opening: Opening) -> bool:
        """Whether as many were hired as were wanted."""
        return self.taken[opening.reference] >= opening.hires

    def take(self, opening: Opening) -> None:
        """Somebody is hired."""
        self.taken[opening.reference] += 1

    def leaves_early(self) -> bool:
        """Whether the one who starts now leaves soon."""
        self.started += 1
        return self.started in LEAVES
