"""/v1/<service>/personal-data: every row that a service holds of a person, for the copy that the person may ask for.

No table is forgotten: those that hold a person are found by the names of their columns, in the database itself.
"""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import Annotated, Any
from uuid import UUID

import orjson
from fastapi import APIRouter, Query
from pydantic import BaseModel, Field

from shared.db.asyncpg_connection import Driver
from shared.security.auth import requires
from shared.security.token_issuer import Scope
from shared.web.dependencies import SessionsDep
from shared.web.routing import StrictRoute

TAG = {"personal data": "What each service holds of a person; `/v1/exports` puts it together."}
PERSON_COLUMNS = (
    "candidate_id",
    "referrer_id",
    "person_id",
    "person",
    "stream",
    "subject",
    "record_id",
    "record",
    "named",
    "one",
    "other",
)
"""The columns in which a table names the person whom a row is about.

Kept answers of requests (``idempotency_keys``) name many people at once and repeat what other rows hold: they are nobody's copy.
"""

Rows = dict[str, list[dict[str, Any]]]
"""Rows by table; tables without any are left out."""
Collect = Callable[[Driver, Sequence[UUID]], Awaitable[Rows]]
"""Reads what is held of the person with these ids."""
Whole = Callable[[Driver, Sequence[UUID]], Awaitable[Sequence[UUID]]]
"""All ids of the persons who have these."""
MOST_IDS = 200
"""In one call, so that an address is never too long."""

_TABLES = """
    SELECT relname, array_agg(attname::text)
    FROM pg_class JOIN pg_attribute ON attrelid = pg_class.oid
    WHERE relnamespace = 'public'::regnamespace AND relkind IN ('r', 'p') AND NOT relispartition
        AND atttypid = 'uuid'::regtype AND attnum > 0 AND NOT attisdropped
        AND (attname = ANY($1::text[]) OR (attname = 'id' AND relname LIKE '%candidates'))
    GROUP BY relname ORDER BY relname
    """


class PersonalData(BaseModel):
    """What a service holds of a person."""

    candidate_ids: Annotated[list[UUID], Field(description="Under which ids it was looked for: all that are the person.")]
    rows: Annotated[
        dict[str, list[dict[str, Any]]],
        Field(description="Every row about the person, by table; tables without any are left out.", examples=[{"log": []}]),
    ]


async def rows_by_id(connection: Driver, ids: Sequence[UUID]) -> Rows:
    """Every row of every table that names one of the ids in a column of a person."""
    found = {}
    for table, columns in await connection.fetch(_TABLES, list(PERSON_COLUMNS)):
        where = " OR ".join(f"{name} = ANY($1::uuid[])" for name in columns)
        query = f'SELECT to_jsonb(held)::text FROM "{table}" AS held WHERE {where}'  # noqa: S608 - from the catalogue
        found[table] = rows_read(await connection.fetch(query, list(ids)))
    return {table: rows for table, rows in found.items() if rows}


def rows_read(rows: Sequence[Sequence[str]]) -> list[dict[str, Any]]:
    """Rows that PostgreSQL wrote as JSON, one a line; bytes that are text are shown as that."""
    return [{name: _legible(value) for name, value in orjson.loads(row).items()} for (row,) in rows]


def _legible(value: Any) -> Any:
    if not isinstance(value, str) or not value.startswith("\\x"):
        return value
    try:
        text = bytes.fromhex(value[2:]).decode()
    except ValueError:
        return value
    try:
        return orjson.loads(text)
    except orjson.JSONDecodeError:
        return text


async def _as_asked(_: Driver, ids: Sequence[UUID]) -> Sequence[UUID]:
    return ids


def personal_data_router(service: str, collect: Collect = rows_by_id, *, whole: Whole = _as_asked) -> APIRouter:
    """The operation of one service. ``whole`` finds under which other ids the person is known."""
    router = APIRouter(
        prefix=f"/v1/{service}/personal-data",
        tags=["personal data"],
        route_class=StrictRoute,
        dependencies=[requires(Scope.ADMIN)],
    )

    @router.get("", name=f"read_{service}_personal_data", response_model=PersonalData)
    async def read(
        sessions: SessionsDep,
        candidate_id: Annotated[
            list[UUID],
            Query(
                min_length=1,
                max_length=MOST_IDS,
                description="The ids of the person, at most 200, the parameter repeated.",
                examples=[["62e1ec5f-5da4-57b1-b685-99c9fab3b8cc"]],
            ),
        ],
    ) -> Mapping[str, Any]:
        """Every row that this service holds of a person. `/v1/exports/{candidate}` asks all services."""
        async with sessions.alone() as connection:
            ids = await whole(connection, candidate_id)
            rows = await collect(connection, ids)
        return {"candidate_ids": ids, "rows": rows}

    return router
