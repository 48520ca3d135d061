"""A recruiter decides that an obligation is none any more."""

from datetime import datetime
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from services.engagement.domain.errors import ObligationSettled, ObligationUnknown
from services.engagement.domain.obligations import ObligationStatus, Waiver
from services.engagement.settings import EngagementSettings
from services.engagement.storage import obligations, streams
from services.engagement.storage.obligations import StoredObligation
from services.engagement.use_cases.derive_people import derive_people
from services.engagement.use_cases.list_obligations import ShownObligation, with_names
from services.engagement.use_cases.transactions import transact
from shared.db.engine import Sessions


async def waive_obligation(
    sessions: Sessions, id: UUID, *, reason: str, recruiter: str, now: datetime, settings: EngagementSettings
) -> ShownObligation:
    """Put the waiver on record and derive the person; returns the obligation. The same again is answered alike.

    Raises ObligationUnknown, and ObligationSettled when it was met, or waived otherwise.
    """

    async def work(session: AsyncSession) -> ShownObligation:
        await streams.share_map(session)
        person = (await _stored(session, id)).obligation.person_id
        await streams.lock_people(session, [person])
        stored = await _stored(session, id)
        before = await obligations.waived(session, id)
        if before is None:
            if stored.obligation.status(now) is ObligationStatus.MET:
                raise ObligationSettled(f"It was met at {stored.obligation.met_at:%Y-%m-%dT%H:%M:%SZ}; nothing is owed.")
            await obligations.waive(session, stored.obligation, Waiver(recruiter, now), reason)
            await derive_people(session, [person], now=now, settings=settings)
            stored = await _stored(session, id)
        elif before != (recruiter, reason):
            raise ObligationSettled(f"{before[0]} has waived it already; nothing was changed.")
        return (await with_names(session, [stored]))[0]

    return await transact(sessions, work)


async def _stored(session: AsyncSession, id: UUID) -> StoredObligation:
    """Raises ObligationUnknown."""
    found = await obligations.one(session, id)
    if found is None:
        raise ObligationUnknown(f"There is no obligation {id}; it may have been withdrawn.")
    return found
