"""The checks of a planned contact, the strictest first, and the first moment at which none stands against it."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, time, timedelta
from itertools import takewhile

from services.engagement.domain.contact.ask import HOLDS_ANY_PURPOSE, Ask, Code, Decision, HeldBack, Reservation
from services.engagement.domain.contact.place import Place
from services.engagement.domain.contact.policy import ContactPolicy
from services.engagement.domain.contact.state import ContactState
from services.engagement.domain.sentences import day_of
from shared.events.vocabulary import Channel, Purpose, Reason

STEPS = 100
"""So many times one reason may follow another before the search for a free moment ends."""

_ADDRESSED = frozenset({Channel.EMAIL, Channel.PHONE, Channel.SMS, Channel.WHATSAPP, Channel.LINKEDIN})
"""Channels that a record holds addresses for."""


@dataclass(frozen=True, slots=True)
class Case:
    """Everything that decides. ``reachable_by``: the channels that the record has an address for, None where no record came.

    ``reservations`` are those that are held now, by others. ``sent_today``: outreach of the recruiter on the day of the ask,
    on their own calendar, which ends at ``day_ends``.
    """

    state: ContactState
    place: Place
    policy: ContactPolicy
    reachable_by: frozenset[Channel] | None = None
    reservations: Sequence[Reservation] = ()
    sent_today: int = 0
    daily_limit: int | None = None
    day_ends: datetime | None = None


Check = Callable[[Case, Ask], Iterator[HeldBack]]


def decide(case: Case, ask: Ask) -> Decision:
    """Whether the contact is allowed, every reason why not, and when it first would be if nothing else happens."""
    reasons = reasons_against(case, ask)
    moment, found = ask, reasons
    for _ in range(STEPS):
        if not found:
            return Decision(reasons, moment.at)
        ends = [one.until for one in found]
        if None in ends:
            break
        at = max([moment.at, *(end for end in ends if end is not None)])
        moment = replace(moment, at=at, is_day=moment.is_day and at == moment.at)
        case = replace(case, reservations=[one for one in case.reservations if one.expires_at > at])
        found = reasons_against(case, moment)
    return Decision(reasons, None)


def reasons_against(case: Case, ask: Ask) -> list[HeldBack]:
    """Every reason against the contact, the strictest first."""
    found = [one for check in CHECKS for one in check(case, ask)]
    return found if ask.purpose is Purpose.OUTREACH else [one for one in found if one.code in HOLDS_ANY_PURPOSE]


def _erased(case: Case, _ask: Ask) -> Iterator[HeldBack]:
    if case.state.is_erased:
        yield HeldBack(Code.ERASED, "Their record was erased on request; nothing of them may be used.")


def _hired(case: Case, _ask: Ask) -> Iterator[HeldBack]:
    if case.state.is_hired:
        yield HeldBack(Code.HIRED, "We hired them, and they have not left.")


def _hard_no(case: Case, _ask: Ask) -> Iterator[HeldBack]:
    for reason, since in sorted(case.state.hard_nos.items()):
        if reason is not Reason.DO_NOT_CONTACT:
            words = reason.value.replace("_", " ")
            yield HeldBack(Code.HARD_NO, f"A hard no stands against them since {_day(since, case)}: {words}.")


def _do_not_contact(case: Case, _ask: Ask) -> Iterator[HeldBack]:
    since = case.state.hard_nos.get(Reason.DO_NOT_CONTACT)
    if since is not None:
        yield HeldBack(Code.DO_NOT_CONTACT, f"They asked on {_day(since, case)} not to be contacted; only they can lift that.")


def _consent(case: Case, ask: Ask) -> Iterator[HeldBack]:
    known = case.state.consents
    if any(not consent.holds for consent in known):
        yield HeldBack(Code.NO_CONSENT, "They withdrew their consent.")
    elif any(consent.until is not None and consent.until <= ask.at for consent in known):
        yield HeldBack(Code.NO_CONSENT, "The lawful basis for keeping in touch has expired.")
    elif not known and case.policy.requires_consent:
        yield HeldBack(Code.NO_CONSENT, "No consent or other lawful basis is on record, and this organisation requires one.")


def _unsubscribed(case: Case, ask: Ask) -> Iterator[HeldBack]:
    for block in case.state.unsubscribed:
        if block.concerns(ask.channel, ask.address):
            what = _by(ask.channel) if block.address is None else f"{_by(ask.channel)} at one of their addresses"
            yield HeldBack(Code.UNSUBSCRIBED, f"They want nothing more {what} since {_day(block.since, case)}.")
            return


def _unusable(case: Case, ask: Ask) -> Iterator[HeldBack]:
    for block in case.state.unusable:
        if block.concerns(ask.channel, ask.address):
            known = "" if block.address is None or ask.address is not None else "; name the address to check another one"
            sentence = f"A message {_by(ask.channel)} could not be delivered on {_day(block.since, case)}{known}."
            yield HeldBack(Code.CHANNEL_UNUSABLE, sentence)
            return
    if (
        ask.address is None
        and case.reachable_by is not None
        and ask.channel in _ADDRESSED
        and ask.channel not in case.reachable_by
    ):
        yield HeldBack(Code.CHANNEL_UNUSABLE, f"Their record holds nothing to reach them {_by(ask.channel)}.")


def _cadence(case: Case, ask: Ask) -> Iterator[HeldBack]:
    strictest: HeldBack | None = None
    for cadence in case.state.cadences:
        if not cadence.concerns(ask.channel):
            continue
        heard = (
            contact.time
            for contact in reversed(case.state.contacts)
            if contact.is_outreach
            and contact.time <= ask.at
            and (cadence.channels is None or contact.channel in cadence.channels)
        )
        last = next(heard, None)
        if last is None:
            continue
        until = last + cadence.every
        if until > ask.at and (strictest is None or strictest.until is None or until > strictest.until):
            sentence = f"They accept to hear from us every {cadence.every.days} days, and last did on {_day(last, case)}."
            strictest = HeldBack(Code.CADENCE, sentence, until)
    if strictest is not None:
        yield strictest


def _team_cap(case: Case, ask: Ask) -> Iterator[HeldBack]:
    cap, span = case.policy.team_cap, case.policy.team_cap_for
    if not ask.is_touch:
        return
    within = takewhile(lambda contact: ask.at - span < contact.time, reversed(case.state.contacts))
    recent = [contact for contact in within if contact.is_touch and contact.time <= ask.at]
    if len(recent) >= cap:
        last = recent[0]
        by = f" by {last.recruiter}" if last.recruiter else ""
        sentence = (
            f"The team has contacted them {_times(len(recent))} within {span.days} days, last on {_day(last.time, case)}{by}."
        )
        yield HeldBack(Code.TEAM_CAP, sentence, recent[cap - 1].time + span)


def _unanswered(case: Case, ask: Ask) -> Iterator[HeldBack]:
    if not ask.is_touch:
        return
    answered = next((at for at, about in reversed(case.state.answers) if about == ask.position), None)
    since = takewhile(lambda contact: answered is None or contact.time > answered, reversed(case.state.contacts))
    touches = [one.time for one in since if one.is_touch and one.position == ask.position and one.time <= ask.at]
    quiet_until = touches[0] + case.policy.unanswered_quiet if touches else ask.at
    if len(touches) >= case.policy.unanswered_limit and quiet_until > ask.at:
        sentence = f"{len(touches)} messages about this went unanswered, the last on {_day(touches[0], case)}."
        yield HeldBack(Code.UNANSWERED_LIMIT, sentence, quiet_until)


def _in_conversation(case: Case, ask: Ask) -> Iterator[HeldBack]:
    for reply in reversed(case.state.replies):
        until = reply.time + case.policy.conversation
        if until <= ask.at:
            return
        if reply.time > ask.at:
            continue
        if reply.to is not None and reply.to != ask.recruiter:
            sentence = f"They answered {reply.to} on {_day(reply.time, case)}, who is in conversation with them."
            yield HeldBack(Code.IN_CONVERSATION, sentence, until)
            return


def _reserved(case: Case, _ask: Ask) -> Iterator[HeldBack]:
    """Whenever the contact is planned: whoever holds the next one may make it at any time until then."""
    if case.reservations:
        last = max(case.reservations, key=lambda one: one.expires_at)
        yield HeldBack(Code.RESERVED, f"{last.recruiter or 'Somebody'} has reserved the next contact with them.", last.expires_at)


def _answer_first(case: Case, ask: Ask) -> Iterator[HeldBack]:
    ours = case.state.contacts[-1].time if case.state.contacts else None
    unanswered = takewhile(lambda reply: ours is None or ours <= reply.time, reversed(case.state.replies))
    waiting = next((reply.time for reply in unanswered if reply.time <= ask.at and not reply.is_settled), None)
    if waiting is not None:
        yield HeldBack(Code.ANSWER_FIRST, f"They wrote on {_day(waiting, case)} and wait for an answer: answer first.")


def _quiet_hours(case: Case, ask: Ask) -> Iterator[HeldBack]:
    begins, ends = case.policy.quiet_from, case.policy.quiet_until
    local = case.place.local(ask.at)
    if ask.is_day or ends <= local.hour < begins:
        return
    until = datetime.combine(local.date(), time(ends), case.place.zone)
    if local.hour >= begins:
        until = case.place.morning_after(local.date(), ends)
    yield HeldBack(Code.QUIET_HOURS, f"It is {local:%H:%M} where they live{_doubt(case.place)}.", until)


def _weekend(case: Case, ask: Ask) -> Iterator[HeldBack]:
    day = case.place.local(ask.at).date()
    if not case.place.is_weekend(day):
        return
    last = day
    while case.place.is_weekend(last + timedelta(days=1)):
        last += timedelta(days=1)
    until = case.place.morning_after(last, case.policy.quiet_until)
    yield HeldBack(Code.WEEKEND, f"It is {day:%A} where they live{_doubt(case.place)}.", until)


def _holiday(case: Case, ask: Ask) -> Iterator[HeldBack]:
    day = case.place.local(ask.at).date()
    if name := case.place.holiday(day):
        until = case.place.morning_after(day, case.policy.quiet_until)
        yield HeldBack(Code.HOLIDAY, f"It is a public holiday where they live: {name}.", until)


def _sender_limit(case: Case, ask: Ask) -> Iterator[HeldBack]:
    limit, ends = case.daily_limit, case.day_ends
    if limit is not None and ends is not None and ask.at < ends and case.sent_today >= limit:
        yield HeldBack(Code.SENDER_LIMIT, f"{ask.recruiter} has sent {case.sent_today} of {limit} messages of the day.", ends)


def _day(moment: datetime, case: Case) -> str:
    """The day of a moment on the organisation's calendar, as in all other sentences."""
    return day_of(moment.astimezone(case.policy.zone).date())


def _times(count: int) -> str:
    return {1: "once", 2: "twice"}.get(count, f"{count} times")


def _by(channel: Channel) -> str:
    return {Channel.IN_PERSON: "in person", Channel.OTHER: "by this channel"}.get(channel, f"by {channel.value}")


def _doubt(place: Place) -> str:
    return "" if place.is_zone_known else f", if that is in {place.zone.key}: their time zone is not known"


CHECKS: tuple[Check, ...] = (
    _erased,
    _hired,
    _hard_no,
    _do_not_contact,
    _consent,
    _unsubscribed,
    _unusable,
    _cadence,
    _team_cap,
    _unanswered,
    _in_conversation,
    _reserved,
    _answer_first,
    _quiet_hours,
    _weekend,
    _holiday,
    _sender_limit,
)
"""Every check, in the order of ``Code``."""
