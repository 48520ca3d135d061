"""Who is in the inner circle: by the record, or because a soft no lives that lets them be one who got away."""

from uuid import UUID

from shared.db.asyncpg_connection import Driver

_INNER = """
    SELECT person_id FROM (
        SELECT person_id,
            (array_agg(tier ORDER BY candidate_id <> person_id, candidate_id) FILTER (WHERE tier IS NOT NULL))[1] AS tier
        FROM relationships WHERE person_id IN (SELECT person_id FROM relationships WHERE tier = 'inner') GROUP BY person_id
    ) AS recorded WHERE tier = 'inner'
    UNION SELECT person_id FROM return_plans WHERE reason IN ('preferred_another', 'offer_declined')
    ORDER BY person_id LIMIT $1
    """


async def people(connection: Driver, *, limit: int) -> list[UUID]:
    """Its people, in the order of their ids, as many as ``limit`` at most."""
    return [row[0] for row in await connection.fetch(_INNER, limit)]
