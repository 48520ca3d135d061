"""By which names people go: those that their histories hold, and those of rows that wait to be worked off."""

from collections import defaultdict
from collections.abc import Collection
from uuid import UUID

import orjson

from shared.db.asyncpg_connection import Driver

_HISTORY = (
    "SELECT record_id, value FROM candidate_history WHERE record_id = ANY($1::uuid[]) AND field = 'name' AND value <> 'null'"
)
_WAITING = "SELECT candidate_id, content FROM import_rows WHERE candidate_id = ANY($1::uuid[]) AND content IS NOT NULL"


async def names_of(connection: Driver, streams: Collection[UUID]) -> dict[UUID, set[str]]:
    """All names that were ever stated of these streams, or will be by an import.

    What waits is read first: a row that is worked off meanwhile is in the history then.
    """
    names: dict[UUID, set[str]] = defaultdict(set)
    for stream, content in await connection.fetch(_WAITING, list(streams)):
        if isinstance(name := orjson.loads(content).get("name"), str):
            names[stream].add(name)
    for stream, name in await connection.fetch(_HISTORY, list(streams)):
        names[stream].add(name)
    return names
