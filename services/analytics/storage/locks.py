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

_SHAPE = 7_234_601
"""Of who is who and which position closed when."""
_PERSON = 7_234_602
"""The class of the locks of persons."""


async def share(session: AsyncSession) -> None:
    """Wait until nobody changes who is who or closing times, and keep it so."""
    await session.execute(text("SELECT pg_advisory_xact_lock_shared(:shape)"), {"shape": _SHAPE})


async def be_alone(session: AsyncSession) -> None:
    """Wait until all others are done, and keep them out."""
    await session.execute(text("SELECT pg_advisory_xact_lock(:shape)"), {"shape": _SHAPE})


async def lock_persons(session: AsyncSession, persons: Iterable[UUID]) -> None:
    """Lock persons whose streams lie in several partitions, in order."""
    keys = sorted({int.from_bytes(person.bytes[-4:], signed=True) for person in persons})
    if keys:
        await session.execute(
            text("SELECT pg_advisory_xact_lock(:class, key) FROM unnest(CAST(:keys AS integer[])) AS key"),
            {"class": _PERSON, "keys": keys},
        )
