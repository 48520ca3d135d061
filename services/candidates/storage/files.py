"""Files of streams, and the objects that wait to be looked at because they may have lost their last file.

An object is written after a sweep for it was stored, to be due long after; the sweep goes in the transaction that stores the
file. Where a file goes, a sweep is stored in that transaction. So whatever is killed, an object that no file has is swept.
An erasure takes over the sweeps of its streams, and waits for them: for those of files that are being sent, too.
"""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import orjson

from services.candidates.domain.files import KeptFile
from shared.db.asyncpg_connection import Driver, Write, inserting

WRITTEN_WITHIN = timedelta(hours=1)
"""How long after its sweep was stored an object may be written and be named by a file."""

_COLUMNS = (
    ("id", "uuid"),
    ("candidate_id", "uuid"),
    ("digest", "bytea"),
    ("name", "text"),
    ("kind", "text"),
    ("media_type", "text"),
    ("size", "bigint"),
    ("source", "text"),
    ("added_by", "text"),
    ("received_at", "timestamptz"),
    ("unread", "text"),
    ("background", "jsonb"),
    ("import_id", "uuid"),
    ("import_row", "bigint"),
    ("is_kept", "boolean"),
    ("removed_at", "timestamptz"),
    ("removed_by", "text"),
    ("removal_reason", "text"),
)
_NAMES = ", ".join(name for name, _ in _COLUMNS)
_OF_STREAMS = f"""
    SELECT {_NAMES} FROM candidate_files
    WHERE candidate_id = ANY($1::uuid[]) AND is_kept ORDER BY received_at DESC, id DESC
    """  # noqa: S608 - constants
_SWEEP_FILES = """
    INSERT INTO file_sweeps (id, digest, candidate_id, due_at, erasure_id)
    SELECT gen_random_uuid(), digest, candidate_id, $2, {erasure} FROM candidate_files
    WHERE digest IS NOT NULL AND {which} GROUP BY digest, candidate_id
    """
_REMOVE = """
    UPDATE candidate_files SET digest = NULL, name = NULL, unread = NULL, background = NULL,
        removed_at = $2, removed_by = $3, removal_reason = $4
    WHERE id = $1
    """
_OF_ROWS = "import_id = $1 AND import_row = ANY($3::bigint[])"
_IS_THERE = """
    EXISTS (SELECT FROM candidate_files AS other
        WHERE other.candidate_id = candidate_files.candidate_id AND other.digest = candidate_files.digest
            AND (other.is_kept OR (other.import_id = $1 AND other.import_row < candidate_files.import_row)))
    """
_IS_NAMED = """
    SELECT EXISTS (SELECT FROM candidate_files WHERE digest = $1)
        OR EXISTS (SELECT FROM file_sweeps WHERE digest = $1 AND due_at > $2)
    """
_SWEPT = """
    DELETE FROM file_sweeps
    WHERE id IN (SELECT id FROM file_sweeps WHERE digest = $1 AND due_at <= $2 ORDER BY id FOR UPDATE) RETURNING erasure_id
    """
"""As everybody who changes several sweeps: their rows are locked in the order of ids."""
_TAKE_OVER = """
    UPDATE file_sweeps SET erasure_id = $2
    WHERE id IN (
        SELECT id FROM file_sweeps WHERE candidate_id = ANY($1::uuid[]) AND erasure_id IS NULL ORDER BY id FOR UPDATE)
    RETURNING id
    """
_TAKE_ANNOUNCED = """
    DELETE FROM file_sweeps
    WHERE id IN (SELECT id FROM file_sweeps WHERE id = ANY($1::uuid[]) AND erasure_id IS NULL ORDER BY id FOR UPDATE)
    RETURNING id
    """
_ERASED_SINCE = """
    UPDATE file_sweeps SET due_at = $2
    WHERE id IN (SELECT id FROM file_sweeps WHERE id = ANY($1::uuid[]) AND erasure_id IS NOT NULL ORDER BY id FOR UPDATE)
    RETURNING id, candidate_id
    """
_DUE = """
    SELECT digest FROM file_sweeps WHERE due_at <= $1
    GROUP BY digest ORDER BY max(tried_at) NULLS FIRST, min(due_at) LIMIT $2
    """
