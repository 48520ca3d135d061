"""Reading and writing the inbox's tables. Takes a session and never commits."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from uuid import UUID

import orjson
from aiokafka import TopicPartition
from sqlalchemy.ext.asyncio import AsyncSession

from shared.db.asyncpg_connection import driver
from shared.db.engine import Sessions
from shared.kafka.consumed_record import ConsumedRecord


@dataclass(frozen=True, slots=True)
class ConsumerPosition:
    """Where a group stands in a partition.

    ``counted`` is the sum of the heads of all its streams. Whoever moves a head changes it, so that two equal positions stand
    for the same heads.
    """

    next_offset: int
    last_record: UUID | None
    counted: int


@dataclass(slots=True)
class Stored:
    """What is stored of some partitions and streams, while the partitions' rows are locked."""

    positions: dict[TopicPartition, ConsumerPosition] = field(default_factory=dict)
    heads: dict[tuple[str, UUID], int] = field(default_factory=dict)
    """The last sequence applied, by topic and stream, of the streams that the group knows."""
    parked: set[tuple[str, UUID]] = field(default_factory=set)
    """Streams of which events wait for earlier ones."""

    def heads_of(self, streams: Iterable[tuple[str, UUID]]) -> dict[UUID, int]:
        """The heads of these streams, all of one topic."""
        return {stream: self.heads[topic, stream] for topic, stream in streams if (topic, stream) in self.heads}


_INSERT_POSITIONS = """
    INSERT INTO inbox_offsets (group_name, topic, partition)
    SELECT $1, * FROM unnest($2::text[], $3::integer[]) ON CONFLICT DO NOTHING
"""
_POSITIONS = """
    SELECT topic, partition, next_offset, last_record, counted FROM inbox_offsets
    WHERE group_name = $1 AND (topic, partition) IN (SELECT * FROM unnest((SELECT $2::text[]), (SELECT $3::integer[])))
    ORDER BY topic, partition
"""
# One round trip. A statement sees what was committed when it began, and so do the heads here, although the rows may be waited
# for; whoever held them and moved a head has changed ``counted`` as well, so that the position is not the believed one.
# (SELECT $n) hides how long an array is: else PostgreSQL plans it anew for each batch, which costs more than to run it.
_LOCK = f"""
    WITH locked AS MATERIALIZED ({_POSITIONS} FOR UPDATE)
    SELECT topic, partition, next_offset, last_record AS id, counted, false AS parked FROM locked
    UNION ALL
    SELECT topic, -1, (
            SELECT sequence FROM inbox_heads AS head
            WHERE head.group_name = $1 AND head.topic = wanted.topic AND head.stream = wanted.stream
        ), stream, 0, EXISTS (
            SELECT FROM inbox_parked AS early
            WHERE early.group_name = $1 AND early.topic = wanted.topic AND early.stream = wanted.stream
        )
    FROM unnest((SELECT $4::text[]), (SELECT $5::uuid[])) AS wanted (topic, stream)
"""  # noqa: S608 - constants alone
_STORE = """
    WITH moved AS (
        INSERT INTO inbox_heads (group_name, topic, stream, sequence, shard)
        SELECT $1, * FROM unnest($2::text[], $3::uuid[], $4::bigint[], $5::integer[])
        ON CONFLICT (group_name, topic, stream) DO UPDATE SET sequence = excluded.sequence
    )
    UPDATE inbox_offsets SET next_offset = now.next_offset, last_record = now.last_record, counted = now.counted,
        announced = coalesce(now.announced, inbox_offsets.announced)
    FROM unnest($6::text[], $7::integer[], $8::bigint[], $9::uuid[], $10::bigint[], $11::bigint[])
        AS now (topic, partition, next_offset, last_record, counted, announced)
    WHERE inbox_offsets.group_name = $1 AND inbox_offsets.topic = now.topic AND inbox_offsets.partition = now.partition
"""


async def positions(
    session: AsyncSession, group: str, partitions: Sequence[TopicPartition]
) -> dict[TopicPartition, ConsumerPosition]:
    """Where a group stands; rows are made for partitions it never read."""
    own = await driver(session)
    named = [p.topic for p in partitions], [p.partition for p in partitions]
    await own.execute(_INSERT_POSITIONS, group, *named)
    rows = await own.fetch(_POSITIONS, group, *named)
    return {TopicPartition(topic, number): ConsumerPosition(*position) for topic, number, *position in rows}


async def lock(
    session: AsyncSession, group: str, partitions: Sequence[TopicPartition], streams: Sequence[tuple[str, UUID]]
) -> Stored:
    """Lock the partitions' rows, in order, and read them with the heads of some streams, given by topic and id.

    The heads are only those of now where the position is the one that the caller believes.
    """
    rows = await (await driver(session)).fetch(
        _LOCK,
        group,
        [p.topic for p in partitions],
        [p.partition for p in partitions],
        [topic for topic, _ in streams],
        [stream for _, stream in streams],
    )
    stored = Stored()
    for topic, number, at, identity, counted, parked in rows:
        if number >= 0:
            stored.positions[TopicPartition(topic, number)] = ConsumerPosition(at, identity, counted)
            continue
        if at is not None:
            stored.heads[topic, identity] = at
        if parked:
            stored.parked.add((topic, identity))
    return stored


