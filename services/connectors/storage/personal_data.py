"""What is held of a person whom Greenhouse knows, found by its own ids."""

from collections.abc import Sequence
from uuid import UUID

from services.connectors.storage import forgetting, knowledge
from shared.db.asyncpg_connection import Driver
from shared.web.personal_data import Rows, rows_by_id, rows_read

_OF_PEOPLE = ("greenhouse_people", "greenhouse_applications", "greenhouse_facts")
_OF_BODIES = ("greenhouse_deliveries", "greenhouse_postings", "greenhouse_unmapped")


async def collect(connection: Driver, ids: Sequence[UUID]) -> Rows:
    """Every row about the person with these ids of Rekindle's."""
    merged = [await knowledge.merged_into(connection, one) for one in await knowledge.called(connection, ids)]
    people = sorted({person for group in merged for person in group})
    bodies = await forgetting.bodies_about(connection, people, await knowledge.applications_of(connection, people))
    found = await rows_by_id(connection, ids)
    for tables, column, values in ((_OF_PEOPLE, "candidate", people), (_OF_BODIES, "body_hash", bodies)):
        for table in tables:
            query = f"SELECT to_jsonb(held)::text FROM {table} AS held WHERE {column} = ANY($1::text[])"  # noqa: S608 - constants
            found[table] = rows_read(await connection.fetch(query, list(values)))
    return {table: rows for table, rows in found.items() if rows}
