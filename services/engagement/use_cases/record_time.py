"""Putting on record what time alone brought about: ghostings, and attempts that closed with their position."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from services.engagement.domain.derive import Derived
from services.engagement.domain.incoming import SYSTEM_SOURCE, Incoming, incoming
from services.engagement.domain.pursuit_view import GHOSTED, ClockRecord
from services.engagement.settings import EngagementSettings
from services.engagement.storage import pursuits, streams
from services.engagement.storage.appending import append, look_up
from services.engagement.storage.streams import Stream
from services.engagement.use_cases.derive_people import derive_people
from services.engagement.use_cases.transactions import transact
from shared.db.asyncpg_connection import driver
from shared.db.engine import Sessions, notify_after_commit
from shared.events import PursuitGhosted, PursuitPositionClosed

CHUNK = 200


async def record_time(sessions: Sessions, *, now: datetime, settings: EngagementSettings) -> int:
    """Store an event for every ghosting and closing that is due, a transaction for each chunk; returns how many.

    The events go the way of posted ones: a sequence in the person's stream, the log, the outbox. They decide nothing: the fold
    derives both from the facts, and these only bring it on record.
    """

    async def work(session: AsyncSession) -> tuple[int, int]:
        await streams.share_map(session)
        due = await pursuits.due(session, now, CHUNK)
        if not due:
            return 0, 0
        await streams.lock_people(session, set(due.values()))
        await streams.lock_rows(session, set(due.values()))
        derived = await derive_people(session, set(due.values()), now=now, settings=settings)
        events = _events(derived, await streams.of_people(session, list(derived)), now)
        connection = await driver(session)
        known = await look_up(connection, events)
        fresh = [event for event in events if event.event_id not in known.keys]
        if fresh:
            await append(connection, fresh, received_at=now, shards=settings.partitions)
            notify_after_commit(session)
        await pursuits.leave_to_time(session, _settled(derived, due, now))
        return len(due), len(fresh)

    count = 0
    while True:
        looked_at, recorded = await transact(sessions, work)
        count += recorded
        if looked_at < CHUNK:
            return count


def _settled(derived: Mapping[UUID, Derived], due: Mapping[UUID, UUID], now: datetime) -> list[UUID]:
    """The pursuits that are on record now, and those that were due and are not any more."""
    ahead = {row.id for one in derived.values() for row in one.rows.values() if row.clock_at is not None and row.clock_at > now}
    return [pursuit for pursuit in due if pursuit not in ahead]


def _events(derived: Mapping[UUID, Derived], of_people: Mapping[UUID, Sequence[Stream]], now: datetime) -> list[Incoming]:
    events: list[Incoming] = []
    for person, one in derived.items():
        stream = _stream_of(person, of_people.get(person, ()))
        if stream is not None:
            events += [_event(record, stream, now) for record in one.clock if record.time <= now]
    return events


def _event(record: ClockRecord, stream: UUID, now: datetime) -> Incoming:
    kind = PursuitGhosted if record.type == GHOSTED else PursuitPositionClosed
    return incoming(
        kind(position=record.position_id, by_clock=True),
        source=SYSTEM_SOURCE,
        external_id=record.external_id,
        subject=str(stream),
        time=record.time,
        received_at=now,
        position=str(record.position_id),
    )


def _stream_of(person: UUID, of_person: Sequence[Stream]) -> UUID | None:
    """The stream that stands for the person, or another of theirs where that is erased."""
    living = [stream.candidate_id for stream in of_person if stream.erased_at is None]
    return person if person in living else min(living, default=None)
