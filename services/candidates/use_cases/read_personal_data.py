"""Under which ids and references a person is known, for the copy of what is held of them."""

from collections.abc import Sequence
from uuid import UUID

from services.candidates.domain.errors import CandidateErased
from services.candidates.storage import candidates
from shared.db.asyncpg_connection import Driver


async def whole_person(
    connection: Driver, ids: Sequence[UUID], references: Sequence[str]
) -> tuple[Sequence[UUID], Sequence[str]]:
    """All streams of the persons who have these ids, and their references, in order. Raises CandidateErased.

    Who is not known here may be known elsewhere: by the ids and references that were asked for.
    """
    streams = [stream for one in ids for stream in await candidates.find_person(connection, one)]
    for stream in streams:
        if stream.erased_at is not None:
            raise CandidateErased.of_id(stream.id)
    known = [stream.reference for stream in streams if stream.reference is not None]
    return sorted({*ids, *(stream.id for stream in streams)}), sorted({*references, *known})
