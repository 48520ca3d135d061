"""What is known of candidates before something is added: what counts of each, and what was ever stated of its person."""

from collections.abc import Collection, Mapping
from uuid import UUID

from services.candidates.domain.imports.additions import Known
from services.candidates.domain.registers import read_heads
from shared.db.asyncpg_connection import Driver

_HEADS = "SELECT id, heads FROM candidates WHERE id = ANY($1::uuid[])"
_STATED = """
    SELECT mine.id, history.field, history.value FROM candidates AS mine
    JOIN candidates AS other ON other.person_id = mine.person_id
    JOIN candidate_history AS history ON history.record_id = other.id
    WHERE mine.id = ANY($1::uuid[])
    """


async def known_of(connection: Driver, streams: Collection[UUID]) -> Mapping[UUID, Known]:
    """What is known of these streams; of one that is not known, nothing."""
    known = {stream: Known(read_heads(heads)) for stream, heads in await connection.fetch(_HEADS, list(streams))}
    for stream, field, value in await connection.fetch(_STATED, list(streams)):
        known[stream].stated.setdefault(field, []).append(value)
    return known
