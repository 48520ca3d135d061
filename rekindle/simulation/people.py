"""One person's year: the records that are kept of them, and what happens, at which times and for which positions."""

import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from typing import Any

from rekindle.simulation.life import Step, life
from rekindle.simulation.openings import COUNTRIES, CURRENCIES, LEVELS, PAY, SKILLS, Opening

GIVEN = ("Ada", "Grace", "Alan", "Edsger", "Radia", "Barbara", "Ken", "Frances", "Tony", "Leslie", "Margaret", "Niklaus")
FAMILY = ("Byron", "Murray", "Mathison", "Wybe", "Joy", "Liskov", "Allen", "Hoare", "Lamport", "Hamilton", "Wirth", "Perlman")
ZONES = {
    "DE": "Europe/Berlin", "FR": "Europe/Paris", "ES": "Europe/Madrid", "NL": "Europe/Amsterdam", "PL": "Europe/Warsaw",
    "GB": "Europe/London", "US": "America/New_York", "IN": "Asia/Kolkata",
}  # fmt: skip
MARGIN_DAYS = 6


@dataclass(frozen=True, slots=True)
class Arrival:
    """Something that an ATS sends. ``kind``: event, candidate, position (a record's change) or parting (of two references).

    ``at`` is when it is sent; an event has the time at which it happened in its ``body``.
    """

    at: datetime
    kind: str
    reference: str
    body: dict[str, Any]


@dataclass(frozen=True, slots=True)
class Span:
    """The time that is simulated, and who does the hiring."""

    begins: datetime
    days: int
    recruiters: int
    positions: Sequence[Opening]

    @property
    def ends(self) -> datetime:
        return self.begins + timedelta(days=self.days)


def person(seed: object, number: int, entry: float, facts: int, span: Span) -> Iterator[Arrival]:
    """What arrives of one person, in order of time. ``entry`` says from which part of the time on they are known, 0 to 1."""
    dice = random.Random(f"{seed}/person/{number}")
    names = [f"ats:c{number}"]
    if dice.random() < 0.05:
        names.append(f"gem:c{number}")
    begins = span.begins + timedelta(days=span.days * entry)
    days = (span.days - MARGIN_DAYS) * (1 - entry) * dice.uniform(0.5, 1)
    records = sorted(_records(dice, names, number, begins, days), key=lambda one: one.at)
    for happened in _happenings(f"{seed}/life/{number}", names, begins, days, facts, span):
        while records and records[0].at <= happened.at:
            yield records.pop(0)
        yield happened
    yield from records


def _records(dice: random.Random, names: Sequence[str], number: int, begins: datetime, days: float) -> Iterator[Arrival]:
    """The record at first, a change or two, and references that turn out to be one person's, or not to be after all."""
    country, level = dice.choice(COUNTRIES), dice.choice(LEVELS)
    salary = round(PAY[level] * dice.uniform(0.7, 1.1), -3)
    skills = dice.sample(SKILLS, dice.randrange(1, 6))
    record: dict[str, Any] = {
        "name": f"{dice.choice(GIVEN)} {dice.choice(FAMILY)}",
        "emails": [f"c{number}@example.org"],
        "location": {"country": country},
        "time_zone": ZONES[country],
        "level": level,
        "years_experience": dice.randrange(1, 20),
        "skills": skills,
        "market_status": dice.choice(("passive", "passive", "passive", "open", "active")),
        "salary": {"amount": salary, "currency": CURRENCIES.get(country, "EUR")},
        "tier": dice.choice(("pool", "warm", "warm")),
    }
    for name in names:
        yield _record(begins, name, record)
    for _ in range(dice.choice((0, 0, 0, 0, 1, 2))):
        changed: dict[str, Any] = dice.choice((
            {"salary": {"amount": salary + 5_000, "currency": CURRENCIES.get(country, "EUR")}},
            {"skills": [*skills, *(one for one in SKILLS[:2] if one not in skills)]},
            {"level": dice.choice(LEVELS)},
            {"market_status": "open"},
        ))  # fmt: skip
        yield _record(begins + timedelta(days=days * dice.random()), names[0], changed)
    if len(names) > 1:
        linked = begins + timedelta(days=days * dice.uniform(0.2, 0.8))
        yield Arrival(linked, "candidate", names[0], {"references": [names[1]]})
        if dice.random() < 0.4:
            yield Arrival(linked + timedelta(days=days * 0.1), "parting", names[0], {"reference": names[1]})


