"""What a position says to a reason for which somebody said no: the product document's table, and which positions are alike."""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

from tests.year.journal import Journal

RATES = tomllib.loads((Path(__file__).parents[2] / "shared/rates.toml").read_text())
LEVELS = ["intern", "junior", "mid", "senior", "lead", "staff", "principal", "manager", "director", "executive"]
YEAR = timedelta(days=365.25)
WITHOUT_EFFECT = {"opened_at", "closed_at", "observed_at", "downsides", "employment"}

Says = bool | None
"""Whether a position meets a reason (True), contradicts it (False), or neither."""


@dataclass(frozen=True)
class Opening:
    """A position that is open: what was reported of it since it was opened, oldest first, each with its time."""

    id: UUID
    states: list[tuple[datetime, dict[str, Any]]]


def openings_at(journal: Journal, now: datetime) -> list[Opening]:
    """All positions that are open at a moment."""
    found = [Opening(position, _since_opened(journal, position, now)) for position in journal.reports]
    return [one for one in found if one.states]


def known_of(journal: Journal, position: UUID, now: datetime) -> dict[str, Any]:
    """The newest that is known of a position; nothing of one that was never reported."""
    history = _history(journal, position, now)
    return history[-1][1] if history else {}


def _history(journal: Journal, position: UUID, now: datetime) -> list[tuple[datetime, dict[str, Any]]]:
    """What decides of a position, at each time at which that changed."""
    found: list[tuple[datetime, dict[str, Any]]] = []
    content: dict[str, Any] = {}
    for at, body in journal.reports.get(position, ()):
        changed = content | {name: value for name, value in body.items() if name not in WITHOUT_EFFECT}
        if at <= now and changed != content:
            content = changed
            found.append((at, content))
    return found


def _since_opened(journal: Journal, position: UUID, now: datetime) -> list[tuple[datetime, dict[str, Any]]]:
    states: list[tuple[datetime, dict[str, Any]]] = []
    for at, content in _history(journal, position, now):
        states = [*states, (at, content)] if content["status"] == "open" else []
    return states


@dataclass(frozen=True)
class Asked:
    """A reason of a no: ``declined`` is what is known of the position that it was about, ``at`` when the other is looked at."""

    facts: Mapping[str, Any]
    closed_at: datetime
    position: UUID
    declined: Mapping[str, Any]
    profile: Mapping[str, Any]
    at: datetime
    opened_at: datetime


def is_near(level: str | None, other: str | None) -> bool:
    """Whether two levels are at most one step apart; what is not known is no obstacle."""
    return level is None or other is None or abs(LEVELS.index(level) - LEVELS.index(other)) <= 1


def says(reason: str, asked: Asked, position: UUID, content: Mapping[str, Any]) -> Says:
    """Whether the position meets the reason."""
    facts, declined = asked.facts, asked.declined
    if reason == "salary":
        return _salary(asked, content)
    if reason == "location":
        return _location(facts, content)
    if reason == "experience":
        had = facts.get("years_had")
        years = asked.profile["years_experience"] if had is None else had + (asked.at - asked.closed_at) / YEAR
        return None if years is None else _of_a_kind(bool(years >= content["years_experience"]), asked, position, content)
    if reason == "skills":
        still = set(facts.get("missing_skills", ())) - asked.profile["skills"]
        met = not still & set(content["skills"])
        return None if not facts.get("missing_skills") else _of_a_kind(met, asked, position, content, is_known=True)
    if reason == "role_fit":
        return _role(asked, position, content)
    if reason == "rejected_by_sponsor":
        sponsor = facts.get("sponsor", declined.get("sponsor"))
        return None if sponsor is None else bool(sponsor != content["sponsor"])
    if reason in {"preferred_another", "position_closed"}:
        is_again = position != asked.position or asked.opened_at > asked.closed_at
        return True if is_again and are_similar(declined, content) else None
    if reason == "availability":
        starts, free = content.get("starts_on"), facts.get("available_from")
        return None if starts is None or free is None else date.fromisoformat(starts) >= date.fromisoformat(free)
    return None


def _of_a_kind(
    met: bool, asked: Asked, position: UUID, content: Mapping[str, Any], *, is_known: bool = False, level: bool = True
) -> Says:
    """What a position of another kind than that of the no meets is not met; ``is_known``: nor if one of them is not known."""
    before = {name: value for name, value in asked.declined.items() if level or name != "level"}
    if not met or position == asked.position or (not before and not is_known):
        return met
    return True if before and are_similar(before, content) else None


def _salary(asked: Asked, content: Mapping[str, Any]) -> Says:
    wanted, pay = asked.facts.get("asked"), content.get("salary")
    currency = asked.facts.get("currency", asked.declined.get("salary", {}).get("currency"))
    if wanted is None or pay is None or currency is None:
        return None
    if currency != pay["currency"]:
        rates = {RATES["base"]: 1.0, **RATES["rates"]}
        if currency not in rates or pay["currency"] not in rates:
            return None
        wanted = wanted / rates[currency] * rates[pay["currency"]]
    return bool(wanted <= pay["max"])


def _location(facts: Mapping[str, Any], content: Mapping[str, Any]) -> Says:
    """Remote work for whoever does not refuse it; else one of the countries, and cities, that they accept."""
    wants_remote, places = facts.get("remote"), facts.get("locations", [])
    if content["remote"] and wants_remote is not False:
        return True
    offered = content["locations"]
    if any(_is_in(place, where) for place in places for where in offered):
        return True
    if places or (wants_remote and not content["remote"]):
        return False
    return None


def _is_in(place: Mapping[str, Any], where: Mapping[str, Any]) -> bool:
    """Whether the position is where they accept it; one that names no city may be anywhere in its country."""
    named = "city" in place and "city" in where
    return bool(place["country"] == where["country"]) and (not named or place["city"].casefold() == where["city"].casefold())


def _role(asked: Asked, position: UUID, content: Mapping[str, Any]) -> Says:
    level, role = asked.facts.get("wanted_level"), asked.facts.get("wanted_role")
    words = content["title"].lower().replace(",", " ").split()
    if role is not None and set(role.lower().split()) <= set(words):
        return True
    if level == content["level"]:
        return _of_a_kind(True, asked, position, content, level=False)
    return None if level is None else False


def are_similar(one: Mapping[str, Any], other: Mapping[str, Any]) -> bool:
    """A skill in common, levels at most one apart, and a country in common or remote work."""
    if not set(one.get("skills", ())) & set(other["skills"]) or not is_near(one.get("level"), other["level"]):
        return False
    countries = {place["country"] for place in one["locations"]} & {place["country"] for place in other["locations"]}
    return bool(other["remote"] or countries)
