"""Do something with many people of a cleansing list at once; say before whom it would concern, and undo it."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from services.candidates.domain.errors import ActionUnknown
from services.candidates.storage import candidates, cleansing
from services.candidates.storage.cleansing import CleansingAction
from services.candidates.use_cases.change_candidates import change_candidates
from services.candidates.use_cases.changes import RecordChange
from services.candidates.use_cases.undo_import import take_back
from shared.db.asyncpg_connection import write_together
from shared.db.engine import Sessions
from shared.naming import Name

MOST = 1_000
"""People of one action: of a longer list, the next call takes the next."""
CHUNK = 200
"""People of one transaction."""


@dataclass(frozen=True, slots=True)
class Cleansed:
    """An action and whom it concerns, or would; ``has_more``: whether the list holds further people for it."""

    action: CleansingAction
    people: list[UUID]
    has_more: bool = False


async def preview_action(sessions: Sessions, new: CleansingAction, named: Collection[UUID] | None) -> Cleansed:
    """Whom an action would concern: of ``named``, else of its list. Whom it would not change is none of them."""
    async with sessions.alone() as connection:
        if named is not None:
            return Cleansed(new, await cleansing.changed_among(connection, named, new.action))
        assert new.list is not None, "an action without names is of a list"
        found = await cleansing.people_of(connection, new.list, new.action, new.made_at, MOST + 1)
    return Cleansed(new, found[:MOST], len(found) > MOST)


async def do_action(sessions: Sessions, new: CleansingAction, named: Collection[UUID] | None, *, shards: int) -> Cleansed:
    """Do it. The action of that id, where it was stored before, is done to its end and answered."""
    async with sessions.alone() as connection:
        known = await cleansing.find(connection, new.id)
    if known is None:
        done = await preview_action(sessions, new, named)
        async with sessions.begin_raw() as transaction:
            transaction.id = await write_together(transaction.connection, cleansing.adding(new, done.people))
    else:
        done = Cleansed(*known)
    if done.action.action == "to_pool" and done.action.undone_at is None:
        for begin in range(0, len(done.people), CHUNK):
            changes = [
                RecordChange(Name(one, None), {"tier": "pool"}, done.action.made_at) for one in done.people[begin : begin + CHUNK]
            ]
            stated_by = done.action.states_as
            await change_candidates(sessions, changes, stated_by=stated_by, shards=shards, now=done.action.made_at)
    return done


async def read_action(sessions: Sessions, action: UUID) -> Cleansed:
    """The action of that id. Raises ActionUnknown."""
    async with sessions.alone() as connection:
        found = await cleansing.find(connection, action)
    if found is None:
        raise ActionUnknown(f"There is no action {action}.")
    return Cleansed(*found)


async def undo_action(sessions: Sessions, action: UUID, *, shards: int, now: datetime) -> Cleansed:
    """Take back what it stated, or set aside: what was so before counts again, unless others have stated something since.

    Raises ActionUnknown. Again, nothing changes.
    """
    done = await read_action(sessions, action)
    if done.action.undone_at is not None:
        return done
    if done.action.action == "to_pool":
        for begin in range(0, len(done.people), CHUNK):
            async with sessions.begin_raw(candidates.SHARE_MAP) as transaction:
                transaction.id = await take_back(
                    *(transaction.connection, done.people[begin : begin + CHUNK]),
                    stated_by=done.action.states_as,
                    further=[],
                    shards=shards,
                    now=now,
                )
    async with sessions.begin_raw() as transaction:
        await cleansing.end(transaction.connection, action, now)
    return await read_action(sessions, action)
