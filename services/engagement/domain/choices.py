"""Who decided what about approaching a person, and when: hard nos, suppressions, cadences, consents, each with its history.

What was retracted never happened. Each stream is read for itself and the strictest wins, so a link lifts nothing.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from services.engagement.domain.contact import ContactState
from services.engagement.domain.contact.state import Block, Cadence, by_stream, same_address, words_on_consent
from services.engagement.domain.facts import PersonFact
from shared.attempts import LIFTING, SETTING, hard_nos, without_retracted
from shared.events import (
    CandidateBounced,
    CandidateComplained,
    CandidateConsentGiven,
    CandidateResubscribed,
    CandidateUnsubscribed,
)
from shared.events.vocabulary import Channel, Reason


@dataclass(frozen=True, slots=True)
class Said:
    """One entry of a history: what was said, when, by which sender, of which stream; a hard no says who decided it and why."""

    event_id: UUID
    type: str
    at: datetime
    source: str
    stream: UUID
    position_id: UUID | None = None
    evidence: str | None = None
    decided_by: str | None = None
    by: str | None = None


@dataclass(frozen=True, slots=True)
class HardNo:
    """A reason never to approach the person. ``since`` is None where it was lifted."""

    reason: Reason
    since: datetime | None
    history: Sequence[Said]


@dataclass(frozen=True, slots=True)
class Suppression:
    """A channel, or an address of it (None: all), that is blocked. ``since`` is None where that was lifted.

    ``is_choice``: the person's own; else a message could not be delivered.
    """

    channel: Channel
    address: str | None
    is_choice: bool
    since: datetime | None
    history: Sequence[Said]


@dataclass(frozen=True, slots=True)
class ChosenCadence:
    """How often one stream accepts to hear from us, by which channels (None: all); what it replaced for a channel is no more."""

    every_days: int
    channels: list[Channel] | None
    chosen: Said


@dataclass(frozen=True, slots=True)
class ConsentWord:
    """The latest word of one stream on a lawful basis."""

    basis: str
    holds: bool
    expires_on: date | None
    word: Said


@dataclass(frozen=True, slots=True)
class Choices:
    """All that was decided."""

    hard_nos: Sequence[HardNo]
    suppressions: Sequence[Suppression]
    cadences: Sequence[ChosenCadence]
    consents: Sequence[ConsentWord]


def choices_of(facts: Sequence[PersonFact], state: ContactState, sources: Mapping[UUID, str]) -> Choices:
    """What the facts of a person decide. ``sources`` are the senders by event; ``state`` is what the facts say of contacts."""
    valid = without_retracted(facts, partition=lambda fact: fact.stream)
    return Choices(
        _hard_nos(facts, valid, sources),
        [
            *_suppressions(valid, sources, state.unsubscribed, _NO_MORE, is_choice=True),
            *_suppressions(valid, sources, state.unusable, _FAILED, is_choice=False),
        ],
        [_cadence(one, sources) for one in state.cadences],
        _consents(valid, sources),
    )


_NO_MORE = frozenset({CandidateUnsubscribed.type, CandidateComplained.type, CandidateResubscribed.type})
_FAILED = frozenset({CandidateBounced.type, CandidateResubscribed.type})


def _said(fact: PersonFact, sources: Mapping[UUID, str]) -> Said:
    get = fact.data.get
    return Said(
        fact.id, fact.type, fact.time, sources.get(fact.id, ""), fact.stream,
        fact.position, get("evidence"), get("decided_by"), get("by"),
    )  # fmt: skip


def _hard_nos(facts: Sequence[PersonFact], valid: Iterable[PersonFact], sources: Mapping[UUID, str]) -> list[HardNo]:
    said: dict[Reason, list[Said]] = defaultdict(list)
    for fact in valid:
        reason = fact.data.get("reason")
        if fact.type in SETTING | LIFTING and reason is not None and Reason(reason).is_hard_no:
            said[Reason(reason)].append(_said(fact, sources))
    standing = hard_nos(facts)
    return [HardNo(reason, standing.get(reason), said[reason]) for reason in sorted(said)]


def _suppressions(
    valid: Iterable[PersonFact], sources: Mapping[UUID, str], blocks: Iterable[Block], types: frozenset[str], *, is_choice: bool
) -> list[Suppression]:
    said: dict[tuple[Channel, str | None], list[Said]] = defaultdict(list)
    lifts: list[tuple[Channel, Said]] = []
    for fact in valid:
        if fact.type not in types:
            continue
        channel, address = Channel(fact.data["channel"]), fact.data.get("address")
        if fact.type == CandidateResubscribed.type and address is None:
            lifts.append((channel, _said(fact, sources)))
        else:
            said[channel, None if address is None else same_address(address)].append(_said(fact, sources))
    since: dict[tuple[Channel, str | None], datetime] = {}
    for block in blocks:
        key = block.channel, block.address
        since[key] = min(block.since, since.get(key, block.since))
    return [
        Suppression(channel, address, is_choice, since.get((channel, address)), _with_lifts(channel, entries, lifts))
        for (channel, address), entries in sorted(said.items(), key=lambda one: (one[0][0], one[0][1] or ""))
        if any(entry.type != CandidateResubscribed.type for entry in entries)
    ]


def _with_lifts(channel: Channel, entries: Iterable[Said], lifts: Iterable[tuple[Channel, Said]]) -> list[Said]:
    """A lift of a whole channel is one of each of its addresses too."""
    return sorted([*entries, *(lift for of, lift in lifts if of is channel)], key=lambda one: (one.at, one.event_id))


def _cadence(cadence: Cadence, sources: Mapping[UUID, str]) -> ChosenCadence:
    bound = cadence.bound
    return ChosenCadence(cadence.every.days, None if bound is None else sorted(bound), _said(cadence.chosen, sources))


def _consents(valid: Iterable[PersonFact], sources: Mapping[UUID, str]) -> list[ConsentWord]:
    words = [words_on_consent(facts) for facts in by_stream(valid)]
    return [_consent(basis, fact, sources) for of_stream in words for basis, fact in of_stream.items()]


def _consent(basis: str, fact: PersonFact, sources: Mapping[UUID, str]) -> ConsentWord:
    expires_on = fact.data.get("expires_on")
    day = None if expires_on is None else date.fromisoformat(expires_on)
    return ConsentWord(basis, fact.type == CandidateConsentGiven.type, day, _said(fact, sources))
