"""Reading and writing the inbox's tables. Takes a session and never commits."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

import orjson
from aiokafka import TopicPartition
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from shared.kafka.consumed_record import ConsumedRecord


@dataclass(frozen=True, slots=True)
class ConsumerPosition:
    """Where a group stands in a partition."""

    next_offset: int
    last_record: UUID | None


async def positions(
    session: AsyncSession, group: str, partitions: Sequence[TopicPartition]
) -> dict[TopicPartition, ConsumerPosition]:
    """Where a group stands; rows are made for partitions it never read."""
    named = _named(group, partitions)
    await session.execute(
        text(
            "INSERT INTO inbox_offsets (group_name, topic, partition) "
            "SELECT :group, * FROM unnest(CAST(:topics AS text[]), CAST(:partitions AS integer[])) ON CONFLICT DO NOTHING"
        ),
        named,
    )
    return {partition: position for partition, (position, _) in (await _read(session, named, lock=False)).items()}


async def lock_positions(
    session: AsyncSession, group: str, partitions: Sequence[TopicPartition]
) -> dict[TopicPartition, tuple[ConsumerPosition, int]]:
    """Lock the rows, in order, and return where the group stands with what it has counted of each shard."""
    return await _read(session, _named(group, partitions), lock=True)


def _named(group: str, partitions: Sequence[TopicPartition]) -> dict[str, object]:
    return {"group": group, "topics": [p.topic for p in partitions], "partitions": [p.partition for p in partitions]}


async def _read(
    session: AsyncSession, named: dict[str, object], *, lock: bool
) -> dict[TopicPartition, tuple[ConsumerPosition, int]]:
    rows = await session.execute(
        text(
            "SELECT topic, partition, next_offset, last_record, counted FROM inbox_offsets "  # noqa: S608 - constants alone
            "WHERE group_name = :group AND (topic, partition) IN "
            "(SELECT * FROM unnest(CAST(:topics AS text[]), CAST(:partitions AS integer[]))) "
            "ORDER BY topic, partition" + (" FOR UPDATE" if lock else "")
        ),
        named,
    )
    return {TopicPartition(r.topic, r.partition): (ConsumerPosition(r.next_offset, r.last_record), r.counted) for r in rows}


async def store_positions(
    session: AsyncSession, group: str, stored: Mapping[TopicPartition, tuple[ConsumerPosition, int, int | None]]
) -> None:
    """Write where the group stands now, with what it has counted and the total it last read (None: unchanged)."""
    partitions = sorted(stored)
    await session.execute(
        text(
            """
            UPDATE inbox_offsets SET next_offset = now.next_offset, last_record = now.last_record, counted = now.counted,
                announced = coalesce(now.announced, inbox_offsets.announced)
            FROM unnest(CAST(:topics AS text[]), CAST(:partitions AS integer[]), CAST(:offsets AS bigint[]),
                CAST(:records AS uuid[]), CAST(:counted AS bigint[]), CAST(:announced AS bigint[]))
                AS now (topic, partition, next_offset, last_record, counted, announced)
            WHERE inbox_offsets.group_name = :group AND inbox_offsets.topic = now.topic
                AND inbox_offsets.partition = now.partition
            """
        ),
        _named(group, partitions)
        | {
            "offsets": [stored[p][0].next_offset for p in partitions],
            "records": [stored[p][0].last_record for p in partitions],
            "counted": [stored[p][1] for p in partitions],
            "announced": [stored[p][2] for p in partitions],
        },
    )


async def short(session: AsyncSession, group: str) -> list[TopicPartition]:
    """The shards of which the group has counted less than the producer's total, as last read."""
    rows = await session.execute(
        text("SELECT topic, partition FROM inbox_offsets WHERE group_name = :group AND announced > counted"), {"group": group}
    )
    return [TopicPartition(row.topic, row.partition) for row in rows]


async def read_heads(session: AsyncSession, group: str, topic: str, streams: Sequence[UUID]) -> dict[UUID, int]:
    """The last sequence applied of each of the streams that the group knows."""
    rows = await session.execute(
        text("SELECT stream, sequence FROM inbox_heads WHERE group_name = :group AND topic = :topic AND stream = ANY(:streams)"),
        {"group": group, "topic": topic, "streams": streams},
    )
    return {row.stream: row.sequence for row in rows}


