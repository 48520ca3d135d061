"""Streams of candidates and the persons they belong to.

Whoever applies facts holds ``share_map``; whoever changes which stream belongs to whom, or a position's closings, holds
``lock_map_exclusive``, only to store the change. Locks are taken in this order: the map, persons, rows of ``relationships``, all
rows in id order; a row that is inserted counts as locked.
"""

from collections import Counter, defaultdict
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

import orjson
from sqlalchemy.ext.asyncio import AsyncSession

from shared.db.asyncpg_connection import driver
from shared.db.engine import Sessions
from shared.db.locks import PEOPLE, PERSON
from shared.events import Topic
from shared.inbox.waiter import Awaited


@dataclass(frozen=True, slots=True)
class Stream:
    """One candidate stream. ``sequence`` is that of its last event."""

    candidate_id: UUID
    person_id: UUID
    reference: str | None
    sequence: int
    erased_at: datetime | None


_COLUMNS = "candidate_id, person_id, reference, sequence, erased_at"
_LOCK_KEY = "('x' || right({person}::text, 8))::bit(32)::integer"
"""The key of a person's lock: the last four bytes of the id."""
_KEY = _LOCK_KEY.format(person="person")
_LOCK_PEOPLE = f"""
    SELECT pg_advisory_xact_lock({PERSON}, key) FROM (
        SELECT DISTINCT {_KEY} AS key FROM unnest($1::uuid[]) AS person ORDER BY 1
    ) AS keys
    """  # noqa: S608 - constants of this module


def try_lock_of(person: str) -> str:
    """The condition that the lock of a column's person was free; where it was, it is held until the transaction ends."""
    return f"pg_try_advisory_xact_lock({PERSON}, {_LOCK_KEY.format(person=person)})"


_TRY_LOCK_PEOPLE = f"SELECT person FROM unnest($1::uuid[]) AS person WHERE {try_lock_of('person')}"  # noqa: S608
_LOCK_ROWS = "SELECT FROM relationships WHERE person_id = ANY($1::uuid[]) ORDER BY candidate_id FOR NO KEY UPDATE"
_LOCK_PEOPLE_OF = f"""
    WITH own AS MATERIALIZED (SELECT DISTINCT person_id AS person FROM relationships WHERE candidate_id = ANY($1::uuid[])),
    locked AS MATERIALIZED (
        SELECT pg_advisory_xact_lock({PERSON}, key) FROM (SELECT DISTINCT {_KEY} AS key FROM own ORDER BY 1) AS keys
    )
    SELECT person FROM own WHERE (SELECT count(*) FROM locked) >= 0
    """  # noqa: S608 - constants of this module
_MAP = "SELECT candidate_id, person_id FROM relationships WHERE candidate_id = ANY($1::uuid[])"
_OF_PERSON = f"""
    SELECT {_COLUMNS} FROM relationships
    WHERE person_id = (SELECT person_id FROM relationships WHERE candidate_id = $1) ORDER BY candidate_id
    """  # noqa: S608 - the columns are a constant
_OF_PEOPLE = f"SELECT {_COLUMNS} FROM relationships WHERE person_id = ANY($1::uuid[]) ORDER BY candidate_id"  # noqa: S608
# A conflict locks the row that is there, though nothing of it changes.
_INSERT_AND_LOCK = """
    INSERT INTO relationships (candidate_id, person_id)
    SELECT id, id FROM unnest((SELECT $1::uuid[])) AS given (id) ORDER BY id
    ON CONFLICT (candidate_id) DO UPDATE SET person_id = relationships.person_id WHERE false
    """
_LINK = """
    UPDATE relationships SET person_id = given.person
    FROM (SELECT candidate_id, person FROM unnest($1::uuid[], $2::uuid[]) AS given (id, person)
          JOIN relationships ON candidate_id = id ORDER BY id FOR NO KEY UPDATE) AS given
    WHERE relationships.candidate_id = given.candidate_id
    """
_ERASE = """
    UPDATE relationships SET reference = NULL, country = NULL, time_zone = NULL, channels = NULL, level = NULL,
        years_experience = NULL, skills = NULL, tier = NULL, gained = NULL,
        erased_at = coalesce(erased_at, $2)
    WHERE candidate_id IN (SELECT candidate_id FROM relationships WHERE candidate_id = ANY($1::uuid[])
                           ORDER BY candidate_id FOR NO KEY UPDATE)
    """
