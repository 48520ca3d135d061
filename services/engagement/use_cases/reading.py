"""Finding the person that a reference or an id names."""

from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from services.engagement.domain.errors import CandidateErased, CandidateUnknown
from services.engagement.storage import relationships
from services.engagement.storage.relationships import Stream
from shared.errors import Invalid
from shared.ids import MalformedReferenceError, candidate_id, position_id


def read_candidate(field: str, named: str) -> UUID:
    """The stream that a path or query names. Raises Invalid."""
    try:
        return candidate_id(named)
    except MalformedReferenceError as error:
        raise Invalid.of(field, str(error)) from error


def read_position(field: str, named: str) -> UUID:
    """The position that a query names. Raises Invalid."""
    try:
        return position_id(named)
    except MalformedReferenceError as error:
        raise Invalid.of(field, str(error)) from error


async def person_streams(session: AsyncSession, candidate: UUID) -> list[Stream]:
    """All streams of the person that ``candidate`` is a stream of. Raises CandidateUnknown or CandidateErased."""
    streams = await relationships.of_person(session, candidate)
    own = next((stream for stream in streams if stream.candidate_id == candidate), None)
    if own is None:
        raise CandidateUnknown(f"Neither an event nor a record of the candidate {candidate} has arrived here.")
    if own.erased_at is not None:
        raise CandidateErased.of_stream(candidate)
    return streams
