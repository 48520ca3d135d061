"""Does a position meet one reason of a soft no, contradict it, or is that not known? One rule a reason.

What is not known contradicts nothing. A declined offer is read as its own reason. Reasons without a row here (timing, another
job, silence) are met by time alone.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from services.engagement.domain.closes import decisive_reason
from services.engagement.domain.matching.position import PositionState
from services.engagement.domain.sentences import day_of, listed
from shared.events.closes import CloseFacts
from shared.events.vocabulary import Reason
from shared.fit import Answer, Profile, Rates, Terms, salary_met, similarity_of
from shared.skills import folded

DAYS_A_YEAR = 365.25


@dataclass(frozen=True, slots=True)
class Verdict:
    """The answer, and a clause about the position: "pays to 95,000 EUR"."""

    answer: Answer
    why: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """One reason of a soft no, and what is known around it. ``at`` is when the position is looked at.

    ``declined`` is the position that the soft no was about, ``opened_at`` when the other was opened.
    """

    reason: Reason
    facts: CloseFacts
    closed_at: datetime
    declined: PositionState | None
    profile: Profile
    rates: Rates
    at: datetime
    opened_at: datetime


def verdict_on(asked: Asked, position: PositionState) -> Verdict:
    """What the position says to the reason."""
    rule = _RULES.get(decisive_reason(asked.reason, asked.facts))
    return _NOT_KNOWN if rule is None else rule(asked, position)


def may_be_met(reason: Reason, facts: CloseFacts, declined: PositionState | None, profile: Profile) -> bool:
    """Whether there can be a position that meets the reason. Without what its rule needs to know of the close, there is none."""
    match decisive_reason(reason, facts):
        case Reason.SALARY:
            return facts.asked is not None
        case Reason.AVAILABILITY:
            return facts.available_from is not None
        case Reason.LOCATION:
            return facts.remote is not False or bool(facts.locations)
        case Reason.EXPERIENCE:
            return facts.years_had is not None or profile.years is not None
        case Reason.SKILLS:
            return bool(facts.missing_skills) and declined is not None
        case Reason.ROLE_FIT:
            return facts.wanted_level is not None or facts.wanted_role is not None
        case Reason.REJECTED_BY_SPONSOR:
            return facts.sponsor is not None or (declined is not None and declined.sponsor is not None)
        case Reason.PREFERRED_ANOTHER | Reason.POSITION_CLOSED:
            return declined is not None
        case _:
            return False


def _unknown(why: str) -> Verdict:
    return Verdict(Answer.NOT_KNOWN, why)


_NOT_KNOWN = _unknown("waits for its time")


def _decide(is_met: bool, met: str, not_met: str) -> Verdict:
    return Verdict(Answer.MET, met) if is_met else Verdict(Answer.NOT_MET, not_met)


def currency_asked(facts: CloseFacts, declined: PositionState | None) -> str | None:
    """The currency of what was asked: stated, else that of the position which was declined."""
    return facts.currency or (None if declined is None else declined.salary_currency)


_OF_ANOTHER_KIND = _unknown("it is not similar to the position that the no was about")


def _likeness(asked: Asked, position: PositionState, *, of_any_level: bool = False) -> Answer:
    """Whether the position is similar to the one that the no was about; it is to itself, whatever it asks for by now."""
    if asked.declined is None:
        return Answer.NOT_KNOWN
    if position.id == asked.declined.id:
        return Answer.MET
    before = asked.declined.outline
    return similarity_of(replace(before, level=None) if of_any_level else before, position.outline).answer


def _salary(asked: Asked, position: PositionState) -> Verdict:
    terms = Terms(position.pays_to, position.salary_currency)
    found = salary_met(terms, asked.facts.asked, currency_asked(asked.facts, asked.declined), asked.rates)
    return Verdict(found.answer, found.why)


def _location(asked: Asked, position: PositionState) -> Verdict:
    facts = asked.facts
    if position.remote and facts.remote is not False:
        return Verdict(Answer.MET, "can be done remotely")
    places = facts.locations or []
    if any(_is_in(place.country, place.city, position) for place in places):
        return Verdict(Answer.MET, f"is in {listed(sorted(position.countries) or sorted(position.cities))}")
    if places and all(_is_elsewhere(place.country, place.city, position) for place in places):
        return Verdict(Answer.NOT_MET, f"is in {listed(sorted(position.countries) or sorted(position.cities))}")
    if facts.remote and not places and position.remote is False:
        return Verdict(Answer.NOT_MET, "cannot be done remotely")
    return _unknown("where it is, or what would fit, is not known")


def _is_in(country: str | None, city: str | None, position: PositionState) -> bool:
    """Whether the position is there. Where it names no city it is anywhere in its country."""
    return any(
        (country is None or country == place.country)
        and (city is None or place.city is None or folded(city) == place.city)
        and (country is not None or (city is not None and place.city is not None))
        for place in position.places
    )


def _is_elsewhere(country: str | None, city: str | None, position: PositionState) -> bool:
    """Whether no place of the position may be there."""
    return bool(position.places) and all(
        (country is not None and place.country is not None and country != place.country)
        or (city is not None and place.city is not None and folded(city) != place.city)
        for place in position.places
    )


def _experience(asked: Asked, position: PositionState) -> Verdict:
    had = asked.facts.years_had
    years = asked.profile.years if had is None else had + (asked.at - asked.closed_at) / timedelta(days=DAYS_A_YEAR)
    if years is None or position.years is None:
        return _unknown("the years of experience are not known")
    needs = f"needs {position.years:g} years of experience"
    if years >= position.years and _likeness(asked, position) is Answer.NOT_MET:
        return _OF_ANOTHER_KIND
    return _decide(years >= position.years, f"{needs}, which they have by now", needs)


def _skills(asked: Asked, position: PositionState) -> Verdict:
    missing = frozenset(asked.facts.missing_skills or ())
    if not missing:
        return _unknown("which skills were missing is not known")
    still = missing - asked.profile.skills
    if still and not position.alternatives:
        return _unknown("the skills that it needs are not known")
    lacking = {skill for one in position.alternatives if not one & asked.profile.skills and one <= still for skill in one}
    if lacking:
        return Verdict(Answer.NOT_MET, f"needs {listed(sorted(lacking))}")
    if _likeness(asked, position) is not Answer.MET:  # a role of another trade needs none of the skills of theirs
        return _OF_ANOTHER_KIND
    news = f"does not need {listed(sorted(still))}" if still else f"fits now that they know {listed(sorted(missing))}"
    return Verdict(Answer.MET, news)


def _role(asked: Asked, position: PositionState) -> Verdict:
    level, role = asked.facts.wanted_level, asked.facts.wanted_role
    is_of_level = level is not None and position.level is level
    if is_of_level and _likeness(asked, position, of_any_level=True) is not Answer.NOT_MET:
        return Verdict(Answer.MET, f"is of level {level}")
    if role is not None and position.title is not None and words_of(role) <= words_of(position.title):
        return Verdict(Answer.MET, "is the role they want")
    if is_of_level:
        return _OF_ANOTHER_KIND
    if level is not None and position.level is not None:
        return Verdict(Answer.NOT_MET, f"is of level {position.level}")
    return _unknown("whether it is the role that they want is not known")


def words_of(text: str) -> frozenset[str]:
    """The words of a role or title, for comparison."""
    return frozenset("".join(sign if sign.isalnum() or sign in "+#" else " " for sign in folded(text)).split())


def _sponsor(asked: Asked, position: PositionState) -> Verdict:
    sponsor = asked.facts.sponsor or (None if asked.declined is None else asked.declined.sponsor)
    if sponsor is None or position.sponsor is None:
        return _unknown("the sponsor is not known")
    if sponsor == position.sponsor:
        return Verdict(Answer.NOT_MET, f"is {sponsor}'s again")
    return Verdict(Answer.MET, f"is another sponsor's, {position.sponsor}")


def _similar(asked: Asked, position: PositionState) -> Verdict:
    """A position that is not similar says nothing about the person, and contradicts nothing."""
    if asked.declined is None:
        return _unknown("what the position was like is not known")
    if position.id == asked.declined.id and asked.opened_at <= asked.closed_at:
        return _unknown("it is the same position")
    found = similarity_of(asked.declined.outline, position.outline)
    return Verdict(Answer.MET if found.answer is Answer.MET else Answer.NOT_KNOWN, f"is similar: {found.why}")


def _availability(asked: Asked, position: PositionState) -> Verdict:
    if asked.facts.available_from is None or position.starts_on is None:
        return _unknown("when it starts, or from when they are free, is not known")
    starts = f"starts on {day_of(position.starts_on)}"
    return _decide(position.starts_on >= asked.facts.available_from, starts, starts)


_RULES: Mapping[Reason, Callable[[Asked, PositionState], Verdict]] = {
    Reason.SALARY: _salary,
    Reason.AVAILABILITY: _availability,
    Reason.LOCATION: _location,
    Reason.EXPERIENCE: _experience,
    Reason.SKILLS: _skills,
    Reason.ROLE_FIT: _role,
    Reason.REJECTED_BY_SPONSOR: _sponsor,
    Reason.PREFERRED_ANOTHER: _similar,
    Reason.POSITION_CLOSED: _similar,
}
HAVE_RULES = frozenset(_RULES)
"""The reasons that a position may meet."""
