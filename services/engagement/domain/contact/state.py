"""What a person's facts say about contacting them.

The candidate's own choices bind everyone. Each stream is read for itself and the strictest wins, so neither a link nor an import
lifts one, and parting gives each their own again.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

from services.engagement.domain.facts import PersonFact
from shared.attempts import Pursuit, hard_nos, without_retracted
from shared.events import (
    CandidateBounced,
    CandidateCadenceChosen,
    CandidateComplained,
    CandidateConsentGiven,
    CandidateConsentWithdrawn,
    CandidateResubscribed,
    CandidateUnsubscribed,
    PursuitApplied,
    PursuitContacted,
    PursuitDeclined,
    PursuitHired,
    PursuitInterested,
    PursuitInterviewed,
    PursuitOfferAccepted,
    PursuitOffered,
    PursuitResponded,
    PursuitScreened,
    PursuitStageEntered,
    PursuitSubmitted,
    PursuitWithdrawn,
)
from shared.events.vocabulary import BROADCASTS, Channel, ContactKind, Purpose, Reason, Stage

_ANSWERS = frozenset(
    one.type
    for one in (
        *(PursuitResponded, PursuitApplied, PursuitInterested, PursuitScreened, PursuitSubmitted, PursuitInterviewed),
        *(PursuitOffered, PursuitOfferAccepted, PursuitHired, PursuitDeclined, PursuitWithdrawn),
    )
)


@dataclass(frozen=True, slots=True)
class Contact:
    """One contact that was reported."""

    time: datetime
    channel: Channel
    recruiter: str | None
    purpose: Purpose
    kind: ContactKind
    position: UUID | None

    @property
    def is_outreach(self) -> bool:
        """Whether nobody had asked for it, to one or to many."""
        return self.purpose is Purpose.OUTREACH

    @property
    def is_touch(self) -> bool:
        return self.is_outreach and self.kind not in BROADCASTS


@dataclass(frozen=True, slots=True)
class Reply:
    """What the person said to us; an automatic reply is none.

    ``to`` is who contacted them last before, where that is known; ``is_settled``: what it was about has ended since.
    """

    time: datetime
    channel: Channel | None
    position: UUID | None
    to: str | None = None
    is_settled: bool = False


@dataclass(frozen=True, slots=True)
class Block:
    """A channel, or one address of it (None: all of it), by which the person is not to be, or cannot be, reached."""

    channel: Channel
    address: str | None
    since: datetime

    def concerns(self, channel: Channel, address: str | None) -> bool:
        """Whether it stands against a contact. Where the contact names no address, any address that is blocked may be meant."""
        return self.channel is channel and (self.address is None or address is None or self.address == same_address(address))


@dataclass(frozen=True, slots=True)
class Cadence:
    """How often, and by which channels (None: all), one stream accepts to hear from us.

    ``replaced`` are those of the channels for which they chose otherwise later. ``chosen`` is the fact that says so.
    """

    every: timedelta
    channels: frozenset[Channel] | None
    replaced: frozenset[Channel]
    chosen: PersonFact

    @property
    def bound(self) -> frozenset[Channel] | None:
        """The channels for which it is the stream's latest word; None: all."""
        if not self.replaced:
            return self.channels
        return (frozenset(Channel) if self.channels is None else self.channels) - self.replaced

    def concerns(self, channel: Channel) -> bool:
        """Whether it is the stream's latest word on a channel."""
        return self.bound is None or channel in self.bound


@dataclass(frozen=True, slots=True)
class Consent:
    """What one stream says of a lawful basis. ``until``: the end of the last that holds; None where it has no end."""

    holds: bool
    until: datetime | None = None


@dataclass(frozen=True, slots=True)
class ContactState:
    """Everything that decides about a contact and stands in the facts. Contacts and replies are oldest first."""

    is_erased: bool = False
    is_hired: bool = False
    hard_nos: Mapping[Reason, datetime] = field(default_factory=dict)
    consents: Sequence[Consent] = ()
    unsubscribed: Sequence[Block] = ()
    unusable: Sequence[Block] = ()
    cadences: Sequence[Cadence] = ()
    contacts: Sequence[Contact] = ()
    replies: Sequence[Reply] = ()
    answers: Sequence[tuple[datetime, UUID | None]] = ()
    """When the person gave any answer, a no included, and about which position."""


