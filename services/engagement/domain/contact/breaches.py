"""Which contacts broke a rule: each is checked as it would have been before it was made, by the facts before it. Pure.

What is known later plays no part, except that a retracted fact never happened, and that a fact which comes late counts from its
time on. A sender's daily limit and reservations bind who asks, and are never broken afterwards.
"""

from bisect import bisect_left
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, time, timedelta
from operator import attrgetter, itemgetter
from uuid import UUID

from services.engagement.domain.contact.ask import Ask, Code
from services.engagement.domain.contact.checks import Case, reasons_against
from services.engagement.domain.contact.place import Place
from services.engagement.domain.contact.policy import ContactPolicy
from services.engagement.domain.contact.state import (
    CHOICES,
    Choices,
    Contact,
    ContactState,
    Reply,
    choices_of,
    contact_of,
    is_answer,
    is_reply,
    reply_of,
)
from services.engagement.domain.facts import PersonFact
from shared.attempts import Standing, course, hard_nos, without_retracted
from shared.events import CandidateBounced, PursuitContacted, PursuitHired, PursuitStageEntered
from shared.events.vocabulary import HARD_NOS, Purpose, Reason, Stage
from shared.ids import derived_id

_Order = tuple[datetime, int, UUID]
_NOON = time(12)
_REASONS = frozenset(HARD_NOS)


def _hires(fact: PersonFact) -> bool:
    return fact.type == PursuitHired.type or (fact.type == PursuitStageEntered.type and fact.data["stage"] == Stage.HIRED)


@dataclass(frozen=True, slots=True)
class Breach:
    """A rule that a contact broke. ``stream`` is that of the contact's fact, ``made_by`` the fact, ``why`` how it reads."""

    id: UUID
    person_id: UUID
    stream: UUID
    code: Code
    made_by: UUID
    made_at: datetime
    channel: str
    recruiter: str | None
    position_id: UUID | None
    why: str


def breach_id(made_by: UUID, code: Code) -> UUID:
    """The id of a contact's breach of a rule; it stays the same whoever the person is."""
    return derived_id(f"breach:{code}:{made_by}")


def breaches_of(
    person: UUID,
    facts: Sequence[PersonFact],
    closings: Mapping[UUID, Sequence[datetime]],
    ghost_after: timedelta,
    place: Place,
    policy_at: Callable[[datetime], ContactPolicy],
) -> tuple[Breach, ...]:
    """Every rule that a contact broke by the policy that was valid at its time, oldest first, then the strictest."""
    if not any(fact.type == PursuitContacted.type for fact in facts):
        return ()
    past = _Past(facts, closings, ghost_after, place, policy_at)
    return tuple(breach for fact in past.facts for breach in past.take(person, fact))


