"""How a person and a position match: every requirement and every need with its answer, and the terms; and who comes first."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from shared.events.snapshots import Part
from shared.events.vocabulary import Level
from shared.fit import Answer, Finding, Fit, Profile, Rates, Terms, fit_of, place_met, required_parts, salary_met
from shared.skills import skill_keys

Record = Mapping[str, Any]
Rank = tuple[int, int, int, str]
"""The order of matches, the best first: requirements (0 met, 1 not known), needs not met, needs not known, the other's id."""


@dataclass(frozen=True, slots=True)
class Match:
    """How the person ``candidate`` matches ``position``; the records and ids of both."""

    candidate_id: UUID
    candidate: Record
    position_id: UUID
    position: Record
    requirements: Fit
    needs: Fit
    salary: Finding
    place: Answer

    @property
    def needs_met(self) -> int:
        """How many needs the person meets."""
        return _count(self.needs, Answer.MET)

    @property
    def missing(self) -> list[str]:
        """What is not met of requirements and needs, in words."""
        return [one.why for one in (*self.requirements.parts, *self.needs.parts) if one.answer is Answer.NOT_MET]

    def rank(self, by: UUID) -> Rank:
        """The place of the match among others, where ``by`` is what differs."""
        unknown = self.requirements.answer is not Answer.MET
        return int(unknown), _count(self.needs, Answer.NOT_MET), _count(self.needs, Answer.NOT_KNOWN), str(by)

    def texts(self, name: str) -> list[tuple[str, Finding]]:
        """The texts of ``requirements`` or ``needs``, each with its answer."""
        fit: Fit = getattr(self, name)
        texts = [part["text"] for part in self.position[name]] or [_text(part) for part in asked_of(self.position, name)]
        return list(zip(texts, fit.parts, strict=True))


def match(candidate_id: UUID, candidate: Record, position_id: UUID, position: Record, rates: Rates) -> Match:
    """Compare two records. What a record does not say is not known; amounts of different currencies are compared by the rates."""
    profile = profile_of(candidate)
    asked = candidate["salary"] or {}
    terms = terms_of(position)
    return Match(
        candidate_id,
        candidate,
        position_id,
        position,
        fit_of(asked_of(position, "requirements"), profile),
        fit_of(asked_of(position, "needs"), profile),
        salary_met(terms, asked.get("amount"), asked.get("currency"), rates),
        place_met(terms, (candidate["location"] or {}).get("country")) if terms.states_place else Answer.NOT_KNOWN,
    )


def asked_of(position: Record, name: str) -> list[Part]:
    """The ``requirements`` or ``needs`` of a position, without their texts; requirements that it does not list are its own."""
    stated = [Part.model_validate(one) for one in position[name]]
    if name == "needs":
        return stated
    level = position["level"]
    skills = skill_keys(position["skills"])
    return list(required_parts(stated, skills, Level(level) if level else None, position["years_experience"]))


def _text(part: Part) -> str:
    """What a part that has no text of its own asks."""
    if part.years_from is not None:
        return f"{part.years_from:g} years of experience"
    return " or ".join(part.skills_any) if part.level_from is None else f"Level {part.level_from} or higher"


def profile_of(candidate: Record) -> Profile:
    """What decides of a person whether a part is met."""
    level = candidate["level"]
    return Profile(frozenset(skill_keys(candidate["skills"])), Level(level) if level else None, candidate["years_experience"])


def terms_of(position: Record) -> Terms:
    """What a position offers."""
    salary = position["salary"] or {}
    countries = frozenset(place["country"] for place in position["locations"] if place.get("country"))
    pays_to = salary.get("min") if salary.get("max") is None else salary["max"]
    return Terms(pays_to, salary.get("currency"), countries, position["remote"])


def _count(fit: Fit, answer: Answer) -> int:
    return sum(one.answer is answer for one in fit.parts)
