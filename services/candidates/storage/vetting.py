"""Who is vetted: a column of each stream, so that people part with their own. ``vetted_until`` is empty once it has expired."""

from collections.abc import Collection
from datetime import datetime
from uuid import UUID

import orjson

from services.candidates.domain.vetting import Vetting
from services.candidates.storage import pools
from shared.db.asyncpg_connection import Driver, Write

_SAVE = "UPDATE candidates SET vetting = $2::jsonb, vetted_until = $3::timestamptz WHERE id = ANY($1::uuid[])"
_EXPIRE = """
    WITH expired AS (
        UPDATE candidates SET vetted_until = NULL WHERE id IN (
            SELECT id FROM candidates WHERE vetted_until <= $1 ORDER BY id LIMIT $2 FOR NO KEY UPDATE SKIP LOCKED)
        RETURNING id
    )
    INSERT INTO pool_waiting (candidate_id) SELECT id FROM expired WHERE EXISTS (SELECT FROM pools)
    """


def saving(streams: Collection[UUID], vetting: Vetting | None, *, now: datetime) -> list[Write]:
    """Store who is vetted, or that they are not; they wait to be compared with the rules of pools."""
    ids = list(streams)
    if vetting is None:
        return [Write(_SAVE, (ids, None, None)), *pools.waiting(dict.fromkeys(ids))]
    stored = {
        "methods": vetting.methods,
        "by": vetting.by,
        "vetted_at": vetting.vetted_at,
        "valid_until": vetting.valid_until,
    }
    until = vetting.valid_until if vetting.valid_until > now else None
    return [Write(_SAVE, (ids, orjson.dumps(stored).decode(), until)), *pools.waiting(dict.fromkeys(ids))]


async def expire(connection: Driver, now: datetime, limit: int) -> None:
    """Let those be vetted no more for whom it has expired by now."""
    await connection.execute(_EXPIRE, now, limit)
