"""Finding the streams of a person, and deriving persons for whoever reads, without storing anything."""

from collections.abc import Collection, Mapping
from datetime import datetime
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from services.engagement.domain.derive import Derived, derive
from services.engagement.domain.errors import CandidateErased, CandidateUnknown
from services.engagement.settings import EngagementSettings
from services.engagement.storage import people, streams
from services.engagement.storage.streams import Stream


async def person_streams(session: AsyncSession, candidate: UUID) -> list[Stream]:
    """All streams of the person that ``candidate`` is a stream of. Raises CandidateUnknown or CandidateErased."""
    of_person = await streams.of_person(session, candidate)
    own = next((stream for stream in of_person if stream.candidate_id == candidate), None)
    if own is None:
        raise CandidateUnknown(f"Nothing is known of the candidate {candidate}: neither an event nor a record has arrived.")
    if own.erased_at is not None:
        raise CandidateErased.of_stream(candidate)
    return of_person


async def derived_now(
    session: AsyncSession, of: Collection[UUID], *, now: datetime, settings: EngagementSettings
) -> Mapping[UUID, Derived]:
    """These persons as the log says at this moment, whether or not what is stored of them has followed already."""
    loaded = await people.load(session, of, now=now)
    return {person.id: derive(person, settings.policy, now=now) for person in loaded.people}


def references_of(of_person: Collection[Stream]) -> list[str]:
    """What senders call the person whose streams these are."""
    return sorted(stream.reference for stream in of_person if stream.reference is not None)