async def store_heads(session: AsyncSession, group: str, topic: str, heads: Mapping[UUID, tuple[int, int]]) -> None:
    """Write the last sequence applied, and the shard, of each stream."""
    if not heads:
        return
    streams = sorted(heads)
    await session.execute(
        text(
            """
            INSERT INTO inbox_heads (group_name, topic, stream, sequence, shard)
            SELECT :group, :topic, *
            FROM unnest(CAST(:streams AS uuid[]), CAST(:sequences AS bigint[]), CAST(:shards AS integer[]))
            ON CONFLICT (group_name, topic, stream) DO UPDATE SET sequence = excluded.sequence
            """
        ),
        {
            "group": group,
            "topic": topic,
            "streams": streams,
            "sequences": [heads[stream][0] for stream in streams],
            "shards": [heads[stream][1] for stream in streams],
        },
    )


async def park(session: AsyncSession, group: str, topic: str, waiting: Sequence[ConsumedRecord]) -> None:
    """Keep events that came before those they follow."""
    for received in waiting:
        assert received.event is not None
        await session.execute(
            text(
                "INSERT INTO inbox_parked (group_name, topic, stream, sequence, headers, value) "
                "VALUES (:group, :topic, :stream, :sequence, CAST(:headers AS jsonb), :value) ON CONFLICT DO NOTHING"
            ),
            {
                "group": group,
                "topic": topic,
                "stream": received.event.subject,
                "sequence": received.event.sequence,
                "headers": headers_to_json(received.headers),
                "value": received.value,
            },
        )


async def parked_after(
    session: AsyncSession, group: str, topic: str, heads: Mapping[UUID, int]
) -> list[tuple[str, bytes | None]]:
    """Parked events (headers as JSON text, value) of these streams beyond their heads, by stream and in order."""
    rows = await session.execute(
        text(
            """
            SELECT CAST(headers AS text) AS headers, value FROM inbox_parked
            JOIN unnest(CAST(:streams AS uuid[]), CAST(:sequences AS bigint[])) AS head (stream, sequence)
                ON inbox_parked.stream = head.stream AND inbox_parked.sequence > head.sequence
            WHERE inbox_parked.group_name = :group AND inbox_parked.topic = :topic
            ORDER BY inbox_parked.stream, inbox_parked.sequence
            """
        ),
        {"group": group, "topic": topic, "streams": list(heads), "sequences": list(heads.values())},
    )
    return [(row.headers, row.value) for row in rows]


async def unpark(session: AsyncSession, group: str, topic: str, heads: Mapping[UUID, int]) -> None:
    """Remove parked events up to these heads: they were applied, from here or from the broker."""
    await session.execute(
        text(
            """
            DELETE FROM inbox_parked
            USING unnest(CAST(:streams AS uuid[]), CAST(:sequences AS bigint[])) AS head (stream, sequence)
            WHERE inbox_parked.group_name = :group AND inbox_parked.topic = :topic
                AND inbox_parked.stream = head.stream AND inbox_parked.sequence <= head.sequence
            """
        ),
        {"group": group, "topic": topic, "streams": list(heads), "sequences": list(heads.values())},
    )


async def has_parked(session: AsyncSession, group: str, topic: str) -> bool:
    """Whether anything at all waits."""
    found = await session.scalar(
        text("SELECT EXISTS (SELECT FROM inbox_parked WHERE group_name = :group AND topic = :topic)"),
        {"group": group, "topic": topic},
    )
    return bool(found)


async def insert_dead_letter(
    session: AsyncSession, group: str, partition: TopicPartition, received: ConsumedRecord, error: str, *, left_hole: bool
) -> None:
    """Put a record into the dead letters."""
    event = received.event
    await session.execute(
        text(
            """
            INSERT INTO dead_letters (group_name, topic, partition, record_offset, record_id, stream, sequence, record_key,
                headers, value, error, left_hole)
            VALUES (:group, :topic, :partition, :offset, :record, :stream, :sequence, :key, CAST(:headers AS jsonb), :value,
                :error, :left_hole)
            ON CONFLICT DO NOTHING
            """
        ),
        {
            "group": group,
            "topic": partition.topic,
            "partition": partition.partition,
            "offset": received.offset,
            "record": received.identity,
            "stream": None if event is None else event.subject,
            "sequence": None if event is None else event.sequence,
            "key": received.key,
            "headers": headers_to_json(received.headers),
            "value": received.value,
            "error": error.replace("\0", "")[:4000],
            "left_hole": left_hole,
        },
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


async def head_of(session: AsyncSession, group: str, topic: str, stream: UUID) -> int:
    """The last sequence of a stream that a group has applied; 0 where it knows none."""
    found = await session.scalar(
        text("SELECT sequence FROM inbox_heads WHERE group_name = :group AND topic = :topic AND stream = :stream"),
        {"group": group, "topic": topic, "stream": stream},
    )
    return 0 if found is None else int(found)
