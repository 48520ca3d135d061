"""Why a person is not in the queue, by all that is in the log at that moment."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from services.engagement.domain.derive import derive
from services.engagement.domain.errors import CandidateUnknown
from services.engagement.domain.queue import Presence, QueueStatus
from services.engagement.domain.why_not import NotInQueue, why_not
from services.engagement.settings import EngagementSettings
from services.engagement.storage import people, positions, streams
from services.engagement.use_cases.reading import references_of
from shared.db.engine import Sessions


@dataclass(frozen=True, slots=True)
class Absence:
    """A person, where their item stands (None: it is not in the queue), and every cause that keeps it from being due."""

    person_id: UUID
    references: Sequence[str]
    status: QueueStatus | None
    reasons: Sequence[NotInQueue]


async def explain_absence(sessions: Sessions, candidate: UUID, *, now: datetime, settings: EngagementSettings) -> Absence:
    """Every cause, the strictest first; none for who is due. Raises CandidateUnknown."""
    async with sessions.begin() as session:
        of_person = await streams.of_person(session, candidate)
        if not of_person:
            raise CandidateUnknown(f"Neither an event nor a record of the candidate {candidate} has arrived here.")
        own = next(stream for stream in of_person if stream.candidate_id == candidate)
        (person,) = (await people.load(session, [own.person_id], now=now)).people
        derived = derive(person, settings.policy, now=now)
        known = await positions.read(session, derived.pursuits)
    titles = {position: one.title for position, one in known.items() if one.title is not None}
    reasons = why_not(person, derived, settings.policy, now=now, titles=titles, is_erased=own.erased_at is not None)
    is_live = derived.item is not None and derived.item.presence is Presence.LIVE and own.erased_at is None
    status = derived.item.status(now) if derived.item is not None and is_live else None
    names = [] if own.erased_at is not None else references_of(of_person)
    return Absence(own.person_id, names, status, reasons)
