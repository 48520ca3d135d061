"""Learn from events: last contact, last response, market status."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from services.candidates.domain.learning import RETRACTED, Evidence, Learned, evidence_of, learn, together
from services.candidates.domain.people import People, bring_up_to_date, learned_of_person
from services.candidates.storage import candidates, evidence
from shared import outbox
from shared.db.asyncpg_connection import Driver, write_together
from shared.events import Event, Topic
from shared.observability.tracing import current_traceparent


async def learn_from(connection: Driver, events: Sequence[Event], *, now: datetime, shards: int) -> bool:
    """Keep the evidence in these events and bring what was learned of their streams up to date; whether that publishes anything.

    In the consume loop's transaction. Order and repetition of events do not matter; erased streams teach nothing. People
    whose market status changes by it are published anew. Events that never matter cost nothing.
    """
    found = _evidence_in(events)
    if not found:
        return False
    await connection.execute(candidates.SHARE_MAP)
    retracted = await evidence.with_retractions(connection, found.keys())
    taught = {stream for stream, kept in found.items() if stream in retracted or any(one.teaches for one in kept)}
    await candidates.insert_missing(connection, dict.fromkeys(taught), now)
    people = People(await candidates.lock_people(connection, taught) if taught else {})
    fresh = {stream: found[stream] for stream in taught if people.streams[stream].erased_at is None}
    before = {person: learned_of_person(people.members(person)).market_status for person in people.people()}
    changed = set()
    for stream, learned in (await _learned(connection, people, fresh, retracted)).items():
        if learned != people.streams[stream].learned:
            people.streams[stream].learned = learned
            changed.add(stream)
    published: list[Event] = []
    for person in {people.streams[stream].person_id for stream in changed}:
        members = people.members(person)
        if learned_of_person(members).market_status != before[person]:
            published += bring_up_to_date(person, members, now=now, traceparent=current_traceparent())
    writes = evidence.adding((stream, one) for stream, kept in found.items() for one in kept)
    writes += candidates.saving(people.streams.values())
    writes += candidates.saving_learned(people.streams[stream] for stream in changed if not people.streams[stream].is_changed)
    await write_together(connection, writes + outbox.appending(Topic.CANDIDATES, published, shards=shards))
    return bool(published)


def _evidence_in(events: Sequence[Event]) -> dict[UUID, list[Evidence]]:
    """The evidence of each stream."""
    found: dict[UUID, list[Evidence]] = {}
    for event in events:
        if event.subject is not None and (one := evidence_of(event.id, event.type, event.time, event.raw)) is not None:
            found.setdefault(event.subject, []).append(one)
    return found


async def _learned(
    connection: Driver, people: People, fresh: dict[UUID, list[Evidence]], retracted: set[UUID]
) -> dict[UUID, Learned]:
    """What the streams teach now. All evidence is read again only where something was retracted: else facts only add."""
    again = {stream for stream, kept in fresh.items() if stream in retracted or any(one.type == RETRACTED for one in kept)}
    stored = await evidence.of_streams(connection, again)
    learned: dict[UUID, Learned] = {}
    for stream, kept in fresh.items():
        if stream in again:
            all_of_it = {one.id: one for one in (*stored[stream], *kept)}
            learned[stream] = learn(all_of_it.values())
        else:
            learned[stream] = together([people.streams[stream].learned, learn(kept)])
    return learned
