"""Under which ids a person is known, for the copy of what is held of them."""

from collections.abc import Sequence
from uuid import UUID

from services.candidates.domain.errors import CandidateErased
from services.candidates.storage import candidates
from shared.db.asyncpg_connection import Driver


async def whole_person(connection: Driver, ids: Sequence[UUID]) -> Sequence[UUID]:
    """All streams of the persons who have these ids, in order. Raises CandidateErased.

    Who is not known here may be known elsewhere: by the ids that were asked for.
    """
    streams = await candidates.find_people(connection, ids)
    for stream in streams:
        if stream.erased_at is not None:
            raise CandidateErased.of_id(stream.id)
    return sorted({*ids, *(stream.id for stream in streams)})
