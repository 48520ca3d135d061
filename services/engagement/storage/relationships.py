"""Streams and the persons they belong to. The rows' locks order everything that happens to a person."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from shared.db.asyncpg_connection import driver


class PeopleMovedError(Exception):
    """Streams were linked between looking and locking; the transaction must be begun again."""


@dataclass(slots=True)
class Stream:
    """One candidate stream, locked. ``sequence`` is that of its last event."""

    candidate_id: UUID
    person_id: UUID
    reference: str | None
    sequence: int
    erased_at: datetime | None


_ENSURE = text(
    """
    INSERT INTO relationships (candidate_id, person_id, reference)
    SELECT id, id, reference FROM unnest(CAST(:ids AS uuid[]), CAST(:references AS text[])) AS given (id, reference)
    WHERE NOT EXISTS (SELECT FROM relationships WHERE candidate_id = id)
    ORDER BY id
    ON CONFLICT DO NOTHING
    """
)
_LOCK = """
    SELECT candidate_id, person_id, reference, sequence, erased_at FROM relationships
    WHERE person_id IN (SELECT person_id FROM relationships WHERE candidate_id = ANY($1::uuid[]))
    ORDER BY candidate_id
    FOR NO KEY UPDATE
    """
_LOCK_PEOPLE = text(
    """
    SELECT candidate_id, person_id, reference, sequence, erased_at FROM relationships
    WHERE person_id = ANY(CAST(:people AS uuid[])) ORDER BY candidate_id
    FOR NO KEY UPDATE
    """
)
_MAP = text("SELECT candidate_id, person_id FROM relationships WHERE candidate_id = ANY(CAST(:ids AS uuid[]))")
_LINK = text(
    """
    UPDATE relationships SET person_id = given.person
    FROM unnest(CAST(:ids AS uuid[]), CAST(:people AS uuid[])) AS given (id, person)
    WHERE candidate_id = given.id
    """
)
_ERASE = text(
    """
    UPDATE relationships SET reference = NULL, erased_at = coalesce(erased_at, :now)
    WHERE candidate_id = ANY(CAST(:ids AS uuid[]))
    """
)
_HEADS = text("SELECT candidate_id, sequence FROM relationships WHERE candidate_id BETWEEN :first AND :last AND sequence > 0")
_AFTER = text("SELECT candidate_id FROM relationships WHERE candidate_id > :after ORDER BY candidate_id LIMIT :limit")
_OF_PERSON = text(
    """
    SELECT candidate_id, person_id, reference, sequence, erased_at FROM relationships
    WHERE person_id IN (SELECT person_id FROM relationships WHERE candidate_id = :candidate)
    ORDER BY candidate_id
    """
)
_OF_PEOPLE = text(
    """
    SELECT candidate_id, person_id, reference, sequence, erased_at FROM relationships
    WHERE person_id = ANY(CAST(:people AS uuid[]))
    """
)
_COUNT = "SELECT count(*) FROM relationships WHERE person_id = ANY($1::uuid[])"
_SAVE = """
    UPDATE relationships SET sequence = given.sequence, reference = coalesce(relationships.reference, given.reference)
    FROM unnest($1::uuid[], $2::bigint[], $3::text[]) AS given (id, sequence, reference)
    WHERE candidate_id = given.id
    """


async def ensure(session: AsyncSession, references: Mapping[UUID, str | None]) -> None:
    """Insert rows for the streams that have none, with the reference each was named by.

    Must come before ``lock`` in a transaction: who holds locks never waits for another's insert.
    """
    ids = list(references)
    await session.execute(_ENSURE, {"ids": ids, "references": [references[one] for one in ids]})


async def lock(session: AsyncSession, streams: Collection[UUID]) -> dict[UUID, Stream]:
    """Lock all streams of all persons that the given streams belong to, in id order.

    Raises PeopleMovedError when one of the persons has come to have more or other streams meanwhile. A person's set of
    streams is changed only by who holds all their locks, so what this returns stays true until the transaction ends.
    """
    rows = await (await driver(session)).fetch(_LOCK, list(streams))
    locked = {row[0]: Stream(*row) for row in rows}
    people = {locked[stream].person_id for stream in streams if stream in locked}
    of_them = sum(stream.person_id in people for stream in locked.values())
    if not locked.keys() >= set(streams) or await _count(session, people) != of_them:
        raise PeopleMovedError
    return locked


async def lock_people(session: AsyncSession, people: Collection[UUID]) -> dict[UUID, Stream]:
    """Lock all streams of the persons, in id order. Raises PeopleMovedError as ``lock`` does."""
    rows = (await session.execute(_LOCK_PEOPLE, {"people": sorted(people)})).all()
    locked = {row.candidate_id: Stream(*row) for row in rows}
    of_them = [row for row in rows if row.person_id in people]
    if await _count(session, people) != len(of_them):
        raise PeopleMovedError
    return {row.candidate_id: locked[row.candidate_id] for row in of_them}


async def _count(session: AsyncSession, people: Collection[UUID]) -> int:
    ((count,),) = await (await driver(session)).fetch(_COUNT, list(people))
    return int(count)


async def people_of(session: AsyncSession, streams: Collection[UUID]) -> dict[UUID, UUID]:
    """The person of each stream that is known, not locked."""
    return {row.candidate_id: row.person_id for row in await session.execute(_MAP, {"ids": sorted(streams)})}


async def link(session: AsyncSession, people: Mapping[UUID, UUID]) -> None:
    """Give locked streams to persons, who are locked too."""
    ids = sorted(people)
    await session.execute(_LINK, {"ids": ids, "people": [people[one] for one in ids]})


async def erase(session: AsyncSession, streams: Collection[UUID], now: datetime) -> None:
    """Mark locked streams as erased and forget what senders call them."""
    await session.execute(_ERASE, {"ids": sorted(streams), "now": now})


async def save(session: AsyncSession, streams: Collection[Stream]) -> None:
    """Store the new sequences and references of locked streams."""
    await (await driver(session)).fetch(
        _SAVE,
        [stream.candidate_id for stream in streams],
        [stream.sequence for stream in streams],
        [stream.reference for stream in streams],
    )


async def of_person(session: AsyncSession, candidate: UUID) -> list[Stream]:
    """All streams of the person that ``candidate`` is a stream of, not locked; empty where it is unknown."""
    return [Stream(*row) for row in await session.execute(_OF_PERSON, {"candidate": candidate})]


async def of_people(session: AsyncSession, people: Collection[UUID]) -> dict[UUID, Stream]:
    """All streams of the persons, not locked."""
    rows = await session.execute(_OF_PEOPLE, {"people": list(people)})
    return {row.candidate_id: Stream(*row) for row in rows}


async def heads(session: AsyncSession, first: UUID, last: UUID) -> dict[UUID, int]:
    """The last sequence of every stream between two ids, both included."""
    rows = await session.execute(_HEADS, {"first": first, "last": last})
    return {row.candidate_id: row.sequence for row in rows}


async def after(session: AsyncSession, last: UUID, limit: int) -> list[UUID]:
    """Streams in id order."""
    return list(await session.scalars(_AFTER, {"after": last, "limit": limit}))
