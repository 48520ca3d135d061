"""Remove objects that no file has any more; an erasure that waited for them is carried out here then."""

import logging
from datetime import datetime

from services.candidates.domain.erasures import OWN
from services.candidates.storage import erasures, files
from services.candidates.storage.file_store import FileStore, StoreUnavailable
from shared.db.engine import Sessions

logger = logging.getLogger(__name__)

AT_ONCE = 500
"""Objects that are looked at in one go."""


async def sweep_files(sessions: Sessions, store: FileStore, *, now: datetime) -> None:
    """Look at the objects that are due. While the store does not answer they stay due, and erasures stay pending."""
    async with sessions.alone() as connection:
        due = await files.due(connection, now=now, limit=AT_ONCE)
    for digest in due:
        try:
            await _sweep(sessions, store, digest, now=now)
        except StoreUnavailable as error:
            logger.warning("objects that no file has are not removed yet: %s", error)
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