_REMOVED = "SELECT candidate_id, removed::text FROM relationships WHERE candidate_id = ANY($1::uuid[]) AND removed IS NOT NULL"
_SAVE_REMOVED = """
    UPDATE relationships SET removed = given.removed FROM unnest($1::uuid[], $2::jsonb[]) AS given (id, removed)
    WHERE candidate_id = given.id
    """
# Each mark has a token of its own, so that who has derived a person takes back none that was made meanwhile. Both lock the rows
# in the order of persons.
_MARK_STALE = """
    INSERT INTO stale_people (person_id) SELECT person FROM unnest($1::uuid[]) AS person ORDER BY person
    ON CONFLICT (person_id) DO UPDATE SET token = excluded.token
    """
_STALE = "SELECT person_id, token FROM stale_people ORDER BY person_id LIMIT $1"
_UNMARK = """
    DELETE FROM stale_people WHERE person_id IN (
        SELECT own.person_id FROM stale_people AS own
        JOIN unnest($1::uuid[], $2::uuid[]) AS seen (person, token) ON own.person_id = seen.person AND own.token = seen.token
        ORDER BY own.person_id FOR UPDATE OF own)
    """
_PENDING = """
    SELECT stream FROM unnest($1::uuid[]) AS stream WHERE EXISTS (
        SELECT FROM stale_people JOIN relationships USING (person_id) WHERE candidate_id = stream)
    UNION ALL SELECT position FROM unnest($2::uuid[]) AS position WHERE EXISTS (
        SELECT FROM refolds WHERE position_id = position AND due_at <= clock_timestamp())
        OR EXISTS (SELECT FROM position_searches WHERE position_id = position)
    """
_HEADS = "SELECT candidate_id, sequence FROM relationships WHERE candidate_id BETWEEN $1 AND $2 AND sequence > 0"
_AFTER = "SELECT candidate_id FROM relationships WHERE candidate_id > $1 ORDER BY candidate_id LIMIT $2"


SHARE_MAP = f"SELECT pg_advisory_xact_lock_shared({PEOPLE})"
"""Let nobody change who is who, or when positions closed, until the transaction ends. Waits for who is changing it."""


async def share_map(session: AsyncSession) -> None:
    """``SHARE_MAP``, in a transaction that did not begin with it."""
    await (await driver(session)).fetch(SHARE_MAP)


async def lock_map_exclusive(session: AsyncSession) -> None:
    """Wait until nobody applies facts, and let nobody begin to until the transaction ends."""
    await (await driver(session)).fetch(f"SELECT pg_advisory_xact_lock({PEOPLE})")


async def lock_people(session: AsyncSession, people: Collection[UUID]) -> None:
    """Let nobody else derive these persons, or act on their queue items, until the transaction ends. The map is shared before."""
    await (await driver(session)).fetch(_LOCK_PEOPLE, list(people))


async def try_lock_people(session: AsyncSession, people: Collection[UUID]) -> set[UUID]:
    """As ``lock_people``, without waiting: those whose locks were free."""
    return {row[0] for row in await (await driver(session)).fetch(_TRY_LOCK_PEOPLE, list(people))}


async def lock_rows(session: AsyncSession, people: Collection[UUID]) -> None:
    """Lock the rows of all streams of these persons, in their order, for who is about to append to several of them."""
    await (await driver(session)).fetch(_LOCK_ROWS, list(people))


async def lock_people_of(session: AsyncSession, streams: Collection[UUID]) -> set[UUID]:
    """Lock the persons that the streams belong to, as ``lock_people`` does, and return them."""
    return {row[0] for row in await (await driver(session)).fetch(_LOCK_PEOPLE_OF, list(streams))}


async def person_map(session: AsyncSession, streams: Collection[UUID]) -> dict[UUID, UUID]:
    """The person of each stream that is known."""
    return {row[0]: row[1] for row in await (await driver(session)).fetch(_MAP, list(streams))}


