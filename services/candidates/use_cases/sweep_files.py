"""Remove objects that no file has any more; an erasure that waited for them is carried out here then."""

import logging
from datetime import datetime

from services.candidates.domain.erasures import OWN
from services.candidates.storage import erasures, files
from services.candidates.storage.file_store import FileStore, StoreUnavailable
from shared.db.engine import Sessions
from shared.observability.heartbeats import beat

logger = logging.getLogger(__name__)

AT_ONCE = 500
"""Objects that are looked at in one go."""
MOST_FAILURES = 3
"""In a row: then the store is away."""


async def sweep_files(sessions: Sessions, store: FileStore, *, now: datetime) -> None:
    """Look at the objects that are due. What the store does not remove stays due, and its erasure pending; others go on.

    Each object is a beat. Where the store removes none of several in a row it is asked no further.
    """
    async with sessions.alone() as connection:
        due = await files.due(connection, now=now, limit=AT_ONCE)
    failures = 0
    for digest in due:
        beat()
        try:
            await _sweep(sessions, store, digest, now=now)
            failures = 0
        except StoreUnavailable as error:
            logger.warning("an object that no file has is not removed yet: %s", error)
            async with sessions.begin_raw() as transaction:
                await files.put_off(transaction.connection, digest, now=now)
            failures += 1
            if failures == MOST_FAILURES:
                return


async def _sweep(sessions: Sessions, store: FileStore, digest: bytes, *, now: datetime) -> None:
    async with sessions.begin_raw() as transaction:
        connection = transaction.connection
        await files.lock(connection, digest)
        if not await files.is_named(connection, digest, now=now):
            await store.remove(digest)
        for one in sorted(await files.swept(connection, digest, now=now)):
            erasure = await erasures.find(connection, one, lock=True)
            assert erasure is not None, "a sweep names an erasure that is stored"
            own = next(answer for answer in erasure.answers if answer.service == OWN)
            said = own.confirmed(erasure.streams, {}, by=None, now=now)
            if said is not own:
                await erasures.save_answer(connection, one, said)
