"""Rows of imports: what is still to be done of each, and what came of it.

What a row states is held until it has a result, and gone then. A row names its person by id, so that an erasure reaches it.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any
from uuid import UUID

import orjson

from services.candidates.domain.imports.rows import RowError, SentFile
from shared.db.asyncpg_connection import Driver, Write, as_rows

ERASED = "erased"
_COLUMNS = ("import_id", "number", "line", "candidate_id", "result", "errors", "content")

_NEXT = """
    SELECT number, line, candidate_id, result, errors::text, content FROM import_rows
    WHERE import_id = $1 AND number > $2 ORDER BY number LIMIT $3
    """
_RESULT = (("number", "bigint"), ("result", "text"), ("errors", "jsonb"), ("import_id", "uuid"), ("repeats", "uuid"))
_KNOWN = """
    SELECT candidate_id, digest, coalesce(stated_in, import_id) FROM imported_contents WHERE candidate_id = ANY($1::uuid[])
    """
_FORGET_OLDER = """
    DELETE FROM imported_contents AS older WHERE candidate_id = ANY($2::uuid[]) AND import_id <> $1
        AND NOT EXISTS (
            SELECT FROM unnest($2::uuid[], $3::bytea[]) AS new (candidate_id, digest)
            WHERE (new.candidate_id, new.digest) = (older.candidate_id, older.digest))
    """
_REMEMBER = """
    INSERT INTO imported_contents AS known (candidate_id, digest, import_id, stated_in)
    SELECT candidate_id, digest, $1, $1 FROM unnest($2::uuid[], $3::bytea[]) AS new (candidate_id, digest)
    ON CONFLICT (candidate_id, digest) DO UPDATE SET
        import_id = excluded.import_id, stated_in = coalesce(known.stated_in, known.import_id)
    """
_FORGET = f"""
    UPDATE import_rows SET content = NULL, errors = '[]', result = '{ERASED}' WHERE candidate_id = ANY($1::uuid[])
    """  # noqa: S608 - a constant
_HEIRS = """
    SELECT DISTINCT ON (candidate_id) candidate_id, imports.id, imports.stated_by, min(number)
    FROM import_rows JOIN imports ON imports.id = import_rows.import_id
    WHERE candidate_id = ANY($1::uuid[]) AND repeats = $2 AND status NOT IN ('undoing', 'undone')
    GROUP BY candidate_id, imports.id, imports.stated_by, created_at
    HAVING count(*) >= (SELECT count(*) FROM import_rows AS own
        WHERE own.import_id = $2 AND own.candidate_id = import_rows.candidate_id AND own.result <> 'refused')
    ORDER BY candidate_id, created_at, imports.id
    """
_HEIR = "unnest($2::uuid[], $3::uuid[]) AS heir (candidate_id, import_id)"
_HAND_OVER = (
    f"""
    UPDATE import_rows AS one SET repeats = heir.import_id FROM {_HEIR}
    WHERE one.candidate_id = heir.candidate_id AND one.repeats = $1
    """,  # noqa: S608 - a constant
    f"""
    UPDATE imported_contents AS one SET stated_in = heir.import_id FROM {_HEIR}
    WHERE one.candidate_id = heir.candidate_id AND coalesce(one.stated_in, one.import_id) = $1
    """,  # noqa: S608 - a constant
)
_DELETE_SOME = """
    DELETE FROM import_rows WHERE import_id = $1
        AND number IN (SELECT number FROM import_rows WHERE import_id = $1 ORDER BY number LIMIT $2)
    RETURNING 1
    """
_FORGET_CONTENTS = "DELETE FROM imported_contents WHERE candidate_id = ANY($1::uuid[])"


@dataclass(frozen=True, slots=True)
class StoredRow:
    """A row. ``content``: what it states, as an item of a batch; None once there is a ``result``."""

    number: int
    line: int
    candidate_id: UUID | None
    result: str | None
    errors: tuple[RowError, ...]
    content: Any
    resume: Mapping[str, Any] | None = None
    """All that a resume states; it is not stored."""
    file: SentFile | None = None
    """A resume itself; it is kept elsewhere."""
    is_by_email: bool = False
    """Whether its e-mail address alone names its person; it is not stored."""


def row_of(stored: Sequence[Any]) -> StoredRow:
    """A row as the driver gives it."""
    number, line, candidate, result, errors, content = stored
    read = tuple(RowError(**one) for one in orjson.loads(errors))
    return StoredRow(number, line, candidate, result, read, None if content is None else orjson.loads(content))


def errors_written(errors: Sequence[RowError]) -> str:
    """Errors as JSON."""
    return orjson.dumps(errors).decode() if errors else "[]"


async def add(connection: Driver, of_import: UUID, rows: Sequence[StoredRow]) -> None:
    """Store rows that are new, by COPY."""
    records = [
        (
            of_import,
            one.number,
            one.line,
            one.candidate_id,
            one.result,
            errors_written(one.errors),
            None if one.content is None else orjson.dumps(one.content).decode(),
        )
        for one in rows
    ]
    await connection.copy_records_to_table("import_rows", records=records, columns=_COLUMNS)


async def after(connection: Driver, of_import: UUID, number: int, limit: int) -> list[StoredRow]:
    """The rows that follow one, in order."""
    return [row_of(row) for row in await connection.fetch(_NEXT, of_import, number, limit)]


async def page(connection: Driver, of_import: UUID, *, result: str | None, after_number: int, limit: int) -> list[StoredRow]:
    """Rows in order, with one result where one is given; without their content."""
    condition = "" if result is None else "AND result = $4"
    values = [] if result is None else [result]
    rows = await connection.fetch(
        f"""
        SELECT number, line, candidate_id, result, errors::text, NULL FROM import_rows
        WHERE import_id = $1 AND number > $2 {condition} ORDER BY number LIMIT $3
        """,  # noqa: S608 - constants
        of_import,
        after_number,
        limit,
        *values,
    )
    return [row_of(row) for row in rows]


def saving_results(
    of_import: UUID, results: Sequence[tuple[int, str, Sequence[RowError]]], repeats: Mapping[int, UUID | None]
) -> list[Write]:
    """Write what came of rows, by their numbers; what they stated is gone. ``repeats``: which import had stated it before."""
    if not results:
        return []
    source, values = as_rows(
        _RESULT,
        (
            [number for number, _, _ in results],
            [result for _, result, _ in results],
            [errors_written(errors) for *_, errors in results],
            [of_import] * len(results),
            [repeats.get(number) for number, _, _ in results],
        ),
    )
    return [Write(_saving_results(source), values)]


@lru_cache(maxsize=64)
def _saving_results(source: str) -> str:
    return f"""
        UPDATE import_rows SET result = new.result, errors = new.errors, repeats = new.repeats, content = NULL
        FROM ({source}) AS new WHERE import_rows.import_id = new.import_id AND import_rows.number = new.number
        """  # noqa: S608 - columns of values


async def known_contents(connection: Driver, candidates: Collection[UUID]) -> dict[tuple[UUID, bytes], UUID]:
    """What the last import of these candidates stated, as keyed hashes; and which import had stated it first."""
    return {(candidate, bytes(digest)): first for candidate, digest, first in await connection.fetch(_KNOWN, list(candidates))}


def remembering(of_import: UUID, contents: Collection[tuple[UUID, bytes]]) -> list[Write]:
    """Remember what an import stated of candidates, in place of what earlier ones did."""
    if not contents:
        return []
    ordered = sorted(set(contents))
    values = (of_import, [candidate for candidate, _ in ordered], [digest for _, digest in ordered])
    return [Write(_FORGET_OLDER, values), Write(_REMEMBER, values)]


def forgetting(streams: Collection[UUID]) -> list[Write]:
    """Forget what rows of these candidates state or stated; that there was a row is left."""
    return [Write(_FORGET, (list(streams),)), forgetting_contents(streams)]


def forgetting_contents(streams: Collection[UUID]) -> Write:
    """Forget what imports stated of candidates: the same again is news."""
    return Write(_FORGET_CONTENTS, (list(streams),))


async def heirs(connection: Driver, of_import: UUID, candidates: Collection[UUID]) -> dict[UUID, tuple[UUID, str, int]]:
    """By candidate the first import that said all of it again, and was not undone; who sent it; the number of its row."""
    rows = await connection.fetch(_HEIRS, list(candidates), of_import)
    return {candidate: (one, stated_by, number) for candidate, one, stated_by, number in rows}


def handing_over(of_import: UUID, to: Mapping[UUID, UUID]) -> list[Write]:
    """Let others, by candidate, be the imports that stated what this one did."""
    return [Write(sql, (of_import, list(to), list(to.values()))) for sql in _HAND_OVER] if to else []


async def delete_some(connection: Driver, of_import: UUID, limit: int) -> int:
    """Delete so many rows of an import; returns how many there were."""
    return len(await connection.fetch(_DELETE_SOME, of_import, limit))


def dropping(of_import: UUID) -> Write:
    """Drop what rows state that were not worked off."""
    return Write("UPDATE import_rows SET content = NULL WHERE import_id = $1 AND content IS NOT NULL", (of_import,))