async def of_person(session: AsyncSession, candidate: UUID) -> list[Stream]:
    """All streams of the person that ``candidate`` is a stream of; empty where it is unknown."""
    return [Stream(*row) for row in await (await driver(session)).fetch(_OF_PERSON, candidate)]


async def of_people(session: AsyncSession, people: Collection[UUID]) -> dict[UUID, list[Stream]]:
    """The streams of each person, by id; a person that was linked to another has none."""
    found: dict[UUID, list[Stream]] = defaultdict(list)
    for row in await (await driver(session)).fetch(_OF_PEOPLE, list(people)):
        found[row[1]].append(Stream(*row))
    return dict(found)


async def insert_and_lock(session: AsyncSession, streams: Collection[UUID]) -> None:
    """Lock the rows of the streams, inserting those that are missing, each a person of its own, in id order.

    In one statement: who holds rows that it inserted and then waits for older ones meets a batch of events that does the reverse.
    """
    await (await driver(session)).fetch(_INSERT_AND_LOCK, list(streams))


async def link(session: AsyncSession, people: Mapping[UUID, UUID]) -> None:
    """Give streams to persons. The caller holds the map exclusively."""
    await (await driver(session)).fetch(_LINK, list(people), list(people.values()))


async def erase(session: AsyncSession, streams: Collection[UUID], now: datetime) -> None:
    """Mark streams as erased and forget what senders call them. The caller holds the map exclusively."""
    await (await driver(session)).fetch(_ERASE, list(streams), now)


async def erased_of(session: AsyncSession, people: Collection[UUID]) -> list[UUID]:
    """The streams of these persons that were erased already."""
    query = "SELECT candidate_id FROM relationships WHERE person_id = ANY($1::uuid[]) AND erased_at IS NOT NULL"
    return [row[0] for row in await (await driver(session)).fetch(query, list(people))]


async def add_removed(session: AsyncSession, removed: Mapping[UUID, Mapping[str, int]]) -> dict[UUID, dict[str, int]]:
    """Add to what was removed of erased streams, by kind; returns how much that is by now. The caller has erased them."""
    connection = await driver(session)
    before = {row[0]: orjson.loads(row[1]) for row in await connection.fetch(_REMOVED, list(removed))}
    totals = {stream: dict(Counter(counts) + Counter(before.get(stream, {}))) for stream, counts in removed.items()}
    await connection.fetch(_SAVE_REMOVED, list(totals), [orjson.dumps(counts).decode() for counts in totals.values()])
    return totals


async def mark_stale(session: AsyncSession, people: Collection[UUID]) -> None:
    """Have the clock derive these persons."""
    await (await driver(session)).fetch(_MARK_STALE, list(people))


async def stale(session: AsyncSession, limit: int) -> dict[UUID, UUID]:
    """Persons whose derived rows are out of date, each with the token of the mark that says so."""
    return {row[0]: row[1] for row in await (await driver(session)).fetch(_STALE, limit)}


async def unmark_stale(session: AsyncSession, marks: Mapping[UUID, UUID]) -> None:
    """These persons were derived since the marks were read; who was marked again meanwhile stays marked."""
    await (await driver(session)).fetch(_UNMARK, list(marks), list(marks.values()))


async def pending(sessions: Sessions, applied: set[Awaited]) -> set[Awaited]:
    """Of the records that were taken over, those whose people are still to be derived."""
    people = [one.stream for one in applied if one.topic is Topic.CANDIDATES]
    positions = [one.stream for one in applied if one.topic is Topic.POSITIONS]
    if not people and not positions:
        return set()
    found = {row[0] for row in await sessions.fetch_alone(_PENDING, people, positions)}
    return {one for one in applied if one.topic is not Topic.ENGAGEMENT and one.stream in found}


async def heads(session: AsyncSession, first: UUID, last: UUID) -> dict[UUID, int]:
    """The last sequence of every stream between two ids, both included."""
    return {row[0]: row[1] for row in await (await driver(session)).fetch(_HEADS, first, last)}


async def after(session: AsyncSession, last: UUID, limit: int) -> list[UUID]:
    """Streams in id order."""
    return [row[0] for row in await (await driver(session)).fetch(_AFTER, last, limit)]
