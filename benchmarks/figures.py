"""A figure: pairs of measurements taken in turn, their ratios, and whether the aim is reached."""

from dataclasses import dataclass, field
from statistics import median
from typing import Any


@dataclass(slots=True)
class Figure:
    """One line of the table. Each round adds a pair; the figure is the ratio of the pair, so the machine's speed drops out."""

    name: str
    what: str
    """The two things that are compared, the first divided by the second."""
    aim: float
    at_most: bool = False
    """Whether less is better."""
    reach: float | None = None
    """What would be better still."""
    units: tuple[str, str] = ("1/s", "1/s")
    rounds: list[tuple[float, float]] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)

    def add(self, ours: float, theirs: float) -> None:
        """Add a round."""
        self.rounds.append((ours, theirs))

    @property
    def ratios(self) -> list[float]:
        """The ratio of each round."""
        return [ours / theirs for ours, theirs in self.rounds]

    @property
    def median(self) -> float:
        """The ratio that counts."""
        return median(self.ratios)

    @property
    def is_reached(self) -> bool:
        """Whether the median keeps the aim."""
        return self.median <= self.aim if self.at_most else self.median >= self.aim

    @property
    def nearness(self) -> float:
        """How near the median is to the aim: 1 or more when it is reached."""
        return self.aim / self.median if self.at_most else self.median / self.aim

    def as_json(self) -> dict[str, Any]:
        """Everything that is known of the figure."""
        return {
            "figure": self.name,
            "what": self.what,
            "aim": {"at_most" if self.at_most else "at_least": self.aim, "reach": self.reach},
            "minimum": min(self.ratios),
            "median": self.median,
            "maximum": max(self.ratios),
            "reached": self.is_reached,
            "rounds": [
                {f"ours ({self.units[0]})": ours, f"theirs ({self.units[1]})": theirs, "ratio": ours / theirs}
                for ours, theirs in self.rounds
            ],
            "notes": self.notes,
        }


@dataclass(frozen=True, slots=True)
class Failure:
    """A group or a figure that could not be measured, and why."""

    name: str
    error: str

    @classmethod
    def of(cls, name: str, error: BaseException) -> "Failure":
        """What went wrong; of several things that failed together, the first."""
        while isinstance(error, BaseExceptionGroup):
            error = error.exceptions[0]
        return cls(name, f"{type(error).__name__}: {error}".removesuffix(": "))


def percentile(values: list[float], share: float) -> float:
    """The value that a share of all values does not exceed."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, max(0, round(share * len(ordered)) - 1))]
