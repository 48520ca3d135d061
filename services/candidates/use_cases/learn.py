"""Learn from events: last contact, last response, market status."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from services.candidates.domain.learning import Evidence, Learned, evidence_of, learn, together
from services.candidates.storage import candidates, evidence
from services.candidates.storage.candidates import Stream
from services.candidates.use_cases.recompute_people import learned_together, recompute_people
from shared.events import Event


async def learn_from(session: AsyncSession, events: Sequence[Event], *, now: datetime, shards: int) -> None:
    """Keep the evidence in these events and bring what was learned of their streams up to date.

    On the consume loop's transaction. Order and repetition of events do not matter; erased streams teach nothing. People
    whose market status changes by it are published anew.
    """
    found: dict[UUID, list[Evidence]] = {}
    for event in events:
        if event.subject is not None:
            one = evidence_of(event.id, event.type, event.time, event.raw)
            if one.says_something:
                found.setdefault(event.subject, []).append(one)
    if not found:
        return
    await candidates.insert_missing(session, dict.fromkeys(found), now)
    streams = await candidates.lock_people(session, found.keys())
    fresh = {stream: kept for stream, kept in found.items() if streams[stream].erased_at is None}
    await evidence.add(session, [(stream, one) for stream, kept in fresh.items() for one in kept])
    before = _by_person(streams.values())
    changed: set[UUID] = set()
    for stream, learned in (await _learn(session, streams, fresh)).items():
        if learned != streams[stream].learned:
            streams[stream].learned = learned
            changed.add(stream)
    after = _by_person(streams.values())
    moved = {person for person in after if after[person].market_status != before[person].market_status}
    await recompute_people(session, {one.id: one for one in streams.values() if one.person_id in moved}, now=now, shards=shards)
    await candidates.save_learned(session, [streams[stream] for stream in changed if streams[stream].person_id not in moved])


async def _learn(session: AsyncSession, streams: dict[UUID, Stream], fresh: dict[UUID, list[Evidence]]) -> dict[UUID, Learned]:
    """What the streams teach now. All evidence is read again only where something was retracted: else facts only add."""
    retracted = await evidence.with_retractions(session, fresh.keys())
    learned = {
        stream: together([streams[stream].learned, learn(kept)]) for stream, kept in fresh.items() if stream not in retracted
    }
    for stream, kept in (await evidence.of_streams(session, retracted)).items():
        learned[stream] = learn(kept)
    return learned


def _by_person(streams: Iterable[Stream]) -> dict[UUID, Learned]:
    people: dict[UUID, list[Stream]] = {}
    for stream in streams:
        people.setdefault(stream.person_id, []).append(stream)
    return {person: learned_together(members) for person, members in people.items()}