def state_of(facts: Iterable[PersonFact], pursuits: Mapping[UUID, Pursuit], zone: ZoneInfo) -> ContactState:
    """The state of a person. ``zone``, the organisation's, says when the day ends on which a consent expires."""
    facts = list(facts)
    valid = without_retracted(facts)
    replies: list[Reply] = []
    last: str | None = None
    for fact in valid:
        if fact.type == PursuitContacted.type:
            last = fact.data.get("recruiter") or last
        elif is_reply(fact):
            replies.append(reply_of(fact, last, is_settled=_is_over(fact, pursuits)))
    chosen = choices_of(without_retracted(facts, partition=lambda fact: fact.stream), zone)
    return ContactState(
        is_hired=any(one.is_employed for pursuit in pursuits.values() for one in pursuit.attempts),
        hard_nos=hard_nos(facts),
        consents=chosen.consents,
        unsubscribed=chosen.unsubscribed,
        unusable=chosen.failed,
        cadences=chosen.cadences,
        contacts=contacts_of(valid),
        replies=replies,
        answers=[(fact.time, fact.position) for fact in valid if is_answer(fact)],
    )


@dataclass(frozen=True, slots=True)
class Choices:
    """What the person chose and what failed, each stream for itself."""

    consents: Sequence[Consent] = ()
    unsubscribed: Sequence[Block] = ()
    failed: Sequence[Block] = ()
    cadences: Sequence[Cadence] = ()


def choices_of(valid: Iterable[PersonFact], zone: ZoneInfo) -> Choices:
    """What stands of the choices among facts, which are in order and were not retracted in their stream."""
    of_streams = by_stream(fact for fact in valid if fact.type in CHOICES or is_reply(fact))
    return Choices(
        [consent for own in of_streams for consent in _consent(own, zone)],
        [block for own in of_streams for block in _blocks(own, _NO_MORE)],
        [block for own in of_streams for block in _blocks(own, _FAILED)],
        [cadence for own in of_streams for cadence in _cadence(own)],
    )


def is_reply(fact: PersonFact) -> bool:
    """Whether the person wrote to us."""
    return fact.type == PursuitResponded.type and not fact.data.get("auto")


def is_answer(fact: PersonFact) -> bool:
    """Whether what we sent is unanswered no longer: the person said something, a no included, or a later stage was reached."""
    if fact.type == PursuitStageEntered.type:
        return Stage(fact.data["stage"]).order > Stage.CONTACTED.order
    return fact.type in _ANSWERS and not fact.data.get("auto")


def reply_of(fact: PersonFact, to: str | None, *, is_settled: bool = False) -> Reply:
    """The reply that a fact reports."""
    return Reply(fact.time, _channel(fact), fact.position, to, is_settled)


def is_unsubscribed(facts_of_stream: Iterable[PersonFact], channel: Channel) -> bool:
    """Whether the last word of one stream is that it wants nothing by the whole channel; a complaint is another matter."""
    blocks = _blocks(without_retracted(facts_of_stream), frozenset({CandidateUnsubscribed.type}))
    return any(block.channel is channel and block.address is None for block in blocks)


_NO_MORE = frozenset({CandidateUnsubscribed.type, CandidateComplained.type})
_FAILED = frozenset({CandidateBounced.type})
_CONSENTS = frozenset({CandidateConsentGiven.type, CandidateConsentWithdrawn.type})
CHOICES = _NO_MORE | _FAILED | _CONSENTS | {CandidateResubscribed.type, CandidateCadenceChosen.type}
"""The facts that say how somebody may be contacted; hard nos are apart."""


def same_address(address: str) -> str:
    """An address as it is compared with another: without case and outer spaces."""
    return address.strip().casefold()


def _is_over(reply: PersonFact, pursuits: Mapping[UUID, Pursuit]) -> bool:
    """Whether the attempt that it was an answer in has ended."""
    of = None if reply.position is None else pursuits.get(reply.position)
    return of is not None and (of.current is None or not of.current.is_open or of.current.began_at > reply.time)


