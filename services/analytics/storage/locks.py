"""Who may change what at the same time.

Projectors own different partitions, and one person's streams may lie in two of them. So: facts are applied side by side, under a
shared lock; a change of who is who, or of when a position closed, is applied alone, under the same lock taken exclusively; and
a person of several streams is locked by name. The shared or exclusive lock always comes first and persons follow in one
statement, in order, so that two projectors never deadlock. All are released when the transaction ends.
"""

from collections.abc import Iterable
from uuid import UUID

from shared.db.asyncpg_connection import Driver
from shared.db.locks import PEOPLE, PERSON


async def share(connection: Driver) -> None:
    """Wait until nobody changes who is who or closing times, and keep it so."""
    await connection.fetch("SELECT pg_advisory_xact_lock_shared($1::bigint)", PEOPLE)


async def lock_exclusive(connection: Driver) -> None:
    """Wait until all others are done, and keep them out."""
    await connection.fetch("SELECT pg_advisory_xact_lock($1::bigint)", PEOPLE)


async def lock_persons(connection: Driver, persons: Iterable[UUID]) -> None:
    """Lock persons whose streams lie in several partitions, in order."""
    keys = sorted({int.from_bytes(person.bytes[-4:], signed=True) for person in persons})
    if keys:
        await connection.fetch("SELECT pg_advisory_xact_lock($1, key) FROM unnest($2::integer[]) AS key", PERSON, keys)
