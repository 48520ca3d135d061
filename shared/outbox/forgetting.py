"""Taking the content out of events that wait to be published, when the person whom they are about is erased."""

from collections.abc import Callable, Collection
from uuid import UUID

from shared.db.asyncpg_connection import Driver
from shared.erasures import Removed
from shared.events import EventData, Topic

_WAITING = """
    SELECT id, event_id, subject, value FROM outbox WHERE topic = $1 AND subject = ANY($2::uuid[]) ORDER BY id FOR UPDATE
"""
_REPLACE = """
    UPDATE outbox SET type = stub.type, value = stub.value, traceparent = NULL
    FROM unnest($1::bigint[], $2::text[], $3::bytea[]) AS stub (id, type, value) WHERE outbox.id = stub.id
"""


async def forget_waiting(
    connection: Driver, topic: Topic, streams: Collection[UUID], removed: Removed, stub: Callable[[UUID, UUID], EventData]
) -> None:
    """Have stubs published in the place of the streams' events that wait, and count those.

    ``stub`` makes one of an event's id and its stream. Ids and sequences stay, so that no reader misses one.
    """
    stubs: list[tuple[int, str, bytes]] = []
    for number, event, stream, value in await connection.fetch(_WAITING, topic.value, list(streams)):
        data = stub(event, stream)
        if (content := data.public_json()) != value:
            stubs.append((number, data.type, content))
            removed.add("waiting_records", [stream])
    if stubs:
        await connection.execute(_REPLACE, *map(list, zip(*stubs, strict=True)))
