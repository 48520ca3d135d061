"""Compare whoever's record has changed with those who share a key with them, and keep the pairs that may be one person.

A scan lets everybody wait to be compared and is worked off in the same way, so a pair has the same score however it was found.
"""

import asyncio
import logging
from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from services.candidates.domain.duplicates.pairs import Pair, suggested, to_compare
from services.candidates.domain.duplicates.profile import Profile
from services.candidates.storage import candidates, duplicates
from services.candidates.storage.duplicates import Held
from shared.db.asyncpg_connection import Driver
from shared.db.engine import Sessions, is_transient

logger = logging.getLogger(__name__)

CHUNK = 1000
"""People of one transaction."""
OPENING = f"SET LOCAL synchronous_commit = off; {candidates.SHARE_MAP}"
"""A crash of the server may take the last chunks back: then those people wait still."""


async def compare_next(sessions: Sessions, *, now: datetime) -> int:
    """Compare the next of those who wait; returns how many were taken.

    Where that fails, each is compared alone: one who cannot be is left out, with an error in the log, and hinders nobody.
    """
    try:
        return await compare_waiting(sessions, now=now)
    except Exception as error:
        if is_transient(error):
            raise
    done = 0
    for _ in range(CHUNK):
        try:
            done += await compare_waiting(sessions, now=now, chunk=1)
        except Exception as error:
            if is_transient(error):
                raise
            async with sessions.begin_raw() as transaction:
                left_out = await duplicates.take(transaction.connection, 1)
            logger.error(  # noqa: TRY400 - the text of the error may hold a person's values
                "%s could not be compared with others: %s", *left_out, type(error).__name__
            )
            done += 1
    return done


async def compare_waiting(sessions: Sessions, *, now: datetime, chunk: int = CHUNK) -> int:
    """Compare the next of those who wait; returns how many were taken."""
    async with sessions.begin_raw(OPENING) as transaction:
        connection = transaction.connection
        taken = await duplicates.take(connection, chunk)
        if taken:
            await _compare(connection, taken, now)
    return len(taken)


async def _compare(connection: Driver, taken: Mapping[UUID, bool], now: datetime) -> None:
    records = await duplicates.records(connection, taken)
    before = await duplicates.held(connection, taken)
    profiles, after = await asyncio.to_thread(_profiles_of, records)
    await duplicates.drop_profiles(connection, before.keys() - after.keys())
    changed = {person: held for person, held in after.items() if before.get(person) != held}
    await duplicates.save_profiles(connection, before, changed)
    # A decision follows who is linked and parted, though nothing of what is compared has changed.
    dismissed = await duplicates.lock_pairs(connection, after)
    apart = await duplicates.decided(connection, after)
    again = dismissed.union(*apart)
    compared = changed.keys() | {person for person in after if taken[person] or person in again}
    blocks = await duplicates.blocks(connection, {key for person in compared for key in after[person].keys})
    pairs = to_compare(compared, blocks)
    neighbours = {one for pair in pairs for one in pair} - profiles.keys()
    others = await duplicates.held(connection, neighbours)

    def compare() -> list[Pair]:
        return suggested(pairs, profiles | {person: Profile.read(held.profile) for person, held in others.items()}, apart)

    found = await asyncio.to_thread(compare)
    await duplicates.replace_pairs(connection, compared | (taken.keys() - records.keys()), found, now=now)


def _profiles_of(records: Mapping[UUID, Mapping[str, Any]]) -> tuple[dict[UUID, Profile], dict[UUID, Held]]:
    """The profiles of records, and what is kept of each."""
    profiles = {person: Profile.of(record) for person, record in records.items()}
    return profiles, {person: Held(profile.write(), profile.keys()) for person, profile in profiles.items()}


async def scan(sessions: Sessions) -> int:
    """Let everybody be compared anew, in the background; returns how many wait. Who waits for it already waits once."""
    async with sessions.begin_raw() as transaction:
        await duplicates.wait_all(transaction.connection)
        waiting = await duplicates.count_waiting(transaction.connection)
    sessions.notify()
    return waiting


async def count_waiting(sessions: Sessions) -> int:
    """How many wait to be compared."""
    async with sessions.alone() as connection:
        return await duplicates.count_waiting(connection)
