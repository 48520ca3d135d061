"""Links between streams, as sources told them."""

from collections.abc import Collection, Iterable
from datetime import datetime
from uuid import UUID

from sqlalchemy import and_, delete, or_, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from services.candidates.domain.links import Link
from services.candidates.storage.tables import candidate_links


async def among(session: AsyncSession, streams: Collection[UUID]) -> set[Link]:
    """The links at these streams, whose rows the caller has locked."""
    ids = sorted(streams)
    table = candidate_links.c
    rows = await session.execute(select(table.record, table.named).where(or_(table.record.in_(ids), table.named.in_(ids))))
    return {Link(row.record, row.named) for row in rows}


async def add(session: AsyncSession, links: Iterable[Link], *, source: str, linked_by: str, now: datetime) -> None:
    """Remember links; one that is known keeps who said so first."""
    rows = [
        {"record": link.record, "named": link.named, "source": source, "linked_by": linked_by, "linked_at": now}
        for link in sorted(links)
    ]
    if rows:
        await session.execute(insert(candidate_links).on_conflict_do_nothing(), rows)


async def remove(session: AsyncSession, links: Iterable[Link]) -> None:
    """Forget links."""
    table = candidate_links.c
    for link in sorted(links):
        await session.execute(delete(candidate_links).where(and_(table.record == link.record, table.named == link.named)))
