"""What was stated of candidates under a name, to be taken back, and what is left of their histories then."""

from collections import defaultdict
from collections.abc import Collection, Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from services.candidates.domain.registers import Observation
from services.candidates.storage.history import Entry
from shared.db.asyncpg_connection import Driver, Write

_COLUMNS = "id, record_id, field, value, source, observed_at, confirmed_at, received_at"
_STATED = f"SELECT {_COLUMNS} FROM candidate_history WHERE record_id = ANY($1::uuid[]) AND stated_by = $2"  # noqa: S608 - constants
_LEFT = f"""
    SELECT {_COLUMNS} FROM candidate_history
    WHERE record_id = ANY($1::uuid[]) AND field = ANY($2::text[]) AND NOT id = ANY($3::bigint[])
    """  # noqa: S608 - constants


async def stated(connection: Driver, records: Collection[UUID], stated_by: str) -> list[Entry]:
    """What was stated of records under a name."""
    return [_entry(*row) for row in await connection.fetch(_STATED, list(records), stated_by)]


async def left(connection: Driver, without: Collection[Entry]) -> Mapping[UUID, list[Observation]]:
    """What remains of the fields of some entries once those are gone, by record; each as of when it was repeated last."""
    records, fields = {one.record_id for one in without}, {one.observation.field for one in without}
    remaining: dict[UUID, list[Observation]] = defaultdict(list)
    for row in await connection.fetch(_LEFT, list(records), list(fields), [one.id for one in without]):
        entry = _entry(*row)
        one = entry.observation
        since = one.observed_at if entry.confirmed_at > one.observed_at else None
        remaining[entry.record_id].append(Observation(one.field, one.value, one.source, entry.confirmed_at, since))
    return remaining


def removing(entries: Collection[Entry]) -> list[Write]:
    """Delete entries."""
    if not entries:
        return []
    return [Write("DELETE FROM candidate_history WHERE id = ANY($1::bigint[])", ([one.id for one in entries],))]


def handing_over(stated_by: str, to: Mapping[UUID, str]) -> list[Write]:
    """Let what was stated under a name count as stated under others, by record."""
    sql = """
        UPDATE candidate_history AS entry SET stated_by = heir.stated_by
        FROM unnest($2::uuid[], $3::text[]) AS heir (record_id, stated_by)
        WHERE entry.record_id = heir.record_id AND entry.stated_by = $1
        """
    return [Write(sql, (stated_by, list(to), list(to.values())))] if to else []


def _entry(number: int, record: UUID, *rest: Any) -> Entry:
    *observation, confirmed_at, received_at = rest
    at: datetime = confirmed_at
    return Entry(number, record, Observation(*observation), at, received_at)
