"""Which streams a person has, and what a stream's person is, as last committed."""

from collections import defaultdict
from collections.abc import Collection
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession


@dataclass(frozen=True, slots=True)
class StreamOfPerson:
    """One candidate stream of a person."""

    candidate_id: UUID
    reference: str | None
    is_erased: bool


_STREAMS = text(
    """
    SELECT person_id, candidate_id, reference, erased_at IS NOT NULL AS is_erased FROM relationships
    WHERE person_id = ANY(CAST(:people AS uuid[])) ORDER BY candidate_id
    """
)
_PEOPLE = text("SELECT DISTINCT person_id FROM relationships WHERE candidate_id = ANY(CAST(:streams AS uuid[]))")
_AFTER = text("SELECT candidate_id FROM relationships WHERE candidate_id > :after ORDER BY candidate_id LIMIT :limit")


async def streams_of(session: AsyncSession, people: Collection[UUID]) -> dict[UUID, list[StreamOfPerson]]:
    """The streams of each person, by id; a person that was linked to another has none."""
    found: dict[UUID, list[StreamOfPerson]] = defaultdict(list)
    for row in await session.execute(_STREAMS, {"people": sorted(people)}):
        found[row.person_id].append(StreamOfPerson(row.candidate_id, row.reference, row.is_erased))
    return dict(found)


async def people_of(session: AsyncSession, streams: Collection[UUID]) -> set[UUID]:
    """The persons that the streams belong to."""
    return set(await session.scalars(_PEOPLE, {"streams": sorted(streams)}))


async def streams_after(session: AsyncSession, after: UUID, limit: int) -> list[UUID]:
    """Streams in id order; every person is among them, as the stream that stands for it."""
    return list(await session.scalars(_AFTER, {"after": after, "limit": limit}))
