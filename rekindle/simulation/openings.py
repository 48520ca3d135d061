"""The positions of a year: what each asks and pays, when it opens, and how it changes."""

import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

SKILLS = (
    "python", "postgresql", "kafka", "java", "go", "rust", "react", "typescript", "kubernetes", "terraform", "spark", "sql",
)  # fmt: skip
LEVELS = ("junior", "mid", "senior", "lead", "staff", "principal")
COUNTRIES = ("DE", "FR", "ES", "NL", "PL", "GB", "US", "IN")
CITIES = {"DE": ("Berlin", "München"), "FR": ("Paris", "Lyon"), "GB": ("London", "Leeds"), "US": ("New York", "Boston")}
"""Positions elsewhere name their country alone."""
CURRENCIES = {"GB": "GBP", "US": "USD", "IN": "INR", "PL": "PLN"}
SPONSORS = ("acme", "globex", "initech", "umbrella", "hooli")
PAY = {"junior": 50_000, "mid": 65_000, "senior": 85_000, "lead": 95_000, "staff": 110_000, "principal": 130_000}
TITLES = ("Backend engineer", "Data engineer", "Platform engineer", "Frontend engineer", "Engineer, payments")


@dataclass(frozen=True, slots=True)
class Opening:
    """A position and everything that is reported of it: times and JSON bodies, oldest first.

    ``spans``: from when until when it is open, oldest first; without an end where it does not close.
    """

    reference: str
    sponsor: str
    level: str
    skills: tuple[str, ...]
    spans: Sequence[tuple[datetime, datetime | None]]
    reports: Sequence[tuple[datetime, dict[str, Any]]]

    @property
    def opens_at(self) -> datetime:
        """When it opens for the first time."""
        return self.spans[0][0]

    def is_open(self, at: datetime) -> bool:
        """Whether people are approached for it."""
        return any(opens <= at and (closes is None or at < closes) for opens, closes in self.spans)


def openings(seed: object, count: int, begins: datetime, days: int) -> list[Opening]:
    """The positions of a year. A third is open from its first day, the others open in its course; most close, some reopen."""
    return [_opening(random.Random(f"{seed}/position/{number}"), number, begins, days) for number in range(count)]


def _opening(dice: random.Random, number: int, begins: datetime, days: int) -> Opening:
    level = dice.choice(LEVELS)
    skills = tuple(dice.sample(SKILLS, dice.randrange(1, 5)))
    sponsor = dice.choice(SPONSORS)
    country = dice.choice(COUNTRIES)
    ends = begins + timedelta(days=days)
    spans = _spans(dice, begins, days, is_kept_open=number % 3 == 0)
    pay = round(PAY[level] * dice.uniform(0.85, 1.15), -3)
    record = {
        "title": f"{level.capitalize()} {dice.choice(TITLES).lower()}",
        "status": "open",
        "sponsor": sponsor,
        "level": level,
        "skills": list(skills),
        "years_experience": dice.randrange(2, 12),
        "employment": "permanent",
        "remote": dice.random() < 0.3,
        "locations": [place(dice, country)],
        "salary": {"min": pay - 10_000, "max": pay, "currency": CURRENCIES.get(country, "EUR")},
        "downsides": ["On call one week in six"],
    }
    if dice.random() < 0.5:
        record["starts_on"] = _start(dice, spans[0][0])
    return Opening(f"sim:job-{number}", sponsor, level, skills, spans, list(_reports(dice, record, spans, ends)))


def _spans(dice: random.Random, begins: datetime, days: int, *, is_kept_open: bool) -> list[tuple[datetime, datetime | None]]:
    opens = begins if is_kept_open else begins + timedelta(days=days * 0.8 * dice.random())
    ends = begins + timedelta(days=days)
    spans: list[tuple[datetime, datetime | None]] = []
    while True:
        closes = None if is_kept_open or dice.random() < 0.3 else opens + timedelta(days=dice.uniform(40, 150))
        if closes is None or closes >= ends:
            return [*spans, (opens, None)]
        spans.append((opens, closes))
        opens = closes + timedelta(days=dice.uniform(5, 60))
        if dice.random() < 0.6 or opens >= ends:
            return spans


def place(dice: random.Random, country: str) -> dict[str, str]:
    """Somewhere in the country: in one of its cities, or anywhere."""
    cities = CITIES.get(country, ())
    return {"country": country, "city": dice.choice(cities)} if cities and dice.random() < 0.7 else {"country": country}


def _start(dice: random.Random, after: datetime) -> str:
    return (after.date() + timedelta(days=dice.randrange(30, 300))).isoformat()


def _reports(
    dice: random.Random, record: dict[str, Any], spans: Sequence[tuple[datetime, datetime | None]], ends: datetime
) -> Iterator[tuple[datetime, dict[str, Any]]]:
    """Draft, then for each time that it is open: a change or two, on hold and open again, closed."""
    opens = spans[0][0]
    if dice.random() < 0.2:
        yield opens - timedelta(days=dice.uniform(1, 10)), record | {"status": "draft"}
    yield opens, record | {"opened_at": opens.isoformat()}
    for opens, closes in spans:
        if opens != spans[0][0]:
            yield opens, {"status": "open", "opened_at": opens.isoformat()}
        status = "open"
        for moment in sorted(opens + ((closes or ends) - opens) * dice.random() for _ in range(dice.randrange(4))):
            change = _change(dice, record, moment)
            if change is None:
                status = "on_hold" if status == "open" else "open"
                change = {"status": status}
            record = record | change
            yield moment, change
        if closes is not None:
            yield closes, {"status": "closed", "closed_at": closes.isoformat()}


def _change(dice: random.Random, record: dict[str, Any], at: datetime) -> dict[str, Any] | None:
    """What changes in what it asks or offers; None where that is its status."""
    change = dice.randrange(6)
    if change == 0:
        salary = record["salary"]
        return {"salary": {**salary, "max": salary["max"] + dice.choice((5_000, 10_000, 20_000))}}
    if change == 1:
        return {"remote": True}
    if change == 2 and len(record["skills"]) > 1:
        return {"skills": record["skills"][1:]}
    if change == 3:
        return {"starts_on": _start(dice, at)}
    if change == 4:
        return {"locations": [place(dice, dice.choice(COUNTRIES))]}
    return None
