"""Take a file: read it, tell whose each row is, and store the rows to be worked off; or say what would come of them."""

import asyncio
import hashlib
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import partial
from itertools import islice
from typing import Any
from uuid import UUID

from services.candidates.domain.imports.cells import fields_of
from services.candidates.domain.imports.columns import located
from services.candidates.domain.imports.identity import NamesNobody, reference_of
from services.candidates.domain.imports.rows import BadRow, FileRefused, Meaning, Row, RowError, Table
from services.candidates.storage import import_rows, imports
from services.candidates.storage.file_store import FileStore
from services.candidates.storage.import_rows import StoredRow
from services.candidates.storage.imports import Import
from services.candidates.use_cases.change_candidates import preview_changes
from services.candidates.use_cases.imported_rows import ReadRow, Worked
from services.candidates.use_cases.keep_imported import imported_file, keep_resumes
from services.candidates.use_cases.shared_mailboxes import Mailboxes
from shared.db.engine import Sessions
from shared.web.idempotency import KeyReused

BATCH = 1000
"""Rows that are stored together."""
PREVIEWED = 200
"""Rows that are tried together."""


@dataclass(frozen=True, slots=True)
class NewImport:
    """What is to be imported, and how. ``id`` is that of a first attempt where the caller repeats it."""

    id: UUID
    source: str
    stated_by: str
    meaning: Meaning
    skips_invalid: bool
    region: str | None
    most_rows: int
    store: FileStore | None = None
    """Where resumes are kept; None where nothing is, as in a dry run."""

    def digest(self, content: bytes) -> bytes:
        """The hash of a file, given its own, and of how it is to be read."""
        said = repr((self.source, sorted(self.meaning.columns.items()), self.meaning.clears_empty, self.skips_invalid))
        return hashlib.sha256(content + said.encode()).digest()


@dataclass(slots=True)
class Preview:
    """What would come of a file. ``is_complete``: whether all of its rows were tried."""

    counts: Counter[str] = field(default_factory=Counter)
    refused: list[tuple[int, Sequence[RowError]]] = field(default_factory=list)
    """The first lines that would be refused."""
    resumes: list[tuple[int, Mapping[str, Any]]] = field(default_factory=list)
    """The line of each of the first resumes, and all that it states."""
    is_complete: bool = True


async def stage_import(sessions: Sessions, table: Table, new: NewImport, *, content: bytes, now: datetime) -> Import:
    """Store the rows of a file, whose hash is ``content``, to be worked off; returns the import.

    A file that is being imported already, read alike, is not stored twice: that import is returned. Raises FileRefused.
    """
    digest = new.digest(content)
    async with sessions.begin_raw() as transaction:
        key = await imports.key(transaction.connection)
    rows, kept = _Staging(_staged(table, new, key)), None
    if table.format.adds and new.store is not None:
        of_import = partial(imported_file, of_import=new.id, source=new.source, by=new.stated_by, now=now)
        kept = await keep_resumes(sessions, new.store, rows, of_import)
        rows = _Staging(iter(kept.rows))
    async with sessions.begin_raw() as transaction:
        connection = transaction.connection
        await connection.execute("SELECT pg_advisory_xact_lock(hashtextextended($1, 0))", digest.hex())
        known = await imports.find(connection, new.id) or await imports.unfinished_with(connection, digest)
        if known is not None:
            if known.digest != digest:
                raise KeyReused.of("Idempotency-Key", "was used with another body")
            return known
        mailboxes = Mailboxes(new.source, key, new.region)
        number = 0
        while batch := await asyncio.to_thread(rows.next, BATCH):
            batch = await mailboxes.part(connection, batch, are_stored=True)
            await import_rows.add(connection, new.id, batch)
            if kept is not None:
                kept.give_to_people_of(batch)
            number = batch[-1].number
        stored = Import(
            *(new.id, "running", new.source, new.stated_by, table.format, tuple(table.columns), new.meaning),
            *(new.skips_invalid, digest, number, now),
        )
        await imports.add(connection, stored)
        if kept is not None:
            await kept.save(connection, now=now)
    return stored


async def preview_import(
    sessions: Sessions, table: Table, new: NewImport, read_row: ReadRow, *, tried: int, shown: int, now: datetime
) -> Preview:
    """What would come of the first ``tried`` rows. Nothing is stored. Raises FileRefused."""
    async with sessions.begin_raw() as transaction:
        key = await imports.key(transaction.connection)
    rows, mailboxes = _Staging(_staged(table, new, key)), Mailboxes(new.source, key, new.region)
    preview = Preview()
    created: set[UUID] = set()
    number = 0
    while batch := await asyncio.to_thread(rows.next, PREVIEWED):
        if number >= tried:
            preview.is_complete = False
            break
        number = batch[-1].number
        async with sessions.alone() as connection:
            batch = await mailboxes.part(connection, batch, are_stored=False)
            worked = await Worked.of(
                *(connection, batch, read_row, key),
                now=now,
                skips_invalid=new.skips_invalid,
                meaning=new.meaning,
                adds_as=new.source if table.format.adds else None,
            )
        outcomes = await preview_changes(sessions, worked.changes, stated_by=new.stated_by, now=now)
        for row, (_, result, errors) in zip(batch, worked.results(outcomes), strict=True):
            is_again = result == "created" and row.candidate_id in created
            if result == "created" and row.candidate_id is not None:
                created.add(row.candidate_id)
            preview.counts["updated" if is_again else result] += 1
            if row.resume is not None and len(preview.resumes) < shown:
                preview.resumes.append((row.line, row.resume))
            if errors and len(preview.refused) < shown:
                preview.refused.append((row.line, errors))
    return preview


class _Staging:
    """The rows of a file as they are stored. Read in a thread."""

    def __init__(self, rows: Iterator[StoredRow]) -> None:
        self._rows = rows

    def next(self, count: int) -> list[StoredRow]:
        """The next rows; none at the end."""
        return list(islice(self._rows, count))


def _staged(table: Table, new: NewImport, key: bytes) -> Iterator[StoredRow]:
    for number, row in enumerate(table.rows, 1):
        if number > new.most_rows:
            raise FileRefused.of("file", f"has more than {new.most_rows} rows")
        if isinstance(row, BadRow):
            yield StoredRow(number, row.line, None, "refused", (row.error,), None)
        else:
            yield _staged_row(number, row, table, new, key)


def _staged_row(number: int, row: Row, table: Table, new: NewImport, key: bytes) -> StoredRow:
    """A row with whose it is, or refused: what breaks a rule is skipped where that is wanted."""
    fields, external_id, errors = fields_of(table.columns, row.cells, new.meaning)
    wrong = tuple(error for error, _ in errors)
    if wrong and (not new.skips_invalid or any(fatal for _, fatal in errors)):
        return StoredRow(number, row.line, None, "refused", wrong, None)
    try:
        named = reference_of(new.source, external_id, fields, key=key, region=new.region)
    except NamesNobody as nobody:
        return StoredRow(number, row.line, None, "refused", (*wrong, located(nobody.wrong, new.meaning)), None)
    content = {"candidate": str(named.reference), **fields}
    one = named.reference.id_of("candidate")
    return StoredRow(number, row.line, one, None, wrong, content, row.resume, row.file, named.is_by_email)
