"""Forget a person: everything that was stored of any of the person's streams, for good.

Here it is done at once. Every other service erases what it holds when it hears of it, and confirms that it has.
"""

from collections.abc import Awaitable, Callable, Collection
from datetime import datetime
from uuid import UUID

from services.candidates.domain.erasures import Erasure
from services.candidates.domain.people import Stream, erase
from services.candidates.storage import (
    candidates,
    cleansing,
    duplicates,
    erasures,
    evidence,
    files,
    history,
    import_rows,
    links,
    pool_events,
    pools,
    referrals,
    retention,
)
from services.candidates.storage.file_store import FileStore
from services.candidates.storage.insights import INSIGHTS
from services.candidates.storage.notes import NOTES
from services.candidates.use_cases.erasures import read_erasure
from services.candidates.use_cases.sweep_files import sweep_files
from shared import outbox
from shared.db.asyncpg_connection import Driver, write_together
from shared.db.engine import Sessions
from shared.erasures import Removed
from shared.events import CandidateErased, Topic
from shared.ids import derived_id
from shared.inbox.forgetting import forget_kept_records
from shared.naming import Name
from shared.observability.tracing import current_traceparent
from shared.outbox.forgetting import forget_waiting
from shared.web.kept_answers import forgetting_answers


class PersonStays(Exception):
    """The condition of an erasure did not hold: nobody was erased."""


async def erase_candidate(
    sessions: Sessions,
    name: Name,
    *,
    store: FileStore,
    requested_by: str,
    services: Collection[str],
    shards: int,
    now: datetime,
    condition: Callable[[Driver], Awaitable[bool]] | None = None,
) -> tuple[Erasure, dict[UUID, int]]:
    """Erase the person and publish that; again, it is the erasure of the first time. Returns it with each stream's version.

    It is pending until every one of ``services`` has confirmed it, and until the store holds no file of the person alone.
    A name that is not known here is erased too: other services may hold facts of it, and a record may come late.

    ``condition`` is asked once nobody else can change the person until the transaction ends. Where it does not hold, nothing
    happens, and PersonStays is raised.
    """
    async with sessions.begin_raw(candidates.LOCK_MAP) as transaction:
        connection = transaction.connection
        await candidates.insert_missing(connection, {name.id: None}, now)
        streams = await candidates.lock_people(connection, {name.id})
        mine = streams[name.id]
        if mine.erasure_id is not None:
            return await _known(connection, mine.erasure_id)
        if condition is not None and not await condition(connection):
            raise PersonStays
        number = derived_id(f"erasure:{mine.person_id}")
        are_swept = await files.take_over(connection, streams, erasure=number)
        removed = await _forget_aside(connection, number, streams)
        is_whole = not are_swept and "files" not in removed
        erasure = Erasure.begun(
            number,
            streams,
            removed,
            services=services,
            requested_by=requested_by,
            now=now,
            is_whole=is_whole,
        )
        transaction.id = await _erase(connection, erasure, streams, shards)
    if not is_whole:
        await sweep_files(sessions, store, now=now)
        erasure = await read_erasure(sessions, number)
    return erasure, {stream.id: stream.version for stream in streams.values()}


async def _known(connection: Driver, erasure: UUID) -> tuple[Erasure, dict[UUID, int]]:
    """What was erased before. Stubs stay as they are."""
    known = await erasures.find(connection, erasure)
    assert known is not None, "an erased stream names its erasure"
    stubs = await candidates.lock_people(connection, known.streams)
    return known, {stub.id: stub.version for stub in stubs.values()}


async def _forget_aside(connection: Driver, erasure: UUID, streams: Collection[UUID]) -> dict[str, int]:
    """Remove what waits or was put aside of the streams; returns how much that is, and how much else is held of them."""
    removed = Removed()
    await forget_waiting(
        connection, Topic.CANDIDATES, streams, removed, lambda _, one: CandidateErased(candidate_id=one, erasure_id=erasure)
    )
    await forget_waiting(connection, Topic.POOL, streams, removed, lambda _, one: pool_events.stub(one))
    await forget_kept_records(connection, streams, removed)
    return removed.total() | await erasures.held(connection, streams)


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
            retention.forgetting(streams),
            cleansing.forgetting(streams),
            referrals.forgetting(streams),
            INSIGHTS.forgetting(streams),
            NOTES.forgetting(streams),
            *files.forgetting(streams, erasure=erasure.id, now=erasure.erased_at),
            forgetting_answers(streams),
            *import_rows.forgetting(streams),
            *duplicates.forgetting(streams),
            *pools.forgetting(streams),
            pool_events.scrubbing(streams),
            *erasures.adding(erasure),
            *outbox.appending(Topic.CANDIDATES, events, shards=shards),
        ],
    )
