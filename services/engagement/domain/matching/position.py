"""What decides of a position whether it brings somebody back."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import cached_property
from itertools import product
from typing import Any
from uuid import UUID

from shared.events import PositionChanged
from shared.events.snapshots import Part, WorkPlace
from shared.events.vocabulary import Level, PositionStatus
from shared.fit import Outline

FIELDS = frozenset(
    {
        "title", "status", "sponsor", "level", "skills", "years_experience", "remote", "countries", "cities",
        "locations", "salary_min", "salary_max", "salary_currency", "requirements", "needs", "starts_on",
    }
)  # fmt: skip
"""Fields of the snapshot that decide."""


@dataclass(frozen=True)
class PositionState:
    """A position at a time. What is None or empty is not known."""

    id: UUID
    status: PositionStatus | None = None
    title: str | None = None
    sponsor: str | None = None
    level: Level | None = None
    skills: frozenset[str] = frozenset()
    years_experience: float | None = None
    remote: bool | None = None
    countries: frozenset[str] = frozenset()
    cities: frozenset[str] = frozenset()
    locations: tuple[WorkPlace, ...] = ()
    """Which of the cities is in which of the countries; empty where that is not known."""
    salary_min: float | None = None
    salary_max: float | None = None
    salary_currency: str | None = None
    requirements: tuple[Part, ...] = ()
    needs: tuple[Part, ...] = ()
    starts_on: date | None = None

    @classmethod
    def of(cls, position: UUID, content: Mapping[str, Any]) -> "PositionState":
        """The state that a snapshot's content describes."""
        snapshot = PositionChanged.model_validate({**content, "position_id": position}, extra="ignore")
        return cls(
            id=position,
            status=snapshot.status,
            title=snapshot.title,
            sponsor=snapshot.sponsor,
            level=snapshot.level,
            skills=frozenset(snapshot.skills),
            years_experience=snapshot.years_experience,
            remote=snapshot.remote,
            countries=frozenset(snapshot.countries),
            cities=frozenset(snapshot.cities),
            locations=tuple(snapshot.locations),
            salary_min=snapshot.salary_min,
            salary_max=snapshot.salary_max,
            salary_currency=snapshot.salary_currency,
            requirements=tuple(snapshot.requirements),
            needs=tuple(snapshot.needs),
            starts_on=snapshot.starts_on,
        )

    @property
    def is_open(self) -> bool:
        """Whether it is open; a draft, one on hold, and one of which nobody said so are not."""
        return self.status is PositionStatus.OPEN

    @cached_property
    def places(self) -> Sequence[WorkPlace]:
        """Where it is. As long as only its countries and its cities are known, any of these may be in any of those."""
        if self.locations:
            return self.locations
        pairs = product(sorted(self.countries) or [""], sorted(self.cities) or [""])
        return [WorkPlace(country=country or None, city=city or None) for country, city in pairs if country or city]

    @property
    def pays_to(self) -> float | None:
        """The most that it is known to pay."""
        return self.salary_min if self.salary_max is None else self.salary_max

    @cached_property
    def years(self) -> float | None:
        """The years of experience that it asks for."""
        stated = [self.years_experience, *(part.years_from for part in self.requirements)]
        return max((years for years in stated if years is not None), default=None)

    @cached_property
    def outline(self) -> Outline:
        """What decides whether another position is similar."""
        return Outline(self.skills, self.level, self.countries, self.remote)

    @cached_property
    def alternatives(self) -> tuple[frozenset[str], ...]:
        """The skills that it asks for: one of each set."""
        parts = (frozenset(part.skills_any) for part in (*self.requirements, *self.needs) if part.skills_any)
        return (*(frozenset({skill}) for skill in sorted(self.skills)), *parts)

    @cached_property
    def asked(self) -> frozenset[str]:
        """The skills that it asks for without an alternative."""
        return frozenset(skill for one in self.alternatives if len(one) == 1 for skill in one)


@dataclass(frozen=True, slots=True)
class Opening:
    """An open position since it was opened: its states with the time of each, oldest first, the last one being the present."""

    states: Sequence[tuple[datetime, PositionState]]
    began_at: datetime | None = None
    """When it was opened, if that was before the first of the states."""

    @property
    def position_id(self) -> UUID:
        return self.now.id

    @property
    def opened_at(self) -> datetime:
        """When it was opened for the last time."""
        return self.began_at or self.states[0][0]

    @property
    def now(self) -> PositionState:
        """The present state."""
        return self.states[-1][1]

    @property
    def changed_at(self) -> datetime:
        """When it last changed in anything that decides."""
        return self.states[-1][0]
