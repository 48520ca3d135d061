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
CURRENCIES = {"GB": "GBP", "US": "USD", "IN": "INR", "PL": "PLN"}
SPONSORS = ("acme", "globex", "initech", "umbrella", "hooli")
PAY = {"junior": 50_000, "mid": 65_000, "senior": 85_000, "lead": 95_000, "staff": 110_000, "principal": 130_000}
TITLES = ("Backend engineer", "Data engineer", "Platform engineer", "Frontend engineer", "Engineer, payments")


@dataclass(frozen=True, slots=True)
class Opening:
    """A position and everything that is reported of it: times and JSON bodies, oldest first."""

    reference: str
    sponsor: str
    level: str
    skills: tuple[str, ...]
    opens_at: datetime
    closes_at: datetime | None
    reports: Sequence[tuple[datetime, dict[str, Any]]]

    def is_open(self, at: datetime) -> bool:
        """Whether people are approached for it."""
        return self.opens_at <= at and (self.closes_at is None or at < self.closes_at)


def openings(seed: object, count: int, begins: datetime, days: int) -> list[Opening]:
    """The positions of a year. A third is open from its first day, the others open in its course; most close."""
    return [_opening(random.Random(f"{seed}/position/{number}"), number, begins, days) for number in range(count)]


def _opening(dice: random.Random, number: int, begins: datetime, days: int) -> Opening:
    level = dice.choice(LEVELS)
    skills = tuple(dice.sample(SKILLS, dice.randrange(1, 5)))
    sponsor = dice.choice(SPONSORS)
    country = dice.choice(COUNTRIES)
    opens = begins if number % 3 == 0 else begins + timedelta(days=days * 0.8 * dice.random())
    closes = None if number % 3 == 0 or dice.random() < 0.3 else opens + timedelta(days=dice.uniform(40, 150))
    ends = begins + timedelta(days=days)
    if closes is not None and closes >= ends:
        closes = None
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
        "locations": [{"country": country}],
        "salary": {"min": pay - 10_000, "max": pay, "currency": CURRENCIES.get(country, "EUR")},
        "downsides": ["On call one week in six"],
    }
    reports = list(_reports(dice, record, opens, closes, ends))
    return Opening(f"sim:job-{number}", sponsor, level, skills, opens, closes, reports)


def _reports(
    dice: random.Random, record: dict[str, Any], opens: datetime, closes: datetime | None, ends: datetime
) -> Iterator[tuple[datetime, dict[str, Any]]]:
    """Draft, open, a change or two, on hold and open again, closed."""
    if dice.random() < 0.2:
        yield opens - timedelta(days=dice.uniform(1, 10)), record | {"status": "draft"}
    yield opens, record | {"opened_at": opens.isoformat()}
    until = closes or ends
    moments = sorted(opens + (until - opens) * dice.random() for _ in range(dice.randrange(4)))
    status = "open"
    for moment in moments:
        change = dice.randrange(5)
        if change == 0:
            salary = record["salary"]
            record = record | {"salary": {**salary, "max": salary["max"] + dice.choice((5_000, 10_000, 20_000))}}
            yield moment, {"salary": record["salary"]}
        elif change == 1:
            yield moment, {"remote": True}
        elif change == 2 and len(record["skills"]) > 1:
            record = record | {"skills": record["skills"][1:]}
            yield moment, {"skills": record["skills"]}
        else:
            status = "on_hold" if status == "open" else "open"
            yield moment, {"status": status}
    if closes is not None:
        yield closes, {"status": "closed", "closed_at": closes.isoformat()}
