"""Attempts as they were at an earlier time: rows of now where nothing has come since, and others folded again.

Two tables that exist for one transaction: ``unsettled`` names the pursuits whose rows of now do not hold for then, and
``attempts_as_of`` has what the facts up to then make of them.
"""

from datetime import datetime, timedelta
from uuid import UUID

from services.analytics.domain.micros import micros
from services.analytics.storage.pursuits import Past
from services.analytics.storage.selection import AS_OF
from shared.attempts import RETRACTION
from shared.db.asyncpg_connection import Driver

_MAKE = f"""
    CREATE TEMPORARY TABLE {AS_OF} (LIKE attempts INCLUDING INDEXES INCLUDING IDENTITY) ON COMMIT DROP;
    CREATE TEMPORARY TABLE unsettled (person uuid NOT NULL, position_id uuid NOT NULL, began boolean NOT NULL) ON COMMIT DROP;
"""

_AT_POSITION = """
    INSERT INTO unsettled
    SELECT DISTINCT coalesce(links.person, facts.stream), facts.position_id, true
    FROM facts LEFT JOIN links ON links.stream = facts.stream WHERE facts.position_id = $1
    UNION SELECT person, position_id, true FROM attempts WHERE position_id = $1
"""

# A row of now holds for then if no fact of its pursuit is later, it counts nothing later, and it did not wait for time to pass.
_EVERYWHERE = f"""
    INSERT INTO unsettled
    WITH late AS MATERIALIZED (
        SELECT DISTINCT coalesce(links.person, facts.stream) AS person, facts.position_id
        FROM facts LEFT JOIN links ON links.stream = facts.stream
        WHERE (facts.time > $4 OR coalesce(facts.received_at, facts.time) > $5)
            AND (facts.position_id IS NOT NULL OR facts.type = '{RETRACTION}')
    ), everything AS MATERIALIZED (SELECT person FROM late WHERE position_id IS NULL)
    SELECT person, position_id, bool_or(began) FROM (
        SELECT person, position_id, EXISTS (
            SELECT FROM facts WHERE facts.stream = late.person AND facts.position_id = late.position_id
                AND ($4::timestamptz IS NULL OR facts.time <= $4)
                AND ($5::timestamptz IS NULL OR coalesce(facts.received_at, facts.time) <= $5)
        ) OR EXISTS (SELECT FROM links WHERE links.person = late.person) AS began
        FROM late WHERE position_id IS NOT NULL
        UNION ALL
        SELECT coalesce(links.person, facts.stream), facts.position_id, true
        FROM facts LEFT JOIN links ON links.stream = facts.stream
        WHERE facts.position_id IS NOT NULL AND coalesce(links.person, facts.stream) IN (SELECT person FROM everything)
            AND EXISTS (SELECT FROM everything)
        UNION ALL
        SELECT person, position_id, cohort_at <= $1 FROM attempts
        WHERE $2 < ANY(ats) OR (
            measures && '{{outcomes.open,outcomes.waiting,outcomes.in_play}}' AND (
                (cohort_at <= $3 AND 'touches_per_reply.touches' = ANY(measures))
                OR EXISTS (
                    SELECT FROM positions WHERE positions.position_id = attempts.position_id AND $1 >= ANY(positions.closings)
                )
            )
        )
    ) AS found GROUP BY 1, 2
"""  # noqa: S608 - a constant


async def make(
    connection: Driver, position: UUID | None, moment: datetime, past: Past, ghost_after: timedelta
) -> set[tuple[UUID, UUID]]:
    """Make both tables and fill ``unsettled``; returns the pursuits to fold: persons and positions that had begun by then."""
    await connection.execute(_MAKE)
    if position is not None:
        await connection.fetch(_AT_POSITION, position)
    else:
        await connection.fetch(_EVERYWHERE, moment, micros(moment), moment - ghost_after, *past)
    await connection.execute("ANALYZE unsettled")
    found = await connection.fetch("SELECT person, position_id FROM unsettled WHERE began")
    return {(person, position_id) for person, position_id in found}
