"""Learn from events: last contact, last response, market status."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncSession

from services.candidates.domain.learning import evidence_of, learn
from services.candidates.storage import candidates, evidence
from services.candidates.use_cases.settling import settle
from shared.events import Event


async def learn_from(session: AsyncSession, events: Sequence[Event], *, now: datetime, shards: int) -> None:
    """Keep the evidence in these events and bring what was learned of their streams up to date.

    On the consume loop's transaction. Order and repetition of events do not matter; erased streams teach nothing.
    """
    found = [
        (event.subject, one)
        for event in events
        if event.subject is not None and (one := evidence_of(event.id, event.type, event.time, event.raw)).says_something
    ]
    touched = {stream for stream, _ in found}
    if not touched:
        return
    await candidates.insert_missing(session, dict.fromkeys(touched), now)
    streams = await candidates.lock_people(session, touched)
    live = {stream for stream in touched if streams[stream].erased_at is None}
    await evidence.add(session, [(stream, one) for stream, one in found if stream in live])
    people = set()
    for stream, kept in (await evidence.of_streams(session, live)).items():
        learned = learn(kept)
        if learned != streams[stream].learned:
            streams[stream].learned = learned
            people.add(streams[stream].person_id)
    changed = {one.id: one for one in streams.values() if one.person_id in people}
    if changed:
        await settle(session, changed, now=now, shards=shards)
