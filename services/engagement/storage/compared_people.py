"""People as they are compared with a position that might be otherwise: their soft nos, records, and what bars a position."""

from collections import defaultdict
from collections.abc import Collection, Mapping
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from services.engagement.domain.matching import Candidate, Refusal
from services.engagement.storage import openings, return_plans
from services.engagement.storage.profiles import COLUMNS, profile_of
from shared.db.asyncpg_connection import driver
from shared.fit import NOTHING_KNOWN

_PROFILES = f"""
    SELECT person_id, {COLUMNS} FROM relationships WHERE person_id = ANY($1::uuid[]) GROUP BY person_id
    """  # noqa: S608 - a constant
_BARRED = """
    SELECT person_id, position_id FROM pursuits WHERE person_id = ANY($1::uuid[]) AND status = 'open'
    UNION
    SELECT person_id, (plan ->> 'position_id')::uuid
    FROM relationships JOIN queue_log USING (candidate_id), jsonb_path_query(data, '$.plans[*]') AS plan
    WHERE person_id = ANY($1::uuid[]) AND action = 'dismissed' AND NOT EXISTS (
        SELECT FROM queue_log AS later
        WHERE later.lease = queue_log.lease AND later.action = 'restored' AND later.number > queue_log.number
    )
    """
_HELD = "SELECT person_id FROM queue_items WHERE person_id = ANY($1::uuid[]) AND presence = 'held'"


async def candidates_of(session: AsyncSession, people: Collection[UUID]) -> Mapping[UUID, Candidate]:
    """Those of the persons who have a soft no, by id, without those who are in play."""
    connection, of = await driver(session), list(people)
    plans = await return_plans.of_people(session, of)
    declined = (await openings.around(connection, {plan.position_id for plan in plans})).declined
    profiles = {row[0]: profile_of(*row[1:]) for row in await connection.fetch(_PROFILES, of)}
    barred: dict[UUID, set[UUID]] = defaultdict(set)
    for person, position in await connection.fetch(_BARRED, of):
        barred[person].add(position)
    held = {row[0] for row in await connection.fetch(_HELD, of)}
    refusals: dict[UUID, list[Refusal]] = defaultdict(list)
    for plan in plans:
        refusal = Refusal(plan.position_id, plan.closed_at, plan.conditions, declined.get(plan.position_id))
        refusals[plan.person_id].append(refusal)
    return {
        person: Candidate(found, profiles.get(person, NOTHING_KNOWN), frozenset(barred[person]))
        for person, found in refusals.items()
        if person not in held
    }
