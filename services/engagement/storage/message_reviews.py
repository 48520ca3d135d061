"""Fingerprints of reviewed drafts, and which of them were sent: a contact that names a review in its ``message`` says so."""

import struct
from collections.abc import Sequence
from uuid import UUID

from services.engagement.domain.review import fingerprint
from shared.db.asyncpg_connection import Driver

KEPT_UNSENT = "30 days"
"""After so long a draft that no contact names is taken for never sent."""
LOOKED_AT = 200
"""So many candidates for a near copy are compared at most."""
FORGOTTEN_AT_ONCE = 20

_PLACES = struct.Struct(f">{fingerprint.PLACES}I")
_SENT = "SELECT FROM log WHERE type = 'rekindle.pursuit.contacted' AND data->>'message' = kept.id::text"
_ALIKE = f"""
    SELECT places FROM message_reviews AS kept
    WHERE bands && $1::bigint[] AND version = $2 AND EXISTS ({_SENT} AND NOT candidate_id = ANY($3::uuid[]))
    LIMIT {LOOKED_AT}
"""  # noqa: S608 - constants of this module
_KEEP = "INSERT INTO message_reviews (id, version, places, bands) VALUES ($1, $2, $3, $4) ON CONFLICT (id) DO NOTHING"
_FORGET = f"""
    WITH old AS (
        SELECT id FROM message_reviews WHERE NOT is_settled AND created_at < clock_timestamp() - interval '{KEPT_UNSENT}'
        ORDER BY created_at LIMIT {FORGOTTEN_AT_ONCE} FOR UPDATE SKIP LOCKED
    ), sent AS (
        UPDATE message_reviews AS kept SET is_settled = true WHERE id IN (SELECT id FROM old) AND EXISTS ({_SENT}) RETURNING id
    )
    DELETE FROM message_reviews WHERE id IN (SELECT id FROM old) AND id NOT IN (SELECT id FROM sent)
"""  # noqa: S608 - constants of this module


async def sent_alike(connection: Driver, places: Sequence[int], except_to: Sequence[UUID]) -> list[tuple[int, ...]]:
    """Fingerprints of messages that were sent to others than these streams and may be near."""
    rows = await connection.fetch(_ALIKE, fingerprint.bands(places), fingerprint.VERSION, list(except_to))
    return [_PLACES.unpack(row["places"]) for row in rows]


async def keep(connection: Driver, id: UUID, places: Sequence[int]) -> None:
    """Keep a draft's fingerprint; the same id once."""
    await connection.execute(_KEEP, id, fingerprint.VERSION, _PLACES.pack(*places), fingerprint.bands(places))


async def forget_unsent(connection: Driver) -> None:
    """Remove some of the drafts that were never sent; each call takes the oldest."""
    await connection.execute(_FORGET)
