"""What a close says: its reason, its facts, and which reason decides where one reason hides another."""

from collections.abc import Iterator

from shared.attempts import Close
from shared.events.closes import CloseFacts
from shared.events.vocabulary import Reason, RejectedBy

_SOFT = frozenset(reason.value for reason in Reason if not reason.is_hard_no)


def reason_of(close: Close) -> Reason:
    """Why the pursuit ended: for a weak close its kind, for the sponsor's unexplained no the sponsor."""
    if close.reason is Reason.UNSPECIFIED and close.by == RejectedBy.SPONSOR:
        return Reason.REJECTED_BY_SPONSOR
    return close.reason


def facts_of(close: Close) -> CloseFacts:
    """The facts stored with a close. Fields that a newer release wrote are passed over."""
    return CloseFacts.model_validate(dict(close.facts), extra="ignore")


def further_of(close: Close) -> Iterator[tuple[Reason, CloseFacts]]:
    """The further reasons of a close, each with its facts. A reason that a newer release wrote is passed over."""
    for one in close.also:
        if one.get("reason") in _SOFT:
            yield Reason(one["reason"]), CloseFacts.model_validate(one.get("facts") or {}, extra="ignore")


def decisive_reason(reason: Reason, facts: CloseFacts) -> Reason:
    """The reason that decides the time: a declined offer is as its own reason, or as what its facts speak of."""
    if reason is not Reason.OFFER_DECLINED:
        return reason
    if facts.reason is not None:
        return facts.reason
    spoken_of = (
        (Reason.TIMING, facts.revisit_on),
        (Reason.AVAILABILITY, facts.available_from),
        (Reason.ACCEPTED_ELSEWHERE, facts.start_on),
        (Reason.SALARY, facts.asked),
        (Reason.LOCATION, facts.locations or facts.remote),
        (Reason.ROLE_FIT, facts.wanted_level or facts.wanted_role),
    )
    return next((hidden for hidden, fact in spoken_of if fact is not None and fact is not False), Reason.UNSPECIFIED)
