"""Removing records that a service keeps aside, when the person whom they are about is erased.

A record that is missed is asked for again, and its owner then publishes a stub.
"""

from collections.abc import Collection
from uuid import UUID

from shared.db.asyncpg_connection import Driver
from shared.erasures import Removed


async def forget_kept_records(connection: Driver, streams: Collection[UUID], removed: Removed) -> None:
    """Remove dead letters and parked records of these streams, of every group, and count them."""
    for kind, table in (("dead_letters", "dead_letters"), ("parked_records", "inbox_parked")):
        query = f"DELETE FROM {table} WHERE stream = ANY($1::uuid[]) RETURNING stream"  # noqa: S608 - constants
        removed.add(kind, [stream for (stream,) in await connection.fetch(query, list(streams))])
