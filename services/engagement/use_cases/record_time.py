"""Putting on record what time alone brought about: ghostings, and attempts that closed with their position."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from services.engagement.domain.incoming import SYSTEM_SOURCE, Incoming, incoming
from services.engagement.domain.pursuit_view import GHOSTED, ClockRecord, PursuitRow, due_on_record
from services.engagement.settings import EngagementSettings
from services.engagement.storage import pursuits, relationships
from services.engagement.storage.relationships import Stream
from services.engagement.use_cases.folding import Folded, PursuitKey, fold_pursuits, hold_closings
from services.engagement.use_cases.ingest_events import store
from services.engagement.use_cases.transactions import transact
from shared.db.engine import Sessions
from shared.events import PursuitGhosted, PursuitPositionClosed

CHUNK = 200


async def record_time(sessions: Sessions, *, now: datetime, settings: EngagementSettings) -> int:
    """Store an event for every ghosting and closing that is due, a transaction for each chunk; returns how many.

    The events go the way of posted ones: a sequence in the person's stream, the log, the outbox. They decide nothing: the fold
    derives both from the facts, and these only bring it on record.
    """
    count = 0
    while True:
        async with sessions.begin() as session:
            keys = await pursuits.due(session, now, CHUNK)
        if not keys:
            return count
        count += await transact(sessions, _Chunk(keys, now, settings).record)


class _Chunk:
    """Pursuits that something is due for."""

    def __init__(self, keys: Sequence[PursuitKey], now: datetime, settings: EngagementSettings) -> None:
        self.keys = keys
        self.now = now
        self.settings = settings

    async def record(self, session: AsyncSession) -> int:
        """Fold them under the locks, and record what is due still; returns how many."""
        streams = await relationships.lock_people(session, {person for person, _ in self.keys})
        closings = await hold_closings(session, {position for _, position in self.keys}, now=self.now)
        folded = await fold_pursuits(session, self.keys, streams, closings, ghost_after=self.settings.ghost_after, now=self.now)
        due = list(self._due(folded, streams))
        # What is recorded gets its row from ``store``; for the rest there is nothing to do, now that it was looked at.
        recorded = {(person, event.position_id) for person, event in due}
        rest = [one.row for key, one in folded.items() if key not in recorded]
        await pursuits.save(session, [row if self._is_ahead(row) else replace(row, clock_at=None) for row in rest])
        if due:
            events = [event for _, event in due]
            await store(session, events, streams, now=self.now, settings=self.settings, accepted={})
        return len(due)

    def _is_ahead(self, row: PursuitRow) -> bool:
        return row.clock_at is not None and row.clock_at > self.now

    def _due(self, folded: Mapping[PursuitKey, Folded], streams: Mapping[UUID, Stream]) -> Iterator[tuple[UUID, Incoming]]:
        for (person, position), one in folded.items():
            record = due_on_record(one.row.id, one.pursuit, one.recorded)
            stream = _stream_of(person, streams)
            if record is not None and record.time <= self.now and stream is not None:
                yield person, self._event(record, stream, position)

    def _event(self, record: ClockRecord, stream: UUID, position: UUID) -> Incoming:
        kind = PursuitGhosted if record.type == GHOSTED else PursuitPositionClosed
        return incoming(
            kind(position=position, by_clock=True),
            source=SYSTEM_SOURCE,
            external_id=record.external_id,
            subject=str(stream),
            time=record.time,
            received_at=self.now,
            position=str(position),
        )


def _stream_of(person: UUID, streams: Mapping[UUID, Stream]) -> UUID | None:
    """The stream that stands for the person, or another of theirs where that is erased."""
    living = [s.candidate_id for s in streams.values() if s.person_id == person and s.erased_at is None]
    return person if person in living else min(living, default=None)