class _Past:
    """What was known before each fact of a person, one fact after the other."""

    def __init__(
        self,
        facts: Sequence[PersonFact],
        closings: Mapping[UUID, Sequence[datetime]],
        ghost_after: timedelta,
        place: Place,
        policy_at: Callable[[datetime], ContactPolicy],
    ) -> None:
        self.facts = without_retracted(facts)
        self._closings, self._ghost_after, self._place, self._policy_at = closings, ghost_after, place, policy_at
        has_retractions = len(self.facts) < len(facts)
        own = without_retracted(facts, partition=attrgetter("stream")) if has_retractions else self.facts
        has_failed = any(fact.type == CandidateBounced.type for fact in own)
        self._words = [
            (fact.as_folded.order, fact)
            for fact in own
            if fact.type in CHOICES or fact.data.get("reason") in _REASONS or (has_failed and is_reply(fact))
        ]
        """The choices and hard nos, each stream for itself; with the answers where they may show that an address works."""
        self._heard = -1
        self._chosen = Choices()
        self._hard_nos: Mapping[Reason, datetime] = {}
        self._contacts: list[Contact] = []
        self._last: str | None = None
        self._replies: list[Reply] = []
        self._answers: list[tuple[datetime, UUID | None]] = []
        self._courses: dict[UUID, list[Standing]] = {}
        self._hiring = {fact.position for fact in self.facts if fact.position is not None and _hires(fact)}

    def take(self, person: UUID, fact: PersonFact) -> Iterator[Breach]:
        """The breaches of the next fact, which belongs to the past from now on."""
        if fact.type == PursuitContacted.type:
            contact = contact_of(fact)
            found = list(self._broken(fact, contact))
            self._contacts.append(contact)
            self._last = contact.recruiter or self._last
            for code, why in found:
                yield Breach(
                    id=breach_id(fact.id, code),
                    person_id=person,
                    stream=fact.stream,
                    code=code,
                    made_by=fact.id,
                    made_at=fact.time,
                    channel=contact.channel,
                    recruiter=contact.recruiter,
                    position_id=fact.position,
                    why=why,
                )
        elif is_answer(fact):
            self._answers.append((fact.time, fact.position))
            if is_reply(fact):
                self._replies.append(reply_of(fact, self._last))

    def _broken(self, fact: PersonFact, contact: Contact) -> Iterator[tuple[Code, str]]:
        """The code of each rule that the contact broke, once, and how it reads."""
        order, policy = fact.as_folded.order, self._policy_at(fact.time)
        ask = Ask(
            channel=contact.channel,
            at=contact.time,
            recruiter=contact.recruiter,
            purpose=contact.purpose,
            kind=contact.kind,
            position=contact.position,
        )
        local = contact.time.astimezone(policy.zone)
        if local.time() == time():  # a day alone is midnight on the organisation's clock, and says no hour
            ask = replace(ask, at=datetime.combine(local.date(), _NOON, self._place.zone).astimezone(UTC), is_day=True)
        seen: set[Code] = set()
        for reason in reasons_against(Case(self._state(order, contact, policy), self._place, policy), ask):
            if reason.code not in seen:
                seen.add(reason.code)
                yield reason.code, reason.sentence

    def _state(self, order: _Order, contact: Contact, policy: ContactPolicy) -> ContactState:
        heard = bisect_left(self._words, order, key=itemgetter(0))
        if heard != self._heard:
            before = [fact for _, fact in self._words[:heard]]
            self._heard, self._chosen, self._hard_nos = heard, choices_of(before, policy.zone), hard_nos(before)
        chosen = self._chosen
        is_outreach = contact.purpose is Purpose.OUTREACH
        return ContactState(
            is_hired=is_outreach and any(self._is_hired(position, order) for position in self._hiring),
            hard_nos=self._hard_nos,
            consents=chosen.consents,
            unsubscribed=chosen.unsubscribed,
            unusable=chosen.failed,
            cadences=chosen.cadences,
            contacts=self._contacts,
            replies=self._settled(order) if is_outreach else self._replies,
            answers=self._answers,
        )

    def _settled(self, order: _Order) -> list[Reply]:
        """The replies; of those that no contact has answered, whether what they were about had ended by then."""
        last = self._contacts[-1].time if self._contacts else None
        first = 0 if last is None else bisect_left(self._replies, last, key=attrgetter("time"))
        if first == len(self._replies):
            return self._replies
        return self._replies[:first] + [replace(one, is_settled=self._is_over(one, order)) for one in self._replies[first:]]

    def _is_over(self, reply: Reply, order: _Order) -> bool:
        standing = None if reply.position is None else self._standing(reply.position, order)
        return standing is not None and (not standing.is_open or standing.began_at > reply.time)

    def _is_hired(self, position: UUID, order: _Order) -> bool:
        standing = self._standing(position, order)
        return standing is not None and standing.is_hired

    def _standing(self, position: UUID, order: _Order) -> Standing | None:
        """How a pursuit stood before a place in the order of all facts."""
        if position not in self._courses:
            of_pursuit = (one.as_folded for one in self.facts if one.position == position)
            until = self.facts[-1].time
            self._courses[position] = course(of_pursuit, self._closings.get(position, ()), self._ghost_after, until=until)
        standings = self._courses[position]
        before = bisect_left(standings, order, key=attrgetter("order"))
        return standings[before - 1] if before else None
