"""Say that a person is vetted, or take that back."""

from datetime import datetime

from services.candidates.domain.people import Stream
from services.candidates.domain.vetting import Vetting
from services.candidates.storage import candidates, vetting
from services.candidates.use_cases.read_candidates import person_among
from services.candidates.use_cases.views import Redirected
from shared.db.asyncpg_connection import write_together
from shared.db.engine import Sessions
from shared.naming import Name


async def vet(sessions: Sessions, name: Name, made: Vetting | None, *, now: datetime) -> list[Stream] | Redirected:
    """Store that a person is vetted, of the stream of the name, which then counts; None takes it back, of all. Returns the
    person's streams.

    Raises CandidateUnknown, CandidateErased.
    """
    async with sessions.begin_raw(candidates.SHARE_MAP) as transaction:
        connection = transaction.connection
        person = person_among((await candidates.lock_people(connection, {name.id})).values(), name)
        if not isinstance(person, Redirected):
            streams = [stream.id for stream in person] if made is None else [name.id]
            transaction.id = await write_together(connection, vetting.saving(streams, made))
            await write_together(connection, vetting.counting([person[0].person_id], now=now))
    return person
