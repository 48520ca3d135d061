"""Forget a person: everything that was stored of any of the person's streams, for good."""

from datetime import datetime
from uuid import UUID

from services.candidates.domain.errors import ErasureUnknown
from services.candidates.domain.people import Stream, erase
from services.candidates.storage import candidates, erasures, evidence, history, links
from services.candidates.storage.erasures import Erasure
from services.candidates.use_cases.naming import Name
from shared import outbox
from shared.db.asyncpg_connection import Driver, write_together
from shared.db.engine import Sessions
from shared.events import Topic
from shared.ids import derived_id
from shared.observability.tracing import current_traceparent
from shared.web.kept_answers import forgetting_answers


async def erase_candidate(
    sessions: Sessions, name: Name, *, requested_by: str, shards: int, now: datetime
) -> tuple[Erasure, dict[UUID, int]]:
    """Erase the person and publish that; again, it is the erasure of the first time. Returns it with each stream's version.

    A name that is not known here is erased too: other services may hold facts of it, and a record may come late.
    """
    async with sessions.begin_raw(candidates.LOCK_MAP) as transaction:
        connection = transaction.connection
        await candidates.insert_missing(connection, {name.id: None}, now)
        streams = await candidates.lock_people(connection, {name.id})
        mine = streams[name.id]
        if mine.erasure_id is not None:
            return await _known(connection, mine.erasure_id)
        erasure = Erasure(derived_id(f"erasure:{mine.person_id}"), tuple(streams), requested_by, now)
        transaction.id = await _erase(connection, erasure, streams, shards)
    return erasure, {stream.id: stream.version for stream in streams.values()}


async def _known(connection: Driver, erasure: UUID) -> tuple[Erasure, dict[UUID, int]]:
    """What was erased before. Stubs stay as they are."""
    known = await erasures.find(connection, erasure)
    assert known is not None, "an erased stream names its erasure"
    stubs = await candidates.lock_people(connection, known.streams)
    return known, {stub.id: stub.version for stub in stubs.values()}


async def _erase(connection: Driver, erasure: Erasure, streams: dict[UUID, Stream], shards: int) -> int:
    undone = await links.among(connection, streams)
    traceparent = current_traceparent()
    events = [erase(stream, erasure.id, now=erasure.erased_at, traceparent=traceparent) for stream in streams.values()]
    return await write_together(
        connection,
        [
            *candidates.saving(streams.values()),
            *links.removing(undone),
            *history.forgetting(streams),
            evidence.forgetting(streams),
            forgetting_answers(streams),
            erasures.adding(erasure),
            *outbox.appending(Topic.CANDIDATES, events, shards=shards),
        ],
    )


async def read_erasure(sessions: Sessions, erasure: UUID) -> Erasure:
    """The erasure of that id. Raises ErasureUnknown."""
    async with sessions.alone() as connection:
        found = await erasures.find(connection, erasure)
    if found is None:
        raise ErasureUnknown(f"There is no erasure {erasure}.")
    return found
