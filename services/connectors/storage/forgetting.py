"""Scrubbing what is stored of a person: raw bodies, and what was still to be posted of them."""

from collections.abc import Iterable, Sequence

from sqlalchemy import or_, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from services.connectors.storage.deliveries import DeliveryStatus
from services.connectors.storage.postings import PostingKind, State
from services.connectors.storage.tables import deliveries, postings

_FORGOTTEN = "the candidate is erased"


async def bodies_about(session: AsyncSession, candidates: Iterable[str], applications: Iterable[str]) -> Sequence[str]:
    """The bodies that are about any of these people or applications."""
    found = await session.scalars(
        select(deliveries.c.body_hash)
        .where(
            or_(
                deliveries.c.candidate.in_(sorted(set(candidates))),
                deliveries.c.application.in_(sorted(set(applications))),
            )
        )
        .order_by(deliveries.c.body_hash)
    )
    return list(found)


async def scrub(session: AsyncSession, bodies: Sequence[str]) -> None:
    """Drop raw bodies and the content of their postings; what was not posted yet of the people never is."""
    if not bodies:
        return
    await session.execute(
        update(postings)
        .where(
            postings.c.body_hash.in_(bodies),
            postings.c.status == State.QUEUED,
            postings.c.kind.in_([PostingKind.CANDIDATE, PostingKind.FACT]),
        )
        .values(status=State.ERASED, answer=_FORGOTTEN)
    )
    await session.execute(
        update(postings)
        .where(postings.c.body_hash.in_(bodies), postings.c.kind.in_([PostingKind.CANDIDATE, PostingKind.FACT]))
        .values(content=None)
    )
    await session.execute(update(deliveries).where(deliveries.c.body_hash.in_(bodies)).values(raw=None))
    await session.execute(
        update(deliveries)
        .where(deliveries.c.body_hash.in_(bodies), deliveries.c.status == DeliveryStatus.WAITING)
        .values(status=DeliveryStatus.NOT_MAPPED, reason=_FORGOTTEN)
    )


async def drop_raw(session: AsyncSession, bodies: Sequence[str]) -> None:
    """Drop the raw bodies that nothing waits for any more."""
    await session.execute(
        update(deliveries)
        .where(deliveries.c.body_hash.in_(bodies), deliveries.c.status != DeliveryStatus.WAITING)
        .values(raw=None)
    )
