"""What the learner keeps of events; everything learned follows from it."""

from collections.abc import Collection, Iterable
from uuid import UUID

import orjson

from services.candidates.domain.learning import RETRACTED, Evidence
from shared.db.asyncpg_connection import Driver, Write

_ADD = """
    INSERT INTO candidate_evidence (candidate_id, event_id, type, time, data)
    SELECT * FROM unnest($1::uuid[], $2::uuid[], $3::text[], $4::timestamptz[], $5::jsonb[]) AS fresh (id)
    WHERE NOT EXISTS (SELECT FROM candidates WHERE candidates.id = fresh.id AND erased_at IS NOT NULL)
    ON CONFLICT DO NOTHING
    """


def adding(found: Iterable[tuple[UUID, Evidence]]) -> list[Write]:
    """Keep the evidence of streams, unless they are erased."""
    rows = list(found)
    columns = (
        [stream for stream, _ in rows],
        [one.id for _, one in rows],
        [one.type for _, one in rows],
        [one.time for _, one in rows],
        [orjson.dumps(one.data).decode() for _, one in rows],
    )
    return [Write(_ADD, columns)] if rows else []


async def of_streams(connection: Driver, streams: Collection[UUID]) -> dict[UUID, list[Evidence]]:
    """All evidence of these streams."""
    kept: dict[UUID, list[Evidence]] = {stream: [] for stream in streams}
    if kept:
        for stream, *row in await connection.fetch(
            "SELECT candidate_id, event_id, type, time, data FROM candidate_evidence WHERE candidate_id = ANY($1::uuid[])",
            list(streams),
        ):
            kept[stream].append(Evidence(*row))
    return kept


async def with_retractions(connection: Driver, streams: Collection[UUID]) -> set[UUID]:
    """Those of the streams in which something was retracted."""
    rows = await connection.fetch(
        "SELECT DISTINCT candidate_id FROM candidate_evidence"  # noqa: S608 - a constant; with a parameter the index would not fit
        f" WHERE candidate_id = ANY($1::uuid[]) AND type = '{RETRACTED}'",
        list(streams),
    )
    return {row[0] for row in rows}


def forgetting(streams: Collection[UUID]) -> Write:
    """Delete the evidence of these streams."""
    return Write("DELETE FROM candidate_evidence WHERE candidate_id = ANY($1::uuid[])", (list(streams),))
