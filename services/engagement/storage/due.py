"""Whether time has brought anything about: one look at some indexes, for the clock takes it every second."""

from datetime import datetime

from services.engagement.storage.obligations import DUE
from services.engagement.storage.queue import TO_ANNOUNCE
from shared.db.asyncpg_connection import Driver

_IS_ANYTHING_DUE = f"""
    SELECT EXISTS (SELECT FROM stale_people)
        OR EXISTS (SELECT FROM rederivation WHERE after_id IS NOT NULL)
        OR EXISTS (SELECT FROM obligations WHERE {DUE})
        OR EXISTS (SELECT FROM refolds WHERE due_at <= $1)
        OR EXISTS (SELECT FROM position_searches)
        OR EXISTS (SELECT FROM pursuits WHERE clock_at <= $1)
        OR EXISTS (SELECT FROM queue_items WHERE {TO_ANNOUNCE.replace(":now", "$1")})
"""  # noqa: S608 - constants


async def is_anything_due(connection: Driver, now: datetime) -> bool:
    """Whether at ``now`` the clock has anything to derive, to follow, to compare, to put on record or to announce."""
    return bool(await connection.fetchval(_IS_ANYTHING_DUE, now))
