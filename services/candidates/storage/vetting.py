"""Who is vetted: a column of each stream, so that people part with their own.

``vetted_until`` stands at the stream alone of whose person it was said last, and is empty once it has expired.
"""

from collections.abc import Collection
from datetime import datetime
from uuid import UUID

import orjson

from services.candidates.domain.vetting import Vetting
from services.candidates.storage import pools
from shared.db.asyncpg_connection import Driver, Write

_SAVE = "UPDATE candidates SET vetting = $2::jsonb WHERE id = ANY($1::uuid[])"
_COUNT = """
    UPDATE candidates SET vetted_until = counted.vetted_until
    FROM (
        SELECT id, CASE WHEN valid_until > $2 AND row_number() OVER (
            PARTITION BY person_id ORDER BY said_at DESC NULLS LAST, valid_until DESC, id
        ) = 1 THEN valid_until END AS vetted_until
        FROM candidates, LATERAL (SELECT
            (vetting ->> 'valid_until')::timestamptz AS valid_until,
            coalesce(vetting ->> 'said_at', vetting ->> 'vetted_at')::timestamptz AS said_at) AS said
        WHERE person_id = ANY($1::uuid[])
    ) AS counted
    WHERE candidates.id = counted.id AND candidates.vetted_until IS DISTINCT FROM counted.vetted_until
    """
_EXPIRE = """
    WITH expired AS (
        UPDATE candidates SET vetted_until = NULL WHERE id IN (
            SELECT id FROM candidates WHERE vetted_until <= $1 ORDER BY id LIMIT $2 FOR NO KEY UPDATE SKIP LOCKED)
        RETURNING id
    )
    INSERT INTO pool_waiting (candidate_id) SELECT id FROM expired WHERE EXISTS (SELECT FROM pools)
    """


def saving(streams: Collection[UUID], vetting: Vetting | None) -> list[Write]:
    """Store who is vetted, or that they are not; they wait to be compared with the rules of pools. ``counting`` comes after."""
    ids = list(streams)
    stored = None
    if vetting is not None:
        stored = {
            "methods": vetting.methods,
            "by": vetting.by,
            "vetted_at": vetting.vetted_at,
            "valid_until": vetting.valid_until,
            "said_at": vetting.said_at,
        }
    return [
        Write(_SAVE, (ids, None if stored is None else orjson.dumps(stored).decode())),
        *pools.waiting(dict.fromkeys(ids)),
    ]


def counting(people: Collection[UUID], *, now: datetime) -> list[Write]:
    """Let those be vetted now of whom it was said last; after it was said, and after people became one or parted."""
    return [Write(_COUNT, (list(people), now))] if people else []


async def expire(connection: Driver, now: datetime, limit: int) -> None:
    """Let those be vetted no more for whom it has expired by now."""
    await connection.execute(_EXPIRE, now, limit)
