"""The key that links to candidates are signed with: made once, kept for ever, the same in all processes."""

import secrets

from shared.db.asyncpg_connection import Driver

_READ = "SELECT key FROM link_keys WHERE purpose = $1"
_MAKE = "INSERT INTO link_keys (purpose, key) VALUES ($1, $2) ON CONFLICT DO NOTHING"


async def key_for(connection: Driver, purpose: str) -> bytes:
    """The key of a purpose, made where there is none yet."""
    found = await connection.fetchval(_READ, purpose)
    if found is None:
        await connection.execute(_MAKE, purpose, secrets.token_bytes(32))
        found = await connection.fetchval(_READ, purpose)
    return bytes(found)
