"""May we contact a person at a moment, and which contacts broke a rule? The rules that recruiters read, once more."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import cache
from uuid import UUID
from zoneinfo import ZoneInfo

import holidays

from tests.year.journal import Fact, Journal
from tests.year.person import Person, hard_nos, is_answer, is_hired, person_before

NOON = time(12)
HOLDS_ANY_PURPOSE = {"do_not_contact", "channel_unusable"}


@dataclass(frozen=True)
class Asked:
    """A contact that is planned, or was made. ``is_day``: on that day, whatever the hour; a broadcast is no touch."""

    at: datetime
    channel: str = "email"
    recruiter: str | None = "r00"
    purpose: str = "outreach"
    is_broadcast: bool = False
    position: UUID | None = None
    is_day: bool = False


def breaches(journal: Journal, person: Person) -> Iterator[tuple[str, UUID]]:
    """The rules that contacts broke by what had happened before, each with the contact."""
    for fact in person.named("contacted"):
        is_day = fact.time.time() == time()
        asked = Asked(
            at=_noon(journal, person, fact) if is_day else fact.time,
            channel=fact.data["channel"],
            recruiter=fact.data.get("recruiter"),
            purpose=fact.purpose,
            is_broadcast=fact.is_broadcast,
            position=fact.position,
            is_day=is_day,
        )
        before = person_before(journal, person, fact)
        yield from ((code, fact.id) for code in set(reasons_against(journal, before, asked)))


def _noon(journal: Journal, person: Person, fact: Fact) -> datetime:
    """The noon where they live of a day that says no hour."""
    zone = ZoneInfo(journal.record(person.streams)["time_zone"])
    return datetime.combine(fact.time.date(), NOON, zone).astimezone(UTC)


def reasons_against(journal: Journal, person: Person, asked: Asked) -> Iterator[str]:
    """The codes of all rules that stand against a contact, in no order."""
    found = _reasons(journal, person, asked)
    return (code for code in found if asked.purpose == "outreach" or code in HOLDS_ANY_PURPOSE)


def _reasons(journal: Journal, person: Person, asked: Asked) -> Iterator[str]:
    nos = hard_nos(person)
    if is_hired(person):
        yield "hired"
    if "do_not_contact" in nos:
        yield "do_not_contact"
    if nos.keys() - {"do_not_contact"}:
        yield "hard_no"
    for own in person.own.values():
        if not _consents(own, asked.at):
            yield "no_consent"
        if _stands(own, asked.channel, "unsubscribed", "complained"):
            yield "unsubscribed"
        if any(not _reached_since(own, bounce, asked.channel) for bounce in _stands(own, asked.channel, "bounced")):
            yield "channel_unusable"
        if _is_too_soon(person, own, asked):
            yield "cadence"
    if not asked.is_broadcast:
        yield from _pressure(person, asked)
    yield from _conversation(person, asked)
    yield from _local_time(journal, person, asked)


def _by(fact: Fact, channel: str) -> bool:
    return fact.data.get("channel") == channel


def _reached_since(own: list[Fact], bounce: Fact, channel: str) -> bool:
    """Whether an answer to the same record came by the channel later."""
    replies = [fact for fact in own if fact.name == "responded" and not fact.data.get("auto") and _by(fact, channel)]
    return any(fact.time > bounce.time for fact in replies)


def _replies(person: Person) -> list[Fact]:
    return [fact for fact in person.named("responded") if not fact.data.get("auto")]


def _consents(own: list[Fact], at: datetime) -> bool:
    """Whether a basis holds, by the last word on each; without any word, yes."""
    last = {fact.data["basis"]: fact for fact in own if fact.name in {"consent_given", "consent_withdrawn"}}
    given = [fact.data.get("expires_on") for fact in last.values() if fact.name == "consent_given"]
    ends = [None if day is None else _end_of(day, at) for day in given]
    return not last or any(end is None or at < end for end in ends)


def _end_of(day: str, at: datetime) -> datetime:
    return datetime.combine(date.fromisoformat(day) + timedelta(days=1), time(), at.tzinfo)


def _stands(own: list[Fact], channel: str, *names: str) -> list[Fact]:
    """The facts of a channel that no later subscription lifted."""
    lifted = [fact.time for fact in own if fact.name == "resubscribed" and _by(fact, channel)]
    set_by = [fact for fact in own if fact.name in names and _by(fact, channel)]
    return [fact for fact in set_by if not any(lift > fact.time for lift in lifted)]


def _is_too_soon(person: Person, own: list[Fact], asked: Asked) -> bool:
    """Whether the last word of a record on the channel wants to hear from us more rarely."""
    words = [fact for fact in own if fact.name == "cadence_chosen"]
    chosen = [fact for fact in words if asked.channel in fact.data.get("channels", [asked.channel])]
    if not chosen:
        return False
    last = chosen[-1].data
    heard = [fact for fact in person.named("contacted") if fact.purpose == "outreach"]
    heard = [fact for fact in heard if fact.data["channel"] in last.get("channels", [fact.data["channel"]])]
    return any(fact.time + timedelta(days=last["every_days"]) > asked.at for fact in heard)


def _pressure(person: Person, asked: Asked) -> Iterator[str]:
    """Too many touches of one person, or of one pursuit without an answer."""
    touches = [fact for fact in person.named("contacted") if fact.is_touch]
    if any(fact.time > asked.at - timedelta(days=7) for fact in touches):
        yield "team_cap"
    answered = [fact.time for fact in person.valid if fact.position == asked.position and is_answer(fact)]
    silent = [one.time for one in touches if one.position == asked.position and (not answered or one.time > max(answered))]
    if len(silent) >= 3 and max(silent) > asked.at - timedelta(days=60):
        yield "unanswered_limit"


def _conversation(person: Person, asked: Asked) -> Iterator[str]:
    contacts = person.named("contacted")
    for reply in _replies(person):
        before = [fact for fact in contacts if fact.time <= reply.time and "recruiter" in fact.data]
        if reply.time > asked.at - timedelta(days=14) and before and before[-1].data["recruiter"] != asked.recruiter:
            yield "in_conversation"
    waiting = [reply for reply in _replies(person) if not _is_settled(person, reply)]
    if waiting and not any(fact.time > waiting[-1].time for fact in contacts):
        yield "answer_first"


def _is_settled(person: Person, reply: Fact) -> bool:
    """Whether the attempt that it was an answer in has ended."""
    if reply.position is None:
        return False
    attempts = person.attempts[reply.position]
    return not attempts or attempts[-1].decided() is not None or attempts[-1].happened[0].time > reply.time


def _local_time(journal: Journal, person: Person, asked: Asked) -> Iterator[str]:
    """The hours and days of rest where they live. A fact of midnight, as the organisation has it, names a day and no hour."""
    record = journal.record(person.streams)
    local = asked.at.astimezone(ZoneInfo(record["time_zone"]))
    if asked.is_day:
        local = datetime.combine(asked.at.date(), NOON)
    if local.hour < 8 or local.hour >= 20:
        yield "quiet_hours"
    if local.weekday() > 4:
        yield "weekend"
    if local.date() in _holidays(record["location"]["country"], local.year):
        yield "holiday"


@cache
def _holidays(country: str, year: int) -> holidays.HolidayBase:
    return holidays.country_holidays(country, years=year)
