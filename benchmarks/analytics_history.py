"""A long invented history as analytics reads it from the bus: snapshots of people and positions, and the facts of attempts."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import orjson

from benchmarks.history import COURSES, EVENTS_A_CANDIDATE
from shared.events import CandidateChanged, Event, EventData, PositionChanged

PEOPLE_A_POSITION = 100
BEGAN = datetime(2023, 1, 2, 9, tzinfo=UTC)
DAYS = 1200
LEVELS: Any = ("junior", "mid", "senior", "staff", None)
COUNTRIES: Any = ("DE", "FR", "ES", "PL", "NL", "GB", "US", None)
TIERS: Any = ("warm", "pool", None)
STATUSES: Any = ("active", "open", "passive")
SKILLS = tuple(f"skill-{number}" for number in range(200))
VIAS = tuple(f"via-{number}" for number in range(12))
CHANNELS = ("email", "linkedin", "phone")
ROLES = ("recruiter", "hiring_manager", "peer", "executive")

_FACT, _PERSON, _POSITION = (1 << 120, 2 << 120, 3 << 120)


def _mixed(kind: int, number: int) -> UUID:
    """An id that is spread evenly, as those of version 5 are."""
    return UUID(int=kind | (number * 0x9E3779B97F4A7C15F39CC0605CEDC835) % (1 << 120))


def position_of(number: int) -> UUID:
    """The id of a position."""
    return _mixed(_POSITION, number)


def snapshots(first: int, people: int, first_position: int, positions: int) -> Iterator[Event]:
    """The snapshots of people and of positions, by number."""
    for number in range(first_position, first_position + positions):
        which = position_of(number)
        yield _snapshot(PositionChanged(position_id=which, sponsor=f"sponsor-{number % 40}"), which)
    for number in range(first, first + people):
        who = _mixed(_PERSON, number)
        known = CandidateChanged.model_construct(
            candidate_id=who, person_id=who, level=LEVELS[number % 5], country=COUNTRIES[number % 8], tier=TIERS[number % 3],
            market_status=STATUSES[number // 3 % 3], skills=[SKILLS[number * step % 200] for step in (1, 7, 31, 57)],
        )  # fmt: skip
        yield _snapshot(known, who)


def _snapshot(data: EventData, subject: UUID) -> Event:
    event = Event(subject, data.type, "bench", subject, 1, BEGAN, b"")
    event._data = data  # noqa: SLF001 - what reading its value would give
    return event


def facts(first: int, people: int, *, positions: int, half_at_one: bool = False) -> Iterator[Event]:
    """The facts of people by number, each person's after another's. ``half_at_one`` has every second person at one position."""
    number_of_fact = first * 16
    for number in range(first, first + people):
        who, course = _mixed(_PERSON, number), COURSES[number % len(COURSES)]
        position = position_of(0 if half_at_one and number % 2 else number * 7919 % positions)
        began = BEGAN + timedelta(days=number * 31 % DAYS, seconds=number * 7 % 80_000)
        for step, (kind, details) in enumerate(course):
            data = {"position": str(position), "recruiter": f"r{number % 60}", **details}
            if kind == "sourced":
                data["via"] = VIAS[number % 12]
            if kind == "contacted":
                data |= {"channel": CHANNELS[number % 3], "sender_role": ROLES[number // 5 % 4]}
            time = began + timedelta(days=step, seconds=number * step * 37 % 70_000)
            value = orjson.dumps(data)
            yield Event(_mixed(_FACT, number_of_fact + step), f"rekindle.pursuit.{kind}", "bench", who, step + 1, time, value)
        number_of_fact += 16


def people_of(facts: int) -> int:
    """How many people so many facts are of."""
    return round(facts / EVENTS_A_CANDIDATE)


def positions_of(facts: int) -> int:
    """How many positions so many facts are at."""
    return max(1, people_of(facts) // PEOPLE_A_POSITION)
