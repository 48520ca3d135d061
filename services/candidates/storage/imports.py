"""Imports: how each is to be read, how far it is, and the key by which those without an id are named."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any, Literal
from uuid import UUID

import orjson

from services.candidates.domain.imports.rows import Format, Meaning
from shared.db.asyncpg_connection import Driver, Write

CHANNEL = "imports"
"""Notified when there is something to work off."""

Status = Literal["running", "paused", "done", "failed", "undoing", "undone"]
Result = Literal["created", "updated", "unchanged", "refused", "erased"]


@dataclass(frozen=True, slots=True)
class Import:
    """An import: how its file was read, and how far it is. ``done``: rows that were worked off, in order."""

    id: UUID
    status: Status
    source: str
    stated_by: str
    format: Format
    columns: tuple[str, ...]
    meaning: Meaning
    skips_invalid: bool
    digest: bytes
    rows: int
    created_at: datetime
    done: int = 0
    created: int = 0
    updated: int = 0
    unchanged: int = 0
    refused: int = 0
    finished_at: datetime | None = None
    undone: int = 0
    """Rows that were undone, in order."""

    @property
    def states_as(self) -> str:
        """The name under which histories hold what it stated."""
        return states_as(self.id, self.stated_by)


def states_as(one: UUID, stated_by: str) -> str:
    """The name under which histories hold what an import of that id stated, sent by somebody."""
    return f"import {one} by {stated_by}"


_COLUMNS = """
    id, status, source, stated_by, format::text, columns::text, mapping::text, skips_invalid, digest, rows, created_at, done,
    created, updated, unchanged, refused, finished_at, undone
    """
_ADD = """
    INSERT INTO imports (id, status, source, stated_by, format, columns, mapping, skips_invalid, digest, rows, created_at)
    VALUES ($1, $2, $3, $4, $5::jsonb, $6::jsonb, $7::jsonb, $8, $9, $10, $11)
    """
_COUNT = """
    UPDATE imports SET done = done + $2, created = created + $3, updated = updated + $4, unchanged = unchanged + $5,
        refused = refused + $6, finished_at = $7::timestamptz,
        status = CASE WHEN $7 IS NULL THEN status ELSE 'done' END
    WHERE id = $1
    """
_SET_STATUS = "UPDATE imports SET status = $2, finished_at = $3 WHERE id = $1"


async def key(connection: Driver) -> bytes:
    """The installation's key for the hashes that name people without an id; made when it is first asked for."""
    made = "decode(replace(concat(gen_random_uuid(), gen_random_uuid()), '-', ''), 'hex')"
    await connection.execute(f"INSERT INTO import_keys (key) VALUES ({made}) ON CONFLICT DO NOTHING")  # noqa: S608 - a constant
    return bytes(await connection.fetchval("SELECT key FROM import_keys"))


async def add(connection: Driver, new: Import) -> None:
    """Store an import, and have it worked off once this is committed."""
    mapping = {"columns": dict(new.meaning.columns), "clears_empty": new.meaning.clears_empty}
    texts = [orjson.dumps(one).decode() for one in (asdict(new.format), list(new.columns), mapping)]
    await connection.fetch(
        _ADD,
        *(new.id, new.status, new.source, new.stated_by),
        *texts,
        *(new.skips_invalid, new.digest, new.rows, new.created_at),
    )
    await notify(connection)


async def notify(connection: Driver) -> None:
    """Say that there is something to work off, once the transaction is committed."""
    await connection.execute(f"NOTIFY {CHANNEL}")


async def find(connection: Driver, one: UUID, *, locking: str = "") -> Import | None:
    """The import, or None."""
    rows = await connection.fetch(f"SELECT {_COLUMNS} FROM imports WHERE id = $1 {locking}", one)  # noqa: S608 - constants
    return next(map(_import, rows), None)


async def unfinished_with(connection: Driver, digest: bytes) -> Import | None:
    """The import of the same file, read alike, that is not finished."""
    query = f"""
        SELECT {_COLUMNS} FROM imports WHERE digest = $1 AND finished_at IS NULL AND status <> 'undoing'
        ORDER BY created_at LIMIT 1
        """  # noqa: S608 - constants
    return next(map(_import, await connection.fetch(query, digest)), None)


async def in_work(connection: Driver) -> list[Import]:
    """What is to be worked off, the oldest first."""
    query = f"""
        SELECT {_COLUMNS} FROM imports WHERE finished_at IS NULL AND status IN ('running', 'undoing') ORDER BY created_at, id
        """  # noqa: S608 - constants
    return [_import(row) for row in await connection.fetch(query)]


async def finished_before(connection: Driver, end: datetime) -> UUID | None:
    """The first import that was finished before a time, and whose rows are kept still."""
    query = """
        SELECT id FROM imports WHERE finished_at < $1
            AND EXISTS (SELECT FROM import_rows WHERE import_rows.import_id = imports.id) ORDER BY finished_at LIMIT 1
        """
    one: UUID | None = await connection.fetchval(query, end)
    return one


async def page(connection: Driver, *, before: tuple[datetime, UUID] | None, limit: int) -> list[Import]:
    """Imports, the newest first, before a place."""
    condition = "" if before is None else "WHERE (created_at, id) < ($2, $3)"
    query = f"SELECT {_COLUMNS} FROM imports {condition} ORDER BY created_at DESC, id DESC LIMIT $1"  # noqa: S608 - constants
    return [_import(row) for row in await connection.fetch(query, limit, *(before or ()))]


def counting(one: UUID, counts: Mapping[str, int], *, finished_at: datetime | None) -> Write:
    """Write that further rows are done, by their results; with the last of them the import is."""
    by_result = [counts.get(result, 0) for result in ("created", "updated", "unchanged", "refused")]
    return Write(_COUNT, (one, sum(counts.values()), *by_result, finished_at))


def undoing(one: UUID, count: int, *, finished_at: datetime | None) -> Write:
    """Write that further rows are undone; with the last of them the import is."""
    sql = """
        UPDATE imports SET undone = undone + $2, finished_at = $3::timestamptz,
            status = CASE WHEN $3 IS NULL THEN status ELSE 'undone' END
        WHERE id = $1
        """
    return Write(sql, (one, count, finished_at))


async def set_status(connection: Driver, one: UUID, status: Status, *, finished_at: datetime | None = None) -> None:
    """Write the status of an import, which the caller has locked."""
    await connection.execute(_SET_STATUS, one, status, finished_at)


def _import(row: Sequence[Any]) -> Import:
    found, status, source, stated_by, form, columns, mapping, skips, digest, rows, created_at, *counts = row
    return Import(
        found,
        status,
        source,
        stated_by,
        Format(**orjson.loads(form)),
        tuple(orjson.loads(columns)),
        Meaning(**orjson.loads(mapping)),
        skips,
        bytes(digest),
        rows,
        created_at,
        *counts,
    )
