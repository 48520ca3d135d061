"""How a close and its history read to a recruiter: "declined for salary at 85,000 EUR in March 2026"."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from services.engagement.domain.closes import decisive_reason, facts_of, further_of, reason_of
from shared.attempts import Attempt, Close
from shared.events.closes import CloseFacts
from shared.events.vocabulary import Reason, Signal, Stage
from shared.fit import amount_of

MONTHS = (
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
)
_ORDINALS = {1: "first", 2: "second", 3: "third", 4: "fourth", 5: "fifth"}


THIS_ROLE = "this role"
"""How a clause about a position begins."""


def sentence_of(close: Close, zone: ZoneInfo) -> str:
    """How the pursuit ended, with the facts of its reason, and the month in the organisation's zone."""
    further = [named(reason, facts) for reason, facts in further_of(close)]
    also = f", also for {listed(further)}," if further else ""
    return f"{_ending(close)}{also} in {month_of(close.time, zone)}"


def as_sentence(clauses: str) -> str:
    """Clauses as they stand alone: with a capital letter and a point. Every text that the API has people read is such a one."""
    return f"{clauses[:1].upper()}{clauses[1:]}" + ("" if clauses.endswith((".", "!", "?")) else ".")


def _ending(close: Close) -> str:
    reason, facts = reason_of(close), facts_of(close)
    if reason is Reason.OFFER_DECLINED:
        decisive = decisive_reason(reason, facts)
        return "declined our offer" if decisive is Reason.UNSPECIFIED else f"declined our offer for {named(decisive, facts)}"
    if reason in _WHOLE:
        return _WHOLE[reason] + _aside(reason, facts)
    if reason is Reason.UNSPECIFIED:
        return f"{_verb(close)} without a reason"
    return f"{_verb(close)} for {named(reason, facts)}"


_WHOLE: Mapping[Reason, str] = {
    Reason.REJECTED_BY_SPONSOR: "rejected by the sponsor",
    Reason.PREFERRED_ANOTHER: "close behind the one who was chosen",
    Reason.POSITION_CLOSED: "the position closed",
    Reason.ACCEPTED_ELSEWHERE: "accepted another offer",
    Reason.COUNTER_OFFER: "stayed for a counter-offer",
    Reason.GHOSTED: "stopped answering",
    Reason.NO_SHOW: "did not come",
}


def _verb(close: Close) -> str:
    return {"declined": "declined", "rejected": "rejected", "withdrawn": "withdrawn"}.get(close.kind, "closed")


def named(reason: Reason, facts: CloseFacts) -> str:
    """A reason with its facts: "salary at 85,000 EUR"."""
    return reason.replace("_", " ") + _aside(reason, facts)


def _aside(reason: Reason, facts: CloseFacts) -> str:
    """The facts of a reason, ready to follow its name; empty where none were given."""
    match reason:
        case Reason.SALARY if facts.asked is not None:
            return f" at {amount_of(facts.asked)}" + (f" {facts.currency}" if facts.currency else "")
        case Reason.AVAILABILITY if facts.available_from is not None:
            return f" (free from {day_of(facts.available_from)})"
        case Reason.LOCATION if wanted := places_of(facts):
            return f" (wants {wanted})"
        case Reason.EXPERIENCE if facts.years_had is not None and facts.years_needed is not None:
            return f" ({amount_of(facts.years_had)} of {amount_of(facts.years_needed)} years)"
        case Reason.SKILLS if facts.missing_skills:
            return f" (lacked {listed(facts.missing_skills)})"
        case Reason.ROLE_FIT if facts.wanted_level is not None or facts.wanted_role is not None:
            return f" (wants {' '.join(filter(None, (facts.wanted_level, facts.wanted_role)))})"
        case Reason.TIMING if facts.revisit_on is not None:
            return f" (asked us to come back on {day_of(facts.revisit_on)})"
        case Reason.REJECTED_BY_SPONSOR if facts.sponsor is not None:
            return f" {facts.sponsor}"
        case Reason.PREFERRED_ANOTHER if facts.rank is not None:
            return f" (rank {facts.rank})"
        case Reason.ACCEPTED_ELSEWHERE | Reason.COUNTER_OFFER if facts.start_on is not None:
            return f" (from {day_of(facts.start_on)})"
        case _:
            return ""


def places_of(facts: CloseFacts) -> str:
    """The places that the person accepts: "DE, Vienna or remote"; empty where none is named."""
    named = [place.city or place.country for place in facts.locations or ()]
    wanted = [name for name in named if name is not None] + (["remote"] if facts.remote else [])
    return listed(wanted, last=" or ")


def listed(words: Sequence[str], *, last: str = " and ") -> str:
    """Words as a list; of more than four the first three and how many more."""
    shown = [*words[:3], f"{len(words) - 3} more"] if len(words) > 4 else list(words)
    return last.join([", ".join(shown[:-1]), shown[-1]]) if len(shown) > 1 else "".join(shown)


def month_of(moment: datetime, zone: ZoneInfo) -> str:
    """March 2026."""
    local = moment.astimezone(zone)
    return f"{MONTHS[local.month - 1]} {local.year}"


def day_of(day: date) -> str:
    """2 March 2026."""
    return f"{day.day} {MONTHS[day.month - 1]} {day.year}"


def history_of(attempt: Attempt, response_time: timedelta | None) -> list[str]:
    """What else speaks for the person: how far they came and how they answered, ``response_time`` after the touch."""
    sentences: list[str] = []
    if attempt.stage is not None and attempt.stage in _FAR:
        sentences.append(_FAR[attempt.stage])
    if attempt.first_response_at is not None and attempt.replied_by_touch is not None:
        sentences.append(_reply(attempt.replied_by_touch, response_time))
    return sentences


_FAR: Mapping[Stage, str] = {
    Stage.SCREENING: "was screened",
    Stage.SUBMITTED: "was submitted to the sponsor",
    Stage.INTERVIEWING: "came to the interviews",
    Stage.OFFERED: "had our offer",
    Stage.HIRED: "was hired",
}


def _reply(touch: int, response_time: timedelta | None) -> str:
    if touch == 0:
        return "wrote to us first"
    speed = ""
    if response_time is not None and response_time <= timedelta(days=1):
        speed = " within a day"
    elif response_time is not None and response_time <= timedelta(days=7):
        speed = " within a week"
    after = f"the {_ORDINALS[touch]} touch" if touch in _ORDINALS else f"{touch} touches"
    return f"replied{speed} after {after}"


_NEWS: Mapping[Signal, str] = {
    Signal.PROMOTED: "promoted",
    Signal.NEW_JOB: "took a new job",
    Signal.PROJECT_ENDED: "their project ended",
    Signal.RELOCATED: "relocated",
    Signal.ANNIVERSARY: "had an anniversary in the job",
    Signal.PROFILE_UPDATED: "updated their profile",
    Signal.LAID_OFF: "was laid off",
}


def news_of(signal: Signal, moment: datetime, zone: ZoneInfo) -> str:
    """A signal: "was laid off on 2 March 2026"."""
    return f"{_NEWS[signal]} on {day_of(moment.astimezone(zone).date())}"


def applied_again(moment: datetime, zone: ZoneInfo) -> str:
    """An application after the close."""
    return f"applied on {day_of(moment.astimezone(zone).date())}"


def wrote_again(moment: datetime, zone: ZoneInfo) -> str:
    """A reply after the close."""
    return f"wrote again on {day_of(moment.astimezone(zone).date())}"