_PUT_OFF = """
    UPDATE file_sweeps SET tried_at = $2
    WHERE id IN (SELECT id FROM file_sweeps WHERE digest = $1 AND due_at <= $2 ORDER BY id FOR UPDATE)
    """
_SWEEP = """
    INSERT INTO file_sweeps (id, digest, candidate_id, due_at) VALUES ($1, $2, $3, $4)
    ON CONFLICT (id) DO UPDATE SET due_at = excluded.due_at
    """
_HAND_OVER = """
    UPDATE candidate_files AS file SET import_id = heir.import_id, import_row = heir.number
    FROM unnest($2::uuid[], $3::uuid[], $4::bigint[]) AS heir (candidate_id, import_id, number)
    WHERE file.candidate_id = heir.candidate_id AND file.import_id = $1
    """


async def of_streams(connection: Driver, streams: Collection[UUID]) -> list[KeptFile]:
    """All files of these streams that an import does not hold back, the newest first; those that were removed too."""
    return [_file(row) for row in await connection.fetch(_OF_STREAMS, list(streams))]


def adding(files: Sequence[KeptFile]) -> list[Write]:
    """Store files, whose objects are written."""
    if not files:
        return []
    rows = [tuple(_written(getattr(one, name)) for name, _ in _COLUMNS) for one in files]
    return [inserting("candidate_files", _COLUMNS, rows)]


async def detach(connection: Driver, file: UUID) -> bool:
    """Have a file stay when the import that brought it is undone, since it was sent too; False where it is gone already."""
    query = "UPDATE candidate_files SET import_id = NULL, import_row = NULL WHERE id = $1 AND digest IS NOT NULL RETURNING id"
    return bool(await connection.fetch(query, file))


def removing(file: KeptFile, *, by: str, reason: str, now: datetime) -> list[Write]:
    """Remove what a file holds and says; that there was one is left."""
    sweep = _SWEEP_FILES.format(erasure="NULL::uuid", which="id = $1")
    return [Write(sweep, (file.id, now)), Write(_REMOVE, (file.id, now, by, reason))]


def forgetting(streams: Collection[UUID], *, erasure: UUID, now: datetime) -> list[Write]:
    """Delete the files of these streams; an erasure waits for their objects."""
    sweep = _SWEEP_FILES.format(erasure="$3::uuid", which="candidate_id = ANY($1::uuid[])")
    return [
        Write(sweep, (list(streams), now, erasure)),
        Write("DELETE FROM candidate_files WHERE candidate_id = ANY($1::uuid[])", (list(streams),)),
    ]


def of_rows(of_import: UUID, numbers: Sequence[int], stated: Collection[int], *, now: datetime) -> list[Write]:
    """Keep the files of rows of an import that stated something, unless the person has them already; delete the others."""
    gone = f"{_OF_ROWS} AND (NOT import_row = ANY($4::bigint[]) OR {_IS_THERE})"
    values = (of_import, now, list(numbers), sorted(stated))
    return [
        Write(f"UPDATE candidate_files SET is_kept = $2::timestamptz IS NOT NULL WHERE {_OF_ROWS}"  # noqa: S608 - constants
              f" AND import_row = ANY($4::bigint[]) AND NOT {_IS_THERE}", values),
        Write(_SWEEP_FILES.format(erasure="NULL::uuid", which=gone), values),
        Write(f"DELETE FROM candidate_files WHERE $2::timestamptz IS NOT NULL AND {gone}", values),  # noqa: S608 - constants
    ]  # fmt: skip


def dropping(of_import: UUID, first: int, last: int | None, *, now: datetime) -> list[Write]:
    """Delete the files that rows of an import brought, from one to another, or to its end."""
    which = "import_id = $1 AND import_row >= $3::bigint AND ($4::bigint IS NULL OR import_row <= $4)"
    values = (of_import, now, first, last)
    return [
        Write(_SWEEP_FILES.format(erasure="NULL::uuid", which=which), values),
        Write(f"DELETE FROM candidate_files WHERE $2::timestamptz IS NOT NULL AND {which}", values),  # noqa: S608 - constants
    ]


