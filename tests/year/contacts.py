"""May we contact a person by e-mail at a moment, as one recruiter? The rules that recruiters read, once more."""

from collections.abc import Iterator
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import holidays

from tests.year.journal import Fact, Journal
from tests.year.person import Person, hard_nos, is_hired, valid_of

RECRUITER = "r00"


def reasons_against(journal: Journal, person: Person, at: datetime) -> Iterator[str]:
    """The codes of all rules that stand against an outreach by e-mail, in no order."""
    nos = hard_nos(person)
    if is_hired(person):
        yield "hired"
    if "do_not_contact" in nos:
        yield "do_not_contact"
    if nos.keys() - {"do_not_contact"}:
        yield "hard_no"
    of_streams = [valid_of([fact for fact in person.facts if fact.stream == stream]) for stream in person.streams]
    if any(not _consents(own, at) for own in of_streams):
        yield "no_consent"
    if any(_stands(own, "unsubscribed", "complained") for own in of_streams):
        yield "unsubscribed"
    if any(not _reached_since(own, bounce.time) for own in of_streams for bounce in _stands(own, "bounced")):
        yield "channel_unusable"
    yield from _pressure(person, of_streams, at)
    yield from _conversation(person, at)
    yield from _local_time(journal, person, at)


def _by_email(fact: Fact) -> bool:
    return fact.data.get("channel") == "email"


def _reached_since(own: list[Fact], at: datetime) -> bool:
    """Whether an answer to the same record came by e-mail later."""
    return any(fact.name == "responded" and not fact.data.get("auto") and _by_email(fact) and fact.time > at for fact in own)


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


def _stands(own: list[Fact], *names: str) -> list[Fact]:
    """The facts of e-mail that no later subscription lifted."""
    lifted = [fact.time for fact in own if fact.name == "resubscribed" and _by_email(fact)]
    return [fact for fact in own if fact.name in names and _by_email(fact) and not any(lift > fact.time for lift in lifted)]


def _pressure(person: Person, of_streams: list[list[Fact]], at: datetime) -> Iterator[str]:
    outreach = [fact for fact in person.named("contacted") if fact.purpose == "outreach"]
    for own in of_streams:
        chosen = [fact for fact in own if fact.name == "cadence_chosen"]
        if chosen and any(fact.time + timedelta(days=chosen[-1].data["every_days"]) > at for fact in outreach):
            yield "cadence"
    if any(fact.is_touch and fact.time > at - timedelta(days=7) for fact in outreach):
        yield "team_cap"


def _conversation(person: Person, at: datetime) -> Iterator[str]:
    contacts = person.named("contacted")
    for reply in _replies(person):
        before = [fact for fact in contacts if fact.time <= reply.time and "recruiter" in fact.data]
        if reply.time > at - timedelta(days=14) and before and before[-1].data["recruiter"] != RECRUITER:
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


def _local_time(journal: Journal, person: Person, at: datetime) -> Iterator[str]:
    record = next(record for stream in person.streams if (record := journal.records.get(stream)))
    local = at.astimezone(ZoneInfo(record["time_zone"]))
    if local.hour < 8 or local.hour >= 20:
        yield "quiet_hours"
    if local.weekday() > 4:
        yield "weekend"
    if local.date() in holidays.country_holidays(record["location"]["country"], years=local.year):
        yield "holiday"
