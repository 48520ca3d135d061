"""Who may change what at the same time.

Projectors own different partitions, and one person's streams may lie in two of them. So: facts are applied side by side, under a
shared lock; a change of who is who, or of when a position closed, is applied alone, under the same lock taken exclusively; and
a person of several streams is locked by name. The lock always comes first and persons follow in order, so nobody waits in
a circle. All are released when the transaction ends.
"""

from collections.abc import Iterable
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from shared.db.locks import PEOPLE, PERSON


async def share(session: AsyncSession) -> None:
    """Wait until nobody changes who is who or closing times, and keep it so."""
    await session.execute(text("SELECT pg_advisory_xact_lock_shared(:people)"), {"people": PEOPLE})


async def lock_exclusive(session: AsyncSession) -> None:
    """Wait until all others are done, and keep them out."""
    await session.execute(text("SELECT pg_advisory_xact_lock(:people)"), {"people": PEOPLE})


async def lock_persons(session: AsyncSession, persons: Iterable[UUID]) -> None:
    """Lock persons whose streams lie in several partitions, in order."""
    keys = sorted({int.from_bytes(person.bytes[-4:], signed=True) for person in persons})
    if keys:
        await session.execute(
            text("SELECT pg_advisory_xact_lock(:class, key) FROM unnest(CAST(:keys AS integer[])) AS key"),
            {"class": PERSON, "keys": keys},
        )
