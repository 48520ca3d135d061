"""Keep the resumes of an import: each is written to the store before the rows are stored, a few at a time."""

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Protocol
from uuid import UUID, uuid4

from services.candidates.domain.background import background_of
from services.candidates.domain.files import KeptFile, digest_of, file_name, media_type_of
from services.candidates.storage import candidates, files
from services.candidates.storage.file_store import FileStore
from services.candidates.storage.import_rows import StoredRow
from shared.db.asyncpg_connection import Driver, write_together
from shared.db.engine import Sessions
from shared.errors import Invalid, Unavailable

AT_ONCE = 2
"""Files that are held at once."""
UNNAMED = "resume"
"""How a file is called whose name breaks a rule."""


class Rows(Protocol):
    """Rows of an import that are to be stored."""

    def next(self, count: int) -> list[StoredRow]:
        """The next rows; none at the end. Blocks."""


@dataclass(slots=True)
class KeptResumes:
    """Rows without their files, and the files, whose objects are written."""

    rows: list[StoredRow] = field(default_factory=list)
    files: list[KeptFile] = field(default_factory=list)
    announced: list[UUID] = field(default_factory=list)

    def give_to_people_of(self, rows: Sequence[StoredRow]) -> None:
        """Each file goes to the person of its row, which may be another than that of its e-mail address."""
        people = {row.number: row.candidate_id for row in rows}
        self.files = [replace(file, candidate_id=people.get(file.import_row or 0) or file.candidate_id) for file in self.files]

    async def save(self, connection: Driver, *, now: datetime) -> None:
        """Store the files, held back until their rows have results. Raises Unavailable where it took too long."""
        erased = await files.erased_since(connection, self.announced, now=now)
        gone = {*erased.values()} | await candidates.erased_among(connection, {file.candidate_id for file in self.files})
        left = {sweep: file for sweep, file in zip(self.announced, self.files, strict=True) if file.candidate_id not in gone}
        if not await files.take_announced(connection, left.keys()):
            raise Unavailable("It took too long to keep the resumes. Send them in several archives.")
        writes = files.adding([*left.values()]) if left else []
        for sweep, file in zip(self.announced, self.files, strict=True):
            if sweep not in left and file.digest is not None:
                writes = [*writes, files.sweeping(file.digest, file.candidate_id, announced=sweep, now=now)]
        if writes:
            await write_together(connection, writes)


async def keep_resumes(
    sessions: Sessions, store: FileStore, rows: Rows, file_of: Callable[[StoredRow], KeptFile | None]
) -> KeptResumes:
    """Write the objects of all rows. Raises StoreUnavailable; what was written then is swept."""
    kept = KeptResumes()
    while batch := await asyncio.to_thread(rows.next, AT_ONCE):
        for row in batch:
            file = file_of(row)
            if file is not None and file.digest is not None and row.file is not None:
                async with sessions.begin_raw() as transaction:
                    announced = await files.announce(transaction.connection, file.digest, file.candidate_id, now=file.received_at)
                kept.announced.append(announced)
                await store.put(file.digest, row.file.content)
                kept.files.append(file)
            kept.rows.append(replace(row, file=None))
    return kept


def imported_file(row: StoredRow, *, of_import: UUID, source: str, by: str, now: datetime) -> KeptFile | None:
    """The file of a row that names somebody."""
    if row.file is None or row.candidate_id is None or row.resume is None:
        return None
    try:
        name = file_name(row.file.name)
    except Invalid:
        name = UNNAMED
    content = row.file.content
    return KeptFile(
        *(uuid4(), row.candidate_id, digest_of(content), name, "resume", media_type_of(content), len(content), source, by, now),
        background=background_of(row.resume),
        import_id=of_import,
        import_row=row.number,
        is_kept=False,
    )
