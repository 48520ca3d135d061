"""Reading return plans, as they were derived. Rows are written with all else of a person: ``storage.people``."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Any, NamedTuple
from uuid import UUID

import orjson
from sqlalchemy.ext.asyncio import AsyncSession

from services.engagement.domain.return_plans import PlanRow
from services.engagement.domain.returns import Condition
from shared.db.asyncpg_connection import driver
from shared.events.closes import CloseFacts
from shared.events.vocabulary import Reason, RejectedBy, Trigger

_COLUMNS = """
    person_id, position_id, attempt, kind, closed_by, closed_at, reason, facts::text, time_due_at, position_from,
    also::text, due_at, trigger
    """
_PAGE = f"""
    SELECT {_COLUMNS}
    FROM return_plans
    WHERE ($1::uuid IS NULL OR person_id = $1) AND ($2::uuid IS NULL OR position_id = $2)
        AND (person_id, position_id, attempt) > ($3, $4, $5)
    ORDER BY person_id, position_id, attempt LIMIT $6
    """  # noqa: S608 - the columns are a constant
_OF_PEOPLE = f"SELECT {_COLUMNS} FROM return_plans WHERE person_id = ANY($1::uuid[])"  # noqa: S608 - the columns are a constant


class Place(NamedTuple):
    """Where a plan stands in the order of all."""

    person_id: UUID
    position_id: UUID
    attempt: int


FIRST = Place(UUID(int=0), UUID(int=0), 0)


async def page(
    session: AsyncSession, *, person: UUID | None, position: UUID | None, after: Place, limit: int
) -> Sequence[PlanRow]:
    """Plans of a person, of a position, of both or of all, by person, position and attempt."""
    return [_plan(row) for row in await (await driver(session)).fetch(_PAGE, person, position, *after, limit)]


async def of_people(session: AsyncSession, people: Collection[UUID]) -> Sequence[PlanRow]:
    """All plans of the persons, in no order."""
    return [_plan(row) for row in await (await driver(session)).fetch(_OF_PEOPLE, list(people))]


def _plan(row: Any) -> PlanRow:
    own = {
        "reason": row["reason"],
        "facts": orjson.loads(row["facts"]),
        **{name: row[name] and row[name].isoformat() for name in ("time_due_at", "position_from")},
    }
    return PlanRow(
        person_id=row["person_id"],
        position_id=row["position_id"],
        attempt=row["attempt"],
        kind=row["kind"],
        closed_by=None if row["closed_by"] is None else RejectedBy(row["closed_by"]),
        closed_at=row["closed_at"],
        conditions=tuple(_condition(one) for one in [own, *orjson.loads(row["also"])]),
        due_at=row["due_at"],
        trigger=None if row["trigger"] is None else Trigger(row["trigger"]),
    )


def _condition(stored: Mapping[str, Any]) -> Condition:
    facts = CloseFacts.model_validate(stored["facts"], extra="ignore")
    return Condition(Reason(stored["reason"]), facts, _moment(stored["time_due_at"]), _moment(stored.get("position_from")))


def _moment(text: str | None) -> datetime | None:
    return None if text is None else datetime.fromisoformat(text)