def _record(at: datetime, name: str, content: dict[str, Any]) -> Arrival:
    return Arrival(at, "candidate", name, {**content, "observed_at": at.isoformat()})


def _happenings(seed: str, names: Sequence[str], begins: datetime, days: float, facts: int, span: Span) -> Iterator[Arrival]:
    dice = random.Random(f"{seed}/times")
    between, within = _stretch(_steps(seed, facts, span), days)
    day, last, position = 0.0, begins, ""
    for number, step in enumerate(_steps(seed, facts, span)):
        day += step.gap * (between if _is_between(step) else within)
        last = min(max(_hour(dice, begins + timedelta(days=day)), last + timedelta(minutes=1)), span.ends)
        if step.chooses is not None:
            position = _choose(step.chooses, span.positions, last)
        name = names[0] if len(names) == 1 else dice.choice(names)
        yield Arrival(last, "event", name, _event(step, name, f"{names[0]}-{number}", position, last))


def _steps(seed: str, facts: int, span: Span) -> Iterator[Step]:
    return life(random.Random(seed), span.recruiters, span.begins.date(), facts)


def _is_between(step: Step) -> bool:
    return step.chooses is not None or not step.is_of_pursuit


def _stretch(steps: Iterator[Step], days: float) -> tuple[float, float]:
    """By how much the gaps between pursuits, and those within them, are stretched so that all fits into so many days."""
    between = within = 0.0
    for step in steps:
        if _is_between(step):
            between += step.gap
        else:
            within += step.gap
    if within + between <= days or within < days / 2:
        return (days - within) / (between or 1.0), 1.0
    return days / (within + between), days / (within + between)


def _hour(dice: random.Random, moment: datetime) -> datetime:
    """The moment moved into working hours and days, but for the few who write at night or on Sundays."""
    if dice.random() < 0.1:
        return moment.replace(microsecond=0)
    fraction = (moment.hour * 60 + moment.minute) / 1440
    midnight = datetime.combine(moment.date(), time(), UTC)
    if midnight.weekday() > 4:
        midnight += timedelta(days=7 - midnight.weekday())
    return midnight + timedelta(hours=8, minutes=round(fraction * 600))


def _choose(number: float, positions: Sequence[Opening], at: datetime) -> str:
    """One of the positions that are open then; where none is, one that has been."""
    found = [one for one in positions if one.is_open(at)] or [one for one in positions if one.opens_at <= at] or positions
    return found[int(number * len(found))].reference


def _event(step: Step, name: str, id: str, position: str, at: datetime) -> dict[str, Any]:
    data = dict(step.data)
    if "due_in_days" in data:
        data["due_at"] = (at + timedelta(days=data.pop("due_in_days"))).isoformat()
    if step.type == "pursuit.interview_scheduled":
        data["at"] = (at + timedelta(days=3)).isoformat()
    if step.is_of_pursuit:
        data["position"] = position
    return event(step.type, name, id, at, data)


def event(type_name: str, subject: str, id: str, at: datetime, data: dict[str, Any]) -> dict[str, Any]:
    """A CloudEvent; ``type_name`` without the leading ``rekindle.``."""
    return {
        "specversion": "1.0",
        "source": "ats",
        "id": id,
        "type": f"rekindle.{type_name}",
        "subject": subject,
        "time": at.isoformat(),
        "data": data,
    }
