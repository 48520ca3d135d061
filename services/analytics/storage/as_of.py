"""Attempts as they were at an earlier time: rows of now where nothing has come since, and others folded again.

Tables that exist for one transaction: ``unsettled`` names the pursuits whose rows of now do not hold for then,
``attempts_as_of`` has what the facts up to then make of them, and ``profiles_as_of`` the profiles of these.
"""

from datetime import datetime
from uuid import UUID

from services.analytics.domain.micros import micros
from services.analytics.domain.pursuits import Key, Past
from services.analytics.storage.selection import AS_OF, AS_OF_PROFILES
from shared.db.asyncpg_connection import Driver

_MAKE = f"""
    CREATE TEMPORARY TABLE {AS_OF} (LIKE attempts INCLUDING INDEXES INCLUDING IDENTITY) ON COMMIT DROP;
    CREATE TEMPORARY TABLE {AS_OF_PROFILES} (LIKE profiles INCLUDING INDEXES) ON COMMIT DROP;
    CREATE TEMPORARY TABLE unsettled (person uuid NOT NULL, position_id uuid NOT NULL, began boolean NOT NULL) ON COMMIT DROP;
"""

# A row of now holds for then if nothing of its pursuit came or happened later, and it does not wait for time to pass.
_UNSETTLED = """
    INSERT INTO unsettled
    SELECT person, position_id, bool_or(began) FROM (
        SELECT person, position_id,
            ($3::bigint IS NULL OR first_at <= $3) AND ($4::bigint IS NULL OR first_received_at <= $4) AS began
        FROM attempts
        WHERE (last_at > $2 OR last_received_at > $4 OR changes_at <= $2) AND ($1::uuid IS NULL OR position_id = $1)
        UNION ALL
        SELECT person, position_id, true FROM pursuits_without_attempts WHERE $1::uuid IS NULL OR position_id = $1
    ) AS found GROUP BY 1, 2
"""


_WITHOUT = """
    SELECT person, position_id FROM pursuits_without_attempts AS found
    WHERE ($1::uuid IS NULL OR position_id = $1) AND NOT EXISTS (
        SELECT FROM attempts WHERE attempts.person = found.person AND attempts.position_id = found.position_id
    )
"""


async def make(connection: Driver, position: UUID | None, moment: datetime, past: Past) -> set[Key]:
    """Make the tables and fill ``unsettled``; returns the pursuits to fold: persons and positions that had begun by then."""
    await connection.execute(_MAKE)
    happened, received = (None if one is None else micros(one) for one in past)
    await connection.fetch(_UNSETTLED, position, micros(moment), happened, received)
    await connection.execute("ANALYZE unsettled")
    found = await connection.fetch("SELECT person, position_id FROM unsettled WHERE began")
    return {(person, position_id) for person, position_id in found}


async def without_attempts(connection: Driver, position: UUID | None) -> set[Key]:
    """The pursuits that have facts and no attempt now, of one position or of all."""
    found = await connection.fetch(_WITHOUT, position)
    return {(person, position_id) for person, position_id in found}
