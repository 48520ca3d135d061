"""Bring people into line with their streams: who is one person, what is shown of them, what others are told.

Every change of candidates ends here: whatever was changed, the person's record, the merge map and the snapshots follow from
the streams, their links and what was learned.
"""

from collections.abc import Iterable
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from services.candidates.domain.content import CANDIDATE
from services.candidates.domain.learning import Learned, together
from services.candidates.domain.links import components, survivor
from services.candidates.domain.registers import Heads, canonical, join, values_of
from services.candidates.domain.snapshots import SOURCE, candidate_snapshot, market_status_of, snapshot_id
from services.candidates.storage import candidates, links
from services.candidates.storage.candidates import Stream
from shared import outbox
from shared.events import Event, EventData, Topic
from shared.observability.tracing import current_traceparent


async def recompute_people(session: AsyncSession, streams: dict[UUID, Stream], *, now: datetime, shards: int) -> None:
    """Recompute people from their streams, save them and publish a snapshot of every stream that changed.

    ``streams`` are all streams of the people concerned, locked, none of them erased.
    """
    if not streams:
        return
    known = await links.among(session, streams)
    events: list[Event] = []
    for person in components(streams, known):
        members = [streams[stream] for stream in sorted(person)]
        events += _recompute_person(survivor(person, known), members, now)
    await candidates.save(session, [streams[stream] for stream in sorted(streams)])
    await outbox.append(session, Topic.CANDIDATES, sorted(events, key=lambda event: str(event.subject)), shards=shards)


def _recompute_person(stands: UUID, members: list[Stream], now: datetime) -> Iterable[Event]:
    heads = join(*(member.heads for member in members))
    learned = together(member.learned for member in members)
    is_record = any(member.is_record for member in members)
    for member in members:
        shown = _record(stands, members, heads) if is_record and member.id == stands else None
        is_changed = canonical(shown) != canonical(member.record)
        member.person_id = stands
        if is_changed:
            member.record = shown
            member.record_version += 1
        member.search = candidates.searchable(values_of(heads), market_status_of(heads, learned)) if shown is not None else {}
        if is_record or member.version > 0:
            data = candidate_snapshot(member.id, stands, heads, learned)
            if data.public_json() != member.snapshot or (is_changed and member.id == stands):
                yield publish(member, data, now)


def _record(stands: UUID, members: list[Stream], heads: Heads) -> dict[str, Any]:
    """What is shown of a person: the references, the surviving record's first, and all fields."""
    ordered = sorted(members, key=lambda member: (member.id != stands, member.reference or ""))
    references = [member.reference for member in ordered if member.reference is not None]
    return {"references": references, **CANDIDATE.nest(values_of(heads))}


def publish(stream: Stream, data: EventData, now: datetime) -> Event:
    """Give the stream its next version; the event is for the outbox, in the same transaction."""
    stream.version += 1
    stream.snapshot = data.public_json()
    stream.changed_at = now
    return Event.of(
        data,
        id=snapshot_id(stream.id, stream.version),
        source=SOURCE,
        subject=stream.id,
        sequence=stream.version,
        time=now,
        traceparent=current_traceparent(),
    )


def learned_together(streams: Iterable[Stream]) -> Learned:
    """What was learned of the person whose streams these are."""
    return together(stream.learned for stream in streams)