async def store(
    session: AsyncSession,
    group: str,
    heads: Mapping[tuple[str, UUID], tuple[int, int]],
    ends: Mapping[TopicPartition, tuple[ConsumerPosition, int | None]],
) -> None:
    """Write the last sequence applied, and the shard, of each stream; and where the group stands now, with the total it last
    read (None: unchanged)."""
    streams, partitions = sorted(heads), sorted(ends)
    await (await driver(session)).execute(
        _STORE,
        group,
        [topic for topic, _ in streams],
        [stream for _, stream in streams],
        [heads[one][0] for one in streams],
        [heads[one][1] for one in streams],
        [p.topic for p in partitions],
        [p.partition for p in partitions],
        [ends[p][0].next_offset for p in partitions],
        [ends[p][0].last_record for p in partitions],
        [ends[p][0].counted for p in partitions],
        [ends[p][1] for p in partitions],
    )


async def short(sessions: Sessions, group: str) -> list[TopicPartition]:
    """The shards of which the group has counted less than the producer's total, as last read."""
    rows = await sessions.fetch_alone(
        "SELECT topic, partition FROM inbox_offsets WHERE group_name = $1 AND announced > counted", group
    )
    return [TopicPartition(*row) for row in rows]


async def park(session: AsyncSession, group: str, topic: str, waiting: Sequence[ConsumedRecord]) -> None:
    """Keep events that came before those they follow."""
    events = [(received.event, received) for received in waiting if received.event is not None]
    if events:
        await (await driver(session)).execute(
            """
            INSERT INTO inbox_parked (group_name, topic, stream, sequence, headers, value)
            SELECT $1, $2, stream, sequence, CAST(headers AS jsonb), value
            FROM unnest($3::uuid[], $4::bigint[], $5::text[], $6::bytea[]) AS early (stream, sequence, headers, value)
            ON CONFLICT DO NOTHING
            """,
            group,
            topic,
            [event.subject for event, _ in events],
            [event.sequence for event, _ in events],
            [headers_to_json(received.headers) for _, received in events],
            [received.value for _, received in events],
        )


async def parked_after(
    session: AsyncSession, group: str, topic: str, heads: Mapping[UUID, int]
) -> list[tuple[str, bytes | None]]:
    """Parked events (headers as JSON text, value) of these streams beyond their heads, by stream and in order."""
    rows = await (await driver(session)).fetch(
        """
        SELECT CAST(headers AS text), value FROM inbox_parked
        JOIN unnest($3::uuid[], $4::bigint[]) AS head (stream, sequence)
            ON inbox_parked.stream = head.stream AND inbox_parked.sequence > head.sequence
        WHERE inbox_parked.group_name = $1 AND inbox_parked.topic = $2
        ORDER BY inbox_parked.stream, inbox_parked.sequence
        """,
        group, topic, list(heads), list(heads.values()),
    )  # fmt: skip
    return [(headers, value) for headers, value in rows]


async def unpark(session: AsyncSession, group: str, topic: str, heads: Mapping[UUID, int]) -> None:
    """Remove parked events up to these heads: they were applied, from here or from the broker."""
    await (await driver(session)).execute(
        """
        DELETE FROM inbox_parked USING unnest($3::uuid[], $4::bigint[]) AS head (stream, sequence)
        WHERE inbox_parked.group_name = $1 AND inbox_parked.topic = $2
            AND inbox_parked.stream = head.stream AND inbox_parked.sequence <= head.sequence
        """,
        group, topic, list(heads), list(heads.values()),
    )  # fmt: skip


async def insert_dead_letter(
    session: AsyncSession, group: str, partition: TopicPartition, received: ConsumedRecord, error: str, *, left_hole: bool
) -> None:
    """Put a record into the dead letters, once however often it comes; its stream may have gone on without it since."""
    event = received.event
    await (await driver(session)).execute(
        """
        INSERT INTO dead_letters (group_name, topic, partition, record_offset, record_id, stream, sequence, record_key,
            headers, value, error, left_hole)
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8, CAST($9::text AS jsonb), $10, $11, $12)
        ON CONFLICT (group_name, topic, partition, record_id) DO UPDATE SET left_hole = true
            WHERE excluded.left_hole AND NOT dead_letters.left_hole
        """,
        group,
        *partition,
        received.offset,
        received.identity,
        None if event is None else event.subject,
        None if event is None else event.sequence,
        received.key,
        headers_to_json(received.headers),
        received.value,
        error.replace("\0", "")[:4000],
        left_hole,
    )


def headers_to_json(headers: Sequence[tuple[str, bytes]]) -> str:
    """Headers as JSON text: pairs of name and value, the value in hexadecimal digits, for it may be any bytes."""
    return orjson.dumps(
        [[name.encode("utf-8", "replace").decode().replace("\0", ""), bytes(value or b"").hex()] for name, value in headers]
    ).decode()


def headers_from_json(raw: str | list[list[str]]) -> list[tuple[str, bytes]]:
    """The headers that ``headers_to_json`` wrote."""
    pairs = orjson.loads(raw) if isinstance(raw, str) else raw
    return [(name, bytes.fromhex(value)) for name, value in pairs]
