"""What waits in the outbox of candidates, as subscribers will see it."""

from typing import Any

import orjson
from sqlalchemy import text

from shared.db.engine import Sessions


async def published(sessions: Sessions, topic: str = "rekindle.candidates.v1") -> list[tuple[str, int, str, dict[str, Any]]]:
    """Stream, version, type and data of every event of a topic, in the order of appending."""
    async with sessions.begin() as session:
        rows = await session.execute(
            text("SELECT subject, sequence, type, value FROM outbox WHERE topic = :topic ORDER BY id"), {"topic": topic}
        )
        return [(str(row.subject), row.sequence, row.type, orjson.loads(row.value)) for row in rows]


async def latest(sessions: Sessions, topic: str = "rekindle.candidates.v1") -> dict[str, dict[str, Any]]:
    """The newest data of each stream."""
    return {stream: data for stream, _, _, data in await published(sessions, topic)}
