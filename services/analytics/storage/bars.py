"""What may bar people from being approached: facts with the reason of a hard no, and hires."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, NamedTuple
from uuid import UUID

import orjson

from shared.attempts import LIFTING, RETRACTION, SETTING, FoldFact, fact_of
from shared.db.asyncpg_connection import Driver
from shared.events import PursuitLeft
from shared.events.vocabulary import HARD_NOS

# Of a stream with a retraction all facts count: what it takes out depends on what came between.
_HARD = f"""
    WITH hard AS MATERIALIZED (
        SELECT stream, event_id, type, time, position_id, data FROM facts
        WHERE type = ANY($1::text[]) AND data->>'reason' = ANY($2::text[]) AND ($3::uuid[] IS NULL OR stream = ANY($3))
    ), retracted AS MATERIALIZED (
        SELECT DISTINCT stream FROM facts
        WHERE type = '{RETRACTION}' AND stream IN (SELECT stream FROM hard)
    )
    SELECT stream, event_id, type, time, position_id, CAST(data AS text) FROM hard
    WHERE stream NOT IN (SELECT stream FROM retracted)
    UNION ALL SELECT stream, event_id, type, time, position_id, CAST(data AS text) FROM facts
    WHERE stream IN (SELECT stream FROM retracted)
"""  # noqa: S608 - constants
_HIRED = """
    SELECT DISTINCT person, position_id FROM attempts JOIN profiles USING (profile)
    WHERE 'outcomes.hired' = ANY(measures) AND ($1::uuid[] IS NULL OR person = ANY($1))
"""
_CHANGED = """
    SELECT person, bool_or('outcomes.hired' = ANY(measures)) FROM attempts JOIN profiles USING (profile)
    WHERE version >= $1::bigint GROUP BY person
"""
_GONE = "SELECT DISTINCT person FROM attempts_gone WHERE version >= $1::bigint"
_LEFT = f"""
    SELECT DISTINCT coalesce(links.person, facts.stream) FROM facts LEFT JOIN links ON links.stream = facts.stream
    WHERE facts.type = '{PursuitLeft.type}' AND facts.stream = ANY($1::uuid[])
"""  # noqa: S608 - constants
_LINKED = "SELECT stream, person FROM links WHERE $1::uuid[] IS NULL OR person = ANY($1)"


class BarringFact(NamedTuple):
    """A fact of a stream, as ``shared.attempts.hard_nos`` reads it."""

    stream: UUID
    id: UUID
    type: str
    time: datetime
    position: UUID | None
    data: dict[str, Any]

    @property
    def as_folded(self) -> FoldFact:
        """The fact as the fold takes it."""
        return fact_of(self.id, self.type, self.time, self.data)


async def linked(connection: Driver, persons: Sequence[UUID] | None) -> dict[UUID, UUID]:
    """The person of each stream that is another's: of some persons, or of all."""
    return dict(await connection.fetch(_LINKED, persons))


async def hard(connection: Driver, streams: Sequence[UUID] | None) -> list[BarringFact]:
    """All that decides which hard nos hold: of some streams, or of all."""
    found = await connection.fetch(_HARD, sorted(SETTING | LIFTING), sorted(HARD_NOS), streams)
    return [
        BarringFact(stream, event, kind, time, position, _data(data, position))
        for stream, event, kind, time, position, data in found
    ]


async def hired(connection: Driver, persons: Sequence[UUID] | None) -> set[tuple[UUID, UUID]]:
    """The pursuits whose outcome is a hire, by person and position: of some persons, or of all."""
    return set(map(tuple, await connection.fetch(_HIRED, persons)))


async def left(connection: Driver, streams: Sequence[UUID]) -> set[UUID]:
    """The persons among these streams' of whom somebody said that they left."""
    return {person for (person,) in await connection.fetch(_LEFT, streams)}


async def changed(connection: Driver, since: int) -> dict[UUID, bool]:
    """The persons whose attempts changed in this transaction or a later one, and whether one of those is a hire."""
    found = dict(await connection.fetch(_CHANGED, since))
    return {person: False for (person,) in await connection.fetch(_GONE, since)} | found


def _data(text: str, position: UUID | None) -> dict[str, Any]:
    data: dict[str, Any] = orjson.loads(text)
    return data if position is None else {**data, "position": str(position)}