def by_stream(facts: Iterable[PersonFact]) -> list[list[PersonFact]]:
    """The facts of each stream, oldest first."""
    found: dict[UUID, list[PersonFact]] = defaultdict(list)
    for fact in facts:
        found[fact.stream].append(fact)
    return list(found.values())


def contacts_of(facts: Iterable[PersonFact]) -> list[Contact]:
    """The contacts among facts, in their order."""
    return [contact_of(fact) for fact in facts if fact.type == PursuitContacted.type]


def contact_of(fact: PersonFact) -> Contact:
    """The contact that a fact reports."""
    data = fact.data
    return Contact(
        time=fact.time,
        channel=Channel(data["channel"]),
        recruiter=data.get("recruiter"),
        purpose=Purpose(data.get("purpose", Purpose.OUTREACH)),
        kind=ContactKind(data.get("kind", ContactKind.MESSAGE)),
        position=fact.position,
    )


def _channel(fact: PersonFact) -> Channel | None:
    named = fact.data.get("channel")
    return None if named is None else Channel(named)


def _blocks(facts: Iterable[PersonFact], setters: frozenset[str]) -> list[Block]:
    """What stands of a stream's blocks. One of a whole channel is lifted by a later lift of the channel, not of an address.

    Where a message could not be delivered, a later answer by the channel lifts it too: an answer to the same stream, for another
    one has other addresses.
    """
    standing: dict[tuple[Channel, str | None], datetime] = {}
    for fact in facts:
        channel, address = _channel(fact), fact.data.get("address")
        if channel is None:
            continue
        key = channel, None if address is None else same_address(address)
        if fact.type in setters:
            standing.setdefault(key, fact.time)
        elif fact.type == CandidateResubscribed.type or (setters is _FAILED and is_reply(fact)):
            lifted = [one for one in standing if one[0] is channel and (key[1] is None or one == key)]
            for one in lifted:
                if standing[one] < fact.time:
                    del standing[one]
    return [Block(channel, address, since) for (channel, address), since in standing.items()]


def _cadence(facts: Sequence[PersonFact]) -> list[Cadence]:
    """What the stream chose and not replaced for all its channels, the latest first; of two choices of one moment the rarer."""
    found: list[Cadence] = []
    replaced: frozenset[Channel] = frozenset()
    chosen = [fact for fact in facts if fact.type == CandidateCadenceChosen.type]
    for fact in sorted(chosen, key=lambda fact: (fact.time, fact.data["every_days"]), reverse=True):
        named = fact.data.get("channels")
        channels = frozenset(Channel) if named is None else frozenset(map(Channel, named))
        if not channels <= replaced:
            every = timedelta(days=fact.data["every_days"])
            found.append(Cadence(every, None if named is None else channels, replaced, fact))
        replaced |= channels
    return found


def _consent(facts: Iterable[PersonFact], zone: ZoneInfo) -> list[Consent]:
    """Whether any basis holds in the stream, by the latest word on each; nothing where there is no word at all."""
    latest = words_on_consent(facts)
    if not latest:
        return []
    given = [fact for fact in latest.values() if fact.type == CandidateConsentGiven.type]
    if not given:
        return [Consent(holds=False)]
    ends = [_end_of(fact.data.get("expires_on"), zone) for fact in given]
    return [Consent(True, None if None in ends else max(end for end in ends if end is not None))]


def words_on_consent(facts: Iterable[PersonFact]) -> dict[str, PersonFact]:
    """The latest word of one stream on each lawful basis; of two words of one moment, the withdrawal."""
    words = [fact for fact in facts if fact.type in _CONSENTS]
    in_order = sorted(words, key=lambda fact: (fact.time, fact.type == CandidateConsentWithdrawn.type))
    return {str(fact.data["basis"]): fact for fact in in_order}


def _end_of(day: str | None, zone: ZoneInfo) -> datetime | None:
    """The moment after the day's last."""
    return None if day is None else datetime.combine(date.fromisoformat(day) + timedelta(days=1), time(), zone)
