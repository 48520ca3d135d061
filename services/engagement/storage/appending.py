"""Appending events: what is known of them, and one statement that numbers and stores them with their outbox rows and keys.

Both take the driver's own connection. Outside of a transaction each statement is one, so that a posted event that is new takes
one round trip and one commit.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple
from uuid import UUID

import asyncpg

from services.engagement.domain.incoming import Incoming
from shared.db.asyncpg_connection import Driver, planned_once
from shared.events import Topic
from shared.ids import shard_of


class KeyTakenError(Exception):
    """Another transaction accepted one of the events meanwhile."""


class EventKey(NamedTuple):
    """An accepted event: the hash of its content, and its sequence in its stream."""

    content_hash: bytes
    sequence: int


@dataclass(frozen=True, slots=True)
class Appended:
    """What was stored: the sequence of each event by its id. ``references`` are as in ``Known``, where they were asked for."""

    sequences: Mapping[UUID, int]
    references: Mapping[UUID, tuple[str, ...]]


@dataclass(frozen=True, slots=True)
class Known:
    """What is stored of posted events. ``references`` are what senders call the person of each stream; of new streams nothing."""

    keys: Mapping[UUID, EventKey]
    references: Mapping[UUID, tuple[str, ...]]
    erased: frozenset[UUID]


# LATERAL, so that each id is looked up in its own partition alone.
_LOOK_UP = """
    SELECT true, candidate_id, NULL::bytea, 0::bigint, erased_at IS NOT NULL, (
        SELECT array_agg(other.reference ORDER BY other.reference) FROM relationships AS other
        WHERE other.person_id = stream.person_id AND other.reference IS NOT NULL)
    FROM relationships AS stream WHERE candidate_id = ANY($1::uuid[])
    UNION ALL
    SELECT false, known.event_id, known.content_hash, known.sequence, false, NULL FROM unnest($2::uuid[]) AS given (id)
    CROSS JOIN LATERAL (SELECT * FROM event_keys WHERE event_id = given.id LIMIT 1) AS known
    """

_STORED_RETRACTIONS = """
    SELECT log.event_id FROM relationships AS given
    JOIN relationships AS stream ON stream.person_id = given.person_id
    JOIN log ON log.candidate_id = stream.candidate_id
    WHERE given.candidate_id = ANY($1::uuid[]) AND log.type = 'rekindle.event.retracted' AND log.event_id = ANY($2::uuid[])
    """

# The rows of the streams are locked first, in id order, then positions are named, then keys are claimed, in id order: those
# parts read from the one before, so that this is the order in which locks are taken, and two statements never deadlock.
_APPEND = """
    WITH given AS (
        SELECT * FROM unnest($1::uuid[], $2::text[], $3::bigint[]) AS stream (id, reference, events)
    ), numbered AS (
        INSERT INTO relationships (candidate_id, person_id, reference, sequence)
        SELECT id, id, reference, events FROM given ORDER BY id
        ON CONFLICT (candidate_id) DO UPDATE SET sequence = relationships.sequence + excluded.sequence,
            reference = coalesce(relationships.reference, excluded.reference)
        WHERE relationships.erased_at IS NULL
        RETURNING candidate_id, sequence
    ), live AS MATERIALIZED (
        SELECT candidate_id, sequence - events AS base FROM numbered JOIN given ON id = candidate_id
    ), positioned AS (
        INSERT INTO positions (position_id, reference)
        SELECT id, name FROM unnest($4::uuid[], $5::text[]) AS named (id, name) WHERE (SELECT count(*) FROM live) > 0 ORDER BY id
        ON CONFLICT (position_id) DO UPDATE SET reference = excluded.reference WHERE positions.reference IS NULL
        RETURNING true
    ), events AS MATERIALIZED (
        SELECT event.*, live.base + event.nth AS sequence
        FROM unnest($6::uuid[], $7::uuid[], $8::integer[], $9::text[], $10::text[], $11::text[], $12::timestamptz[],
            $13::uuid[], $14::text[], $15::text[], $16::bytea[], $17::bytea[], $18::smallint[]) WITH ORDINALITY
            AS event (id, candidate_id, nth, source, external_id, type, time, position_id, data, traceparent, hash, value, shard,
                place)
        JOIN live ON live.candidate_id = event.candidate_id
        WHERE (SELECT count(*) FROM positioned) >= 0
    ), logged AS (
        INSERT INTO log (candidate_id, sequence, event_id, source, external_id, type, time, received_at, position_id, data,
            traceparent)
        SELECT candidate_id, sequence, id, source, external_id, type, time, $19, position_id, data::jsonb, traceparent
        FROM events
    ), published AS (
        INSERT INTO outbox (shard, topic, event_id, type, source, subject, sequence, time, value, traceparent, received_at,
            counts)
        SELECT shard, $20, id, type, source, candidate_id, sequence, time, value, traceparent, $19, 1 FROM events ORDER BY place
    ), claimed AS (
        INSERT INTO event_keys (event_id, content_hash, sequence) SELECT id, hash, sequence FROM events ORDER BY id
    )
    SELECT candidate_id, base, CASE WHEN $21 THEN (
        SELECT array_agg(other.reference ORDER BY other.reference) FROM relationships AS stream
        JOIN relationships AS other ON other.person_id = stream.person_id
        WHERE stream.candidate_id = live.candidate_id AND other.reference IS NOT NULL) END
    FROM live
    """


async def look_up(connection: Driver, events: Sequence[Incoming]) -> Known:
    """What is known of the events and their streams."""
    streams = list({event.candidate_id for event in events})
    rows = await connection.fetch(_LOOK_UP, streams, [event.event_id for event in events])
    keys: dict[UUID, EventKey] = {}
    references: dict[UUID, tuple[str, ...]] = {}
    erased: set[UUID] = set()
    for is_stream, of, content_hash, sequence, is_erased, named in rows:
        if not is_stream:
            keys[of] = EventKey(content_hash, sequence)
        elif is_erased:
            erased.add(of)
        else:
            references[of] = tuple(named or ())
    return Known(keys, references, frozenset(erased))


async def stored_retractions(connection: Driver, events: Sequence[Incoming]) -> set[UUID]:
    """Those of the events that these take back by name which are retractions themselves, and stored of the same person."""
    rows = await connection.fetch(
        _STORED_RETRACTIONS, list({event.candidate_id for event in events}), [event.retracts for event in events]
    )
    return {row[0] for row in rows}


async def append(
    connection: Driver,
    events: Sequence[Incoming],
    *,
    unnamed: Collection[UUID] = (),
    received_at: datetime,
    shards: int,
    with_references: bool = False,
) -> Appended:
    """Store events that nobody stored before.

    ``unnamed`` are positions whose references may not be known yet. Events of an erased stream are left out of what is stored
    and returned. Raises KeyTakenError, and stores nothing, when one of them is accepted already.
    """
    nths: list[int] = []
    counts: dict[UUID, int] = {}
    references: dict[UUID, str | None] = {}
    for event in events:
        stream = event.candidate_id
        nth = counts[stream] = counts.get(stream, 0) + 1
        nths.append(nth)
        references[stream] = references.get(stream) or event.reference
    named = {e.position_id: e.position_reference for e in events if e.position_id in unnamed and e.position_reference}
    try:
        query, values = planned_once(
            _APPEND,
            (
                list(counts),
                list(references.values()),
                list(counts.values()),
                list(named),
                list(named.values()),
                [event.event_id for event in events],
                [event.candidate_id for event in events],
                nths,
                [event.source for event in events],
                [event.external_id for event in events],
                [event.type for event in events],
                [event.time for event in events],
                [event.position_id for event in events],
                [event.stored_json for event in events],
                [event.traceparent for event in events],
                [event.content_hash for event in events],
                [event.public_json for event in events],
                [shard_of(event.candidate_id, shards) for event in events],
                received_at,
                Topic.ENGAGEMENT.value,
                with_references,
            ),
        )
        rows = await connection.fetch(query, *values)
    except asyncpg.UniqueViolationError as taken:
        raise KeyTakenError from taken
    bases = {row[0]: row[1] for row in rows}
    sequences = {
        event.event_id: bases[event.candidate_id] + nth
        for event, nth in zip(events, nths, strict=True)
        if event.candidate_id in bases
    }
    return Appended(sequences, {row[0]: tuple(row[2]) for row in rows if row[2]})
