"""Insights: dated notes of streams, which are added and never changed."""

from collections.abc import Collection
from uuid import UUID

from services.candidates.domain.insights import Insight
from shared.db.asyncpg_connection import Driver, Write, inserting

_COLUMNS = (
    ("id", "uuid"),
    ("candidate_id", "uuid"),
    ("kind", "text"),
    ("text", "text"),
    ("author", "text"),
    ("learnt_from", "text"),
    ("confidence", "text"),
    ("observed_at", "timestamptz"),
    ("recorded_at", "timestamptz"),
    ("supersedes", "uuid"),
)
_OF_STREAMS = f"""
    SELECT {", ".join(name for name, _ in _COLUMNS)} FROM candidate_insights
    WHERE candidate_id = ANY($1::uuid[]) ORDER BY observed_at DESC, id DESC
    """  # noqa: S608 - constants


async def of_streams(connection: Driver, streams: Collection[UUID]) -> list[Insight]:
    """All insights of these streams, the newest first."""
    return [Insight(*row) for row in await connection.fetch(_OF_STREAMS, list(streams))]


def adding(insight: Insight) -> Write:
    """Store an insight."""
    return inserting("candidate_insights", _COLUMNS, [tuple(getattr(insight, name) for name, _ in _COLUMNS)])


def forgetting(streams: Collection[UUID]) -> Write:
    """Delete the insights of these streams."""
    return Write("DELETE FROM candidate_insights WHERE candidate_id = ANY($1::uuid[])", (list(streams),))
