"""Storing posted events: each once, in its stream's order, with all that follows from it, in one transaction."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from services.engagement.domain.errors import CandidateErased, EventConflict
from services.engagement.domain.incoming import Incoming
from services.engagement.domain.outcomes import Accepted, Outcome, Refused
from services.engagement.domain.pursuit_view import stage_of
from services.engagement.settings import EngagementSettings
from services.engagement.storage import event_keys, log, pursuits, relationships
from services.engagement.storage.event_keys import EventKey
from services.engagement.storage.relationships import Stream
from services.engagement.use_cases.folding import Folded, PursuitKey, fold_pursuits, hold_closings
from services.engagement.use_cases.transactions import transact
from shared import outbox
from shared.db.engine import Sessions
from shared.events import Topic


async def ingest_events(
    sessions: Sessions, events: Sequence[Incoming], *, now: datetime, settings: EngagementSettings
) -> list[Outcome]:
    """Store the events; an outcome for each, in order. What is refused leaves nothing behind and hinders no other.

    The same source and id with the same content is answered as the first time, with other content refused, also within
    ``events``. Raises Unavailable when the database does not take them; nothing is stored then.
    """
    return await transact(sessions, lambda session: _ingest(session, events, now, settings))


async def _ingest(
    session: AsyncSession, events: Sequence[Incoming], now: datetime, settings: EngagementSettings
) -> list[Outcome]:
    references: dict[UUID, str | None] = {}
    for event in events:
        references[event.candidate_id] = references.get(event.candidate_id) or event.reference
    await relationships.ensure(session, references)
    streams = await relationships.lock(session, references)
    for candidate, reference in references.items():
        streams[candidate].reference = streams[candidate].reference or reference

    known = await event_keys.find(session, [event.event_id for event in events])
    sorting = Deduplicator(streams, known, references_of_people(streams))
    for event in events:
        sorting.add(event)
    if sorting.fresh:
        await store(session, sorting.fresh, streams, now=now, settings=settings, accepted=sorting.accepted)
    return sorting.outcomes()


@dataclass
class Deduplicator:
    """Which of the posted events are fresh, which are known, and which are refused."""

    streams: Mapping[UUID, Stream]
    known: Mapping[UUID, EventKey]
    references: Mapping[UUID, tuple[str, ...]]
    fresh: list[Incoming] = field(default_factory=list)
    accepted: dict[UUID, Accepted] = field(default_factory=dict)
    """Outcomes of fresh events, filled in by ``store``."""
    _hashes: dict[UUID, bytes] = field(default_factory=dict)
    _settled: list[Outcome | UUID] = field(default_factory=list)

    def add(self, event: Incoming) -> None:
        """Decide about one event; those before it in the request count as known."""
        if self.streams[event.candidate_id].erased_at is not None:
            self._settled.append(Refused(CandidateErased.of_stream(event.candidate_id)))
            return
        stored = self.known.get(event.event_id)
        first_hash = self._hashes.get(event.event_id) if stored is None else stored.content_hash
        if first_hash is None:
            self._hashes[event.event_id] = event.content_hash
            self.fresh.append(event)
            self._settled.append(event.event_id)
        elif first_hash != event.content_hash:
            self._settled.append(Refused(EventConflict.between(event.source, event.external_id)))
        elif stored is None:
            self._settled.append(event.event_id)
        else:
            self._settled.append(self._as_before(event, stored))

    def _as_before(self, event: Incoming, stored: EventKey) -> Outcome:
        if stored.answer is None:
            return Refused(CandidateErased.of_stream(event.candidate_id))
        answer = stored.answer
        references = self.references[self.streams[event.candidate_id].person_id]
        return Accepted(event.candidate_id, answer["sequence"], answer["pursuit"], references, is_duplicate=True)

    def outcomes(self) -> list[Outcome]:
        """An outcome for each event, in the order they were added."""
        told: list[Outcome] = []
        seen: set[UUID] = set()
        for settled in self._settled:
            if not isinstance(settled, UUID):
                told.append(settled)
                continue
            first = self.accepted[settled]
            told.append(_again(first) if settled in seen else first)
            seen.add(settled)
        return told


def _again(first: Accepted) -> Accepted:
    return Accepted(first.candidate_id, first.sequence, first.pursuit, first.references, is_duplicate=True)


def references_of_people(streams: Mapping[UUID, Stream]) -> dict[UUID, tuple[str, ...]]:
    """What senders call each person, on all their streams."""
    found: dict[UUID, list[str]] = {stream.person_id: [] for stream in streams.values()}
    for stream in streams.values():
        if stream.reference is not None:
            found[stream.person_id].append(stream.reference)
    return {person: tuple(sorted(references)) for person, references in found.items()}


async def store(
    session: AsyncSession,
    events: Sequence[Incoming],
    streams: dict[UUID, Stream],
    *,
    now: datetime,
    settings: EngagementSettings,
    accepted: dict[UUID, Accepted],
) -> None:
    """Write events that nobody stored before, on locked streams, with everything that is derived from them.

    Fills ``accepted``, by event id.
    """
    touched = await _touched(session, events, streams)
    references = {e.position_id: e.position_reference for e in events if e.position_id and e.position_reference}
    keys = set(touched.values())
    closings = await hold_closings(session, {position for _, position in keys}, references=references, now=now)
    folded = await fold_pursuits(session, keys, streams, closings, fresh=events, ghost_after=settings.ghost_after, now=now)
    numbered: list[tuple[Incoming, int]] = []
    of_person = references_of_people(streams)
    for event in events:
        stream = streams[event.candidate_id]
        stream.sequence += 1
        numbered.append((event, stream.sequence))
        accepted[event.event_id] = Accepted(
            event.candidate_id,
            stream.sequence,
            _place(event, touched.get(event.event_id), folded),
            of_person[stream.person_id],
        )
    await log.append(session, numbered, received_at=now)
    public = [event.on_bus(sequence) for event, sequence in numbered]
    await outbox.append(session, Topic.ENGAGEMENT, public, shards=settings.partitions)
    if folded:
        await pursuits.save(session, [fold.row for fold in folded.values()])
    await relationships.save(session, [streams[one] for one in {event.candidate_id for event in events}])
    await event_keys.claim(session, [_key(event, accepted[event.event_id]) for event in events])


async def _touched(session: AsyncSession, events: Sequence[Incoming], streams: Mapping[UUID, Stream]) -> dict[UUID, PursuitKey]:
    """The pursuit that each event changes, by event id. A retraction by name changes the pursuit of what it names."""
    touched: dict[UUID, PursuitKey] = {}
    named: dict[UUID, Incoming] = {}
    for event in events:
        if event.position_id is not None:
            touched[event.event_id] = streams[event.candidate_id].person_id, event.position_id
        elif event.retracts is not None:
            named[event.event_id] = event
    for event in named.values():
        person = streams[event.candidate_id].person_id
        in_batch = touched.get(event.retracts) if event.retracts is not None else None
        if in_batch is not None and in_batch[0] == person:
            touched[event.event_id] = in_batch
            continue
        of_person = [stream.candidate_id for stream in streams.values() if stream.person_id == person]
        found = await log.positions_of_events(session, of_person, [e for e in [event.retracts] if e is not None])
        for position in found:
            touched[event.event_id] = person, position
    return touched


def _place(event: Incoming, key: PursuitKey | None, folded: Mapping[PursuitKey, Folded]) -> dict[str, Any] | None:
    """Where the event stands in its pursuit: the attempt it belongs to, how far that has come, and the touch it was."""
    if key is None:
        return None
    pursuit, row = folded[key].pursuit, folded[key].row
    placement = pursuit.placements.get(event.event_id)
    if placement is None:
        return {"id": str(row.id), "attempt": row.attempt or None, "stage": row.stage, "touch": None}
    is_current = placement.attempt == row.attempt
    stage = row.stage if is_current else stage_of(pursuit.attempts[placement.attempt - 1])
    return {"id": str(row.id), "attempt": placement.attempt, "stage": stage, "touch": placement.touch}


def _key(event: Incoming, outcome: Accepted) -> EventKey:
    return EventKey(event.event_id, event.content_hash, {"sequence": outcome.sequence, "pursuit": outcome.pursuit})