async def hand_over(connection: Driver, of_import: UUID, heirs: Mapping[UUID, tuple[UUID, int]]) -> None:
    """Files that rows of an import brought of these people are of the rows of others, which brought them again."""
    rows = [(stream, heir, row) for stream, (heir, row) in heirs.items()]
    await connection.execute(_HAND_OVER, of_import, *([row[place] for row in rows] for place in range(3)))


def dropping_held(of_import: UUID, *, now: datetime) -> list[Write]:
    """Delete the files that an import still holds back, once nobody works its rows off any more."""
    which = "import_id = $1 AND NOT is_kept"
    return [
        Write(_SWEEP_FILES.format(erasure="NULL::uuid", which=which), (of_import, now)),
        Write(f"DELETE FROM candidate_files WHERE {which}", (of_import,)),  # noqa: S608 - constants
    ]


async def announce(connection: Driver, digest: bytes, stream: UUID, *, now: datetime) -> UUID:
    """Store a sweep for an object that is about to be written, after waiting for who sweeps it now; returns its id."""
    await lock(connection, digest)
    announced = uuid4()
    await connection.execute(_SWEEP, announced, digest, stream, now + WRITTEN_WITHIN)
    return announced


async def take_announced(connection: Driver, announced: Collection[UUID]) -> bool:
    """Take these sweeps back, since files are stored that have the objects.

    False where one was swept meanwhile, or an erasure waits for it.
    """
    return len(await connection.fetch(_TAKE_ANNOUNCED, list(announced))) == len(announced)


async def erased_since(connection: Driver, announced: Collection[UUID], *, now: datetime) -> dict[UUID, UUID]:
    """The streams, by their sweeps, that were erased since these were announced: no file of theirs is stored any more."""
    rows = await connection.fetch(_ERASED_SINCE, list(announced), now)
    return dict(rows)


async def take_over(connection: Driver, streams: Collection[UUID], *, erasure: UUID) -> bool:
    """Have an erasure wait for the sweeps of its streams, once all who store files of them are done; whether there are any.

    What is being written is due no earlier than it was: its object may come late.
    """
    return bool(await connection.fetch(_TAKE_OVER, list(streams), erasure))


def sweeping(digest: bytes, stream: UUID, *, announced: UUID | None = None, now: datetime) -> Write:
    """Have an object looked at that was written in vain; where it was announced, by that sweep."""
    return Write(_SWEEP, (announced or uuid4(), digest, stream, now))


async def lock(connection: Driver, digest: bytes) -> None:
    """Keep others from sweeping an object, or from announcing it, until the transaction ends."""
    await connection.execute("SELECT pg_advisory_xact_lock(hashtextextended($1, 1))", digest.hex())


async def due(connection: Driver, *, now: datetime, limit: int) -> list[bytes]:
    """Objects to be looked at: those that were not tried, then those whose last try is longest ago."""
    rows = await connection.fetch(_DUE, now, limit)
    return [bytes(digest) for (digest,) in rows]


async def put_off(connection: Driver, digest: bytes, *, now: datetime) -> None:
    """Look at an object after all others the next time, since the store did not remove it."""
    await connection.execute(_PUT_OFF, digest, now)


async def is_named(connection: Driver, digest: bytes, *, now: datetime) -> bool:
    """Whether a file has the object, or one is about to. The caller has locked it."""
    return bool(await connection.fetchval(_IS_NAMED, digest, now))


async def swept(connection: Driver, digest: bytes, *, now: datetime) -> set[UUID]:
    """Note that an object was looked at; returns the erasures that wait for no other object now, locked."""
    waited = {erasure for (erasure,) in await connection.fetch(_SWEPT, digest, now) if erasure is not None}
    await connection.fetch("SELECT FROM erasures WHERE id = ANY($1::uuid[]) ORDER BY id FOR UPDATE", list(waited))
    left = await connection.fetch("SELECT erasure_id FROM file_sweeps WHERE erasure_id = ANY($1::uuid[])", list(waited))
    return waited - {erasure for (erasure,) in left}


def _written(value: Any) -> Any:
    return orjson.dumps(value).decode() if isinstance(value, dict) else value


def _file(row: Sequence[Any]) -> KeptFile:
    values: dict[str, Any] = dict(zip((name for name, _ in _COLUMNS), row, strict=True))
    digest = values["digest"]
    return KeptFile(**values | {"digest": None if digest is None else bytes(digest)})
