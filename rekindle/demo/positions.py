"""The eight positions of the demo, how they changed, and who fills them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

RECRUITERS: Mapping[str, Mapping[str, Any]] = {
    "maria": {"name": "Maria Keller", "role": "recruiter", "time_zone": "Europe/Berlin", "daily_limit": 40},
    "tom": {"name": "Tom Okafor", "role": "recruiter", "time_zone": "Europe/London", "daily_limit": 25},
    "aisha": {"name": "Aisha Rahman", "role": "sourcer", "time_zone": "Europe/Paris", "daily_limit": 60},
    "jonas": {"name": "Jonas Weber", "role": "hiring manager", "time_zone": "Europe/Berlin"},
}


@dataclass(frozen=True, slots=True)
class Opening:
    """A position. ``weight``: how many of the people are approached for it; ``hires``: how many are taken.

    ``changes`` are the records that follow the first: days before the demo began, and what was different from then on.
    """

    reference: str
    record: Mapping[str, Any]
    opened_days_ago: int
    weight: int
    hires: int = 1
    recruiters: tuple[str, ...] = ("maria", "tom")
    sponsor_decides: bool = False
    closed_days_ago: int | None = None
    changes: Sequence[tuple[float, Mapping[str, Any]]] = field(default_factory=tuple)

    @property
    def skills(self) -> tuple[str, ...]:
        return tuple(self.record["skills"])

    @property
    def pays_to(self) -> int:
        """The most that it pays in the end."""
        salaries = [self.record["salary"], *(change["salary"] for _, change in self.changes if "salary" in change)]
        return int(salaries[-1]["max"])


def _euros(lowest: int, highest: int) -> Mapping[str, Any]:
    return {"min": lowest, "max": highest, "currency": "EUR"}


BERLIN = [{"country": "DE", "city": "Berlin"}]

OPENINGS: Sequence[Opening] = (
    Opening(
        "demo:staff-engineer",
        {
            "title": "Staff engineer, payments", "sponsor": "acme", "level": "staff",
            "skills": ["python", "postgresql", "kafka"], "years_experience": 8,
            "requirements": [
                {"text": "Python in production", "skills_any": ["python"], "years_from": 8},
                {"text": "Has run a database that mattered", "skills_any": ["postgresql", "mysql"]},
            ],
            "needs": [{"text": "Settlements take days and must take minutes", "skills_any": ["kafka"], "level_from": "senior"}],
            "downsides": ["On call one week in six"], "remote": True, "locations": [{"country": "DE"}],
            "salary": _euros(95_000, 115_000),
        },
        opened_days_ago=210, weight=26, hires=2,
    ),
    Opening(
        "demo:data-engineer",
        {
            "title": "Data engineer", "sponsor": "acme", "level": "senior", "skills": ["python", "sql", "spark"],
            "years_experience": 5,
            "requirements": [{"text": "Five years with data", "skills_any": ["sql", "spark"], "years_from": 5}],
            "needs": [{"text": "Reports are a day old and must be an hour old", "skills_any": ["spark", "kafka"]}],
            "downsides": ["Half of the pipelines are ten years old"], "remote": False, "locations": BERLIN,
            "salary": _euros(75_000, 90_000),
        },
        opened_days_ago=160, weight=24, hires=2,
    ),
    Opening(
        "demo:backend-engineer",
        {
            "title": "Senior backend engineer, ledger", "sponsor": "acme", "level": "senior", "skills": ["python", "postgresql"],
            "years_experience": 5,
            "requirements": [{"text": "Has designed an API that others use", "skills_any": ["python", "go"], "years_from": 5}],
            "needs": [{"text": "Two systems disagree about balances", "skills_any": ["postgresql"]}],
            "downsides": ["A rewrite that failed once"], "remote": False, "locations": BERLIN, "salary": _euros(78_000, 92_000),
        },
        opened_days_ago=125, weight=24, hires=2, sponsor_decides=True,
        changes=((1, {"remote": True}),),
    ),
    Opening(
        "demo:platform-engineer",
        {
            "title": "Platform engineer", "sponsor": "globex", "level": "senior", "skills": ["kubernetes", "terraform", "go"],
            "years_experience": 5,
            "requirements": [{"text": "Has run clusters that people depend on", "skills_any": ["kubernetes"], "years_from": 4}],
            "needs": [{"text": "A release takes a day and must take an hour", "skills_any": ["terraform", "go"]}],
            "downsides": ["On call one week in four"], "remote": True, "locations": [{"country": "DE"}, {"country": "GB"}],
            "salary": _euros(72_000, 84_000),
        },
        opened_days_ago=115, weight=22, hires=2, recruiters=("tom", "aisha"), sponsor_decides=True,
        changes=((2, {"salary": _euros(78_000, 95_000)}),),
    ),
    Opening(
        "demo:frontend-engineer",
        {
            "title": "Senior frontend engineer", "sponsor": "globex", "level": "senior", "skills": ["react", "typescript"],
            "years_experience": 4,
            "requirements": [{"text": "Accessible interfaces in production", "skills_any": ["react"], "years_from": 3}],
            "needs": [{"text": "Merchants give up on the third page", "skills_any": ["typescript"]}],
            "downsides": ["No designer until spring"], "remote": True, "locations": [{"country": "ES"}, {"country": "DE"}],
            "salary": _euros(68_000, 82_000),
        },
        opened_days_ago=120, weight=18, hires=2, recruiters=("aisha", "maria"), closed_days_ago=18,
    ),
    Opening(
        "demo:security-engineer",
        {
            "title": "Security engineer", "sponsor": "initech", "level": "senior", "skills": ["go", "linux", "cryptography"],
            "years_experience": 6, "remote": False, "locations": [{"country": "GB", "city": "London"}],
            "needs": [{"text": "An audit in May", "skills_any": ["cryptography"]}],
            "downsides": ["Four days a week in the office"], "salary": {"min": 75_000, "max": 88_000, "currency": "GBP"},
        },
        opened_days_ago=95, weight=10, hires=0, recruiters=("tom",),
        changes=((12, {"status": "on_hold"}),),
    ),
    Opening(
        "demo:engineering-manager",
        {
            "title": "Engineering manager, payments", "sponsor": "acme", "level": "manager", "skills": ["leadership", "python"],
            "years_experience": 9, "remote": True, "locations": [{"country": "DE"}],
            "requirements": [{"text": "Has led a team of five or more", "skills_any": ["leadership"], "years_from": 8}],
            "needs": [{"text": "Two teams that own one queue", "skills_any": ["leadership"]}],
            "downsides": ["No deputy yet"], "salary": _euros(100_000, 118_000),
        },
        opened_days_ago=80, weight=11, hires=1, recruiters=("maria", "jonas"),
    ),
    Opening(
        "demo:settlement-engineer",
        {
            "title": "Senior backend engineer, settlements", "sponsor": "hooli", "level": "senior",
            "skills": ["python", "postgresql", "kafka"], "years_experience": 5, "status": "draft",
            "requirements": [{"text": "Python in production", "skills_any": ["python"], "years_from": 5}],
            "needs": [{"text": "Banks send files at night", "skills_any": ["kafka", "postgresql"]}],
            "downsides": ["A launch date that will not move"], "remote": True,
            "locations": [{"country": "DE"}, {"country": "PL"}],
            "salary": _euros(82_000, 98_000),
        },
        opened_days_ago=20, weight=0, hires=0,
        changes=((0.05, {"status": "open"}),),
    ),
)  # fmt: skip

BY_REFERENCE = {one.reference: one for one in OPENINGS}
