"""Read imports and what came of their rows; pause, resume and undo them."""

from collections.abc import Collection
from datetime import datetime, timedelta
from uuid import UUID

from services.candidates.domain.errors import ImportFinished, ImportUnknown
from services.candidates.storage import files, import_rows, imports
from services.candidates.storage.imports import Import, Status
from services.candidates.use_cases.views import Page
from shared.db.asyncpg_connection import write_together
from shared.db.engine import Sessions

DROPPED = 10_000
"""Rows that are deleted together."""


async def read_import(sessions: Sessions, one: UUID) -> Import:
    """The import of that id. Raises ImportUnknown."""
    async with sessions.alone() as connection:
        return _known(one, await imports.find(connection, one))


async def list_imports(sessions: Sessions, *, before: tuple[datetime, UUID] | None, limit: int) -> Page:
    """Imports, the newest first."""
    async with sessions.alone() as connection:
        found = await imports.page(connection, before=before, limit=limit + 1)
    last = found[limit - 1] if len(found) > limit else None
    return Page(found[:limit], None if last is None else [last.created_at.isoformat(), str(last.id)])


async def list_rows(sessions: Sessions, one: UUID, *, result: str | None, after: int, limit: int) -> Page:
    """Rows of an import in order, with a result where one is given. Raises ImportUnknown."""
    async with sessions.alone() as connection:
        _known(one, await imports.find(connection, one))
        found = await import_rows.page(connection, one, result=result, after_number=after, limit=limit + 1)
    return Page(found[:limit], [found[limit - 1].number] if len(found) > limit else None)


async def pause(sessions: Sessions, one: UUID) -> Import:
    """Stop working it off. Raises ImportUnknown and ImportFinished."""
    return await _change(sessions, one, {"running"}, "paused")


async def resume(sessions: Sessions, one: UUID) -> Import:
    """Go on with it. Raises ImportUnknown and ImportFinished."""
    return await _change(sessions, one, {"paused"}, "running")


async def undo(sessions: Sessions, one: UUID, *, keeps: timedelta, now: datetime) -> Import:
    """Take back what it stated; what it has not done yet is not done. Raises ImportUnknown, and ImportFinished.

    Its rows are kept for ``keeps`` after its end: without them nobody knows what is to be taken back.
    """
    from_when = now - keeps
    return await _change(sessions, one, {"running", "paused", "done", "failed"}, "undoing", also={"undone"}, from_when=from_when)


async def drop_old_rows(sessions: Sessions, *, keeps: timedelta, now: datetime) -> int:
    """Delete some rows of imports that ended so long ago, and files that they hold back; returns how many rows, 0 at the end."""
    async with sessions.alone() as connection:
        one = await imports.finished_before(connection, now - keeps)
        if one is None:
            return 0
        await write_together(connection, files.dropping_held(one, now=now))
        return await import_rows.delete_some(connection, one, DROPPED)


async def _change(
    sessions: Sessions,
    one: UUID,
    before: Collection[Status],
    after: Status,
    *,
    also: Collection[Status] = (),
    from_when: datetime | None = None,
) -> Import:
    async with sessions.begin_raw() as transaction:
        connection = transaction.connection
        found = _known(one, await imports.find(connection, one, locking="FOR UPDATE"))
        if found.status not in {*before, *also, after}:
            raise ImportFinished(f"The import {one} is {found.status}.")
        if from_when is not None and found.finished_at is not None and found.finished_at < from_when and found.status in before:
            raise ImportFinished(f"The import {one} ended too long ago: its rows are kept no longer.")
        if found.status in before:
            await imports.set_status(connection, one, after)
            await imports.notify(connection)
    return await read_import(sessions, one)


def _known(one: UUID, found: Import | None) -> Import:
    if found is None:
        raise ImportUnknown(f"There is no import {one}.")
    return found
