"""Storing posted events: each once, in its stream's order. Storing appends, and does nothing else; the rest is derived later."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from services.engagement.domain.errors import CandidateErased, EventConflict, InvalidEvent
from services.engagement.domain.incoming import Incoming
from services.engagement.domain.outcomes import Accepted, Outcome, Refused
from services.engagement.settings import EngagementSettings
from services.engagement.storage import appending
from services.engagement.storage.appending import Appended, EventKey, KeyTakenError, Known
from services.engagement.use_cases.transactions import retry
from shared.db.asyncpg_connection import Driver
from shared.db.engine import Sessions
from shared.events import EventRetracted

NAMED_AT_MOST = 100_000
FEW = 10
"""So many events are stored without a look at what is known of them, for they are more likely all new than not."""


@dataclass(slots=True)
class NamedPositions:
    """The positions whose references this process has stored, so that it stores them once."""

    known: set[UUID] = field(default_factory=set)

    def unnamed(self, events: Sequence[Incoming]) -> set[UUID]:
        """The positions of events that come with a reference which may not be stored yet."""
        return {e.position_id for e in events if e.position_reference and e.position_id not in self.known and e.position_id}

    def add(self, named: set[UUID]) -> None:
        """These are stored."""
        if len(self.known) > NAMED_AT_MOST:
            self.known.clear()
        self.known |= named


async def ingest_events(
    sessions: Sessions, events: Sequence[Incoming], *, now: datetime, settings: EngagementSettings, named: NamedPositions
) -> list[Outcome]:
    """Store the events; an outcome for each, in order. What is refused leaves nothing behind and hinders no other.

    The same source and id with the same content is answered as the first time, with other content refused, also within
    ``events``. Raises Unavailable when the database does not take them; sent again, they are stored once.
    """
    deduplicator = Deduplicator(events)

    async def work() -> None:
        async with sessions.alone() as connection:
            looks = len(events) > FEW or any(event.retracts is not None for event in events)
            while not await _store(connection, deduplicator, now, settings, named, looks=looks):
                looks = True  # one of them is accepted already, or a stream is erased
        sessions.notify()  # the relay

    await retry(work)
    return deduplicator.outcomes()


async def _store(
    connection: Driver,
    deduplicator: "Deduplicator",
    now: datetime,
    settings: EngagementSettings,
    named: NamedPositions,
    *,
    looks: bool,
) -> bool:
    """Look up what is known, where it is to look, and store what is fresh; whether nothing is left to store."""
    if looks:
        deduplicator.add(await appending.look_up(connection, deduplicator.fresh()))
    retracting = [event for event in deduplicator.fresh() if event.retracts is not None]
    if retracting:
        deduplicator.refuse_retracting(await appending.stored_retractions(connection, retracting))
    fresh = deduplicator.fresh()
    if not fresh:
        return True
    unnamed = named.unnamed(fresh)
    try:
        appended = await appending.append(
            connection, fresh, unnamed=unnamed, received_at=now, shards=settings.partitions, with_references=not looks
        )
    except KeyTakenError:
        return False
    named.add(unnamed)
    deduplicator.stored(appended)
    return len(appended.sequences) == len(fresh)


class Deduplicator:
    """Which of the posted events are fresh, which are known, and which are refused."""

    def __init__(self, events: Sequence[Incoming]) -> None:
        self._events = events
        self._keys: dict[UUID, EventKey] = {}
        self._erased: set[UUID] = set()
        self._references: dict[UUID, tuple[str, ...]] = {}
        self._stored: set[UUID] = set()
        self._refused: dict[UUID, InvalidEvent] = {}

    def fresh(self) -> list[Incoming]:
        """The first event of each id that is neither stored nor refused, as far as is known."""
        first: dict[UUID, Incoming] = {}
        for event in self._events:
            is_refused = event.candidate_id in self._erased or event.event_id in self._refused
            if event.event_id not in self._keys and not is_refused:
                first.setdefault(event.event_id, event)
        return list(first.values())

    def add(self, known: Known) -> None:
        """This is stored of them."""
        self._keys.update(known.keys)
        self._erased.update(known.erased)
        self._references.update(known.references)

    def refuse_retracting(self, retractions: Collection[UUID]) -> None:
        """These are stored retractions: whoever names one of them, or one that came before in the request, is refused."""
        known = set(retractions)
        for event in self.fresh():
            if event.retracts in known:
                self._refused[event.event_id] = InvalidEvent.of(
                    "data.id", "must not name a retraction: it cannot be retracted; send the fact again under an id of its own"
                )
            elif event.type == EventRetracted.type:
                known.add(event.event_id)

    def stored(self, appended: Appended) -> None:
        """These were stored now."""
        for event in self.fresh():
            if (sequence := appended.sequences.get(event.event_id)) is not None:
                self._keys[event.event_id] = EventKey(event.content_hash, sequence)
        self._stored.update(appended.sequences)
        self._references.update(appended.references)

    def outcomes(self) -> list[Outcome]:
        """An outcome for each event, in the order they were posted; a repeat within the request is a duplicate."""
        outcomes: list[Outcome] = []
        for event in self._events:
            key = self._keys.get(event.event_id)
            if event.candidate_id not in self._erased and key is None and event.event_id in self._refused:
                outcomes.append(Refused(self._refused[event.event_id]))
            elif event.candidate_id in self._erased or key is None:
                outcomes.append(Refused(CandidateErased.of_stream(event.candidate_id)))
            elif key.content_hash != event.content_hash:
                outcomes.append(Refused(EventConflict.between(event.source, event.external_id)))
            else:
                outcomes.append(
                    Accepted(event.candidate_id, key.sequence, self._names(event), event.event_id not in self._stored)
                )
                self._stored.discard(event.event_id)
        return outcomes

    def _names(self, event: Incoming) -> tuple[str, ...]:
        """What senders call the person, by this event too."""
        names = self._references.get(event.candidate_id, ())
        if event.reference is not None and event.reference not in names:
            names = self._references[event.candidate_id] = tuple(sorted((*names, event.reference)))
        return names
