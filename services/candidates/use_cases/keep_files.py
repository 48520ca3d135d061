"""Keep a file of a person; read, list and remove files. A resume also adds to the record what it says."""

import asyncio
import io
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from services.candidates.domain.background import background_of
from services.candidates.domain.errors import FileMissing, FileUnknown, TooManyFiles
from services.candidates.domain.files import MOST_FILES, KeptFile, Kind, digest_of, media_type_of
from services.candidates.domain.imports.additions import Known, added
from services.candidates.domain.imports.cells import fields_of
from services.candidates.domain.imports.columns import proposed
from services.candidates.domain.imports.resume_table import COLUMNS, resume_row
from services.candidates.storage import candidates, files
from services.candidates.storage.file_store import FileStore
from services.candidates.storage.known import known_of
from services.candidates.use_cases.change_candidates import Accepted, change_candidates
from services.candidates.use_cases.changes import RecordChange
from services.candidates.use_cases.imported_rows import ReadRow
from services.candidates.use_cases.read_candidates import person_among, read_person
from services.candidates.use_cases.sweep_files import sweep_files
from services.candidates.use_cases.views import Redirected
from shared.db.asyncpg_connection import Driver, Write, write_together
from shared.db.engine import Sessions
from shared.errors import DomainError, Unavailable
from shared.isolated import Unreadable
from shared.naming import Name
from shared.web.idempotency import KeyReused

ReadResume = Callable[[io.BytesIO], tuple[str, Mapping[str, Any]]]
"""Reads a document in a process of its own: its kind, and what it states. Raises Unreadable; blocks."""


@dataclass(frozen=True, slots=True)
class FileKeeper:
    """What keeping files takes."""

    sessions: Sessions
    store: FileStore
    read_resume: ReadResume
    read_row: ReadRow
    shards: int


@dataclass(frozen=True, slots=True)
class NewFile:
    """A file that was sent. ``id`` is that of a first attempt where the caller repeats it."""

    id: UUID
    name: str
    kind: Kind
    source: str
    content: bytes


async def keep_file(
    keeper: FileKeeper, name: Name, new: NewFile, *, by: str, now: datetime
) -> tuple[KeptFile, bool] | Redirected:
    """Keep a file of the person, and whether it is new: bytes that the person has already are answered as they are kept.

    A resume adds to the record; one that cannot be read is kept and says why. Raises CandidateUnknown, CandidateErased,
    TooManyFiles, KeyReused, StoreUnavailable.
    """
    sessions, digest = keeper.sessions, digest_of(new.content)
    async with sessions.alone() as connection:
        person = await read_person(connection, name)
        if isinstance(person, Redirected):
            return person
        streams = [stream.id for stream in person]
        if known := await _known(connection, streams, new.id, digest):
            return known, False
        if len(await files.of_streams(connection, streams)) >= MOST_FILES:
            raise TooManyFiles(f"The candidate has {MOST_FILES} files, and no more are kept.")
    resume, unread = await _read(keeper, new)
    file = KeptFile(
        *(new.id, name.id, digest, new.name, new.kind, media_type_of(new.content), len(new.content), new.source, by, now, unread),
        None if resume is None else background_of(resume),
    )
    async with sessions.begin_raw(candidates.SHARE_MAP) as transaction:
        await read_person(transaction.connection, name)
        announced = await files.announce(transaction.connection, digest, name.id, now=now)
    keeping = _Keeping(file, streams, announced, now)
    await keeper.store.put(digest, new.content)  # what is not known to have come is looked at when its announcement is due
    try:
        change = None if resume is None else await _change(keeper, name, resume, now=now)
        return await _keep(keeper, name, keeping, change)
    except DomainError:
        async with sessions.begin_raw() as transaction:
            await write_together(transaction.connection, [files.sweeping(digest, name.id, announced=announced, now=now)])
        async with sessions.alone() as connection:
            await read_person(connection, name)  # who was erased meanwhile is gone
        raise


async def _keep(
    keeper: FileKeeper, name: Name, keeping: "_Keeping", change: RecordChange | None
) -> tuple[KeptFile, bool] | Redirected:
    """Store the file whose object is written, and what it adds to the record."""
    sessions, by, now = keeper.sessions, keeping.file.added_by, keeping.now
    if change is None:
        return await _keep_alone(sessions, name, keeping)
    outcome = (await change_candidates(sessions, [change], stated_by=by, shards=keeper.shards, now=now, also=keeping))[0]
    if isinstance(outcome, DomainError):
        raise outcome
    return outcome if isinstance(outcome, Redirected) else keeping.kept


@dataclass(slots=True)
class _Keeping:
    """What is written with the change of a record: the file that says it."""

    file: KeptFile
    streams: Sequence[UUID]
    announced: UUID
    now: datetime
    known: KeptFile | None = None
    """What the person has of these bytes already, as two who send them at once find out."""

    @property
    def kept(self) -> tuple[KeptFile, bool]:
        """The file that is kept, and whether it is new."""
        return self.known or self.file, self.known is None

    async def begin(self, connection: Driver) -> None:
        """Wait for whoever keeps the same bytes. Raises Unavailable where the object was swept since it was written."""
        assert self.file.digest is not None
        await files.lock(connection, self.file.digest)
        if not await files.take_announced(connection, [self.announced]):
            raise Unavailable("It took too long to keep the file. Try again.")
        self.known = await _known(connection, self.streams, self.file.id, self.file.digest)

    def writes(self, outcomes: Sequence[object]) -> Sequence[Write]:
        """The file, where the change was applied and the person does not have it; else the object is looked at again."""
        assert self.file.digest is not None
        if self.known is None and all(isinstance(one, Accepted) for one in outcomes):
            return files.adding([self.file])
        return [files.sweeping(self.file.digest, self.file.candidate_id, now=self.now)]

    def past_of(self, outcomes: Sequence[object]) -> Collection[UUID]:
        """By the past of these streams people are found anew."""
        return [one.stream for one in outcomes if isinstance(one, Accepted)]


async def _keep_alone(sessions: Sessions, name: Name, keeping: _Keeping) -> tuple[KeptFile, bool] | Redirected:
    """Keep a file that adds nothing to the record."""
    async with sessions.begin_raw(candidates.SHARE_MAP) as transaction:
        connection = transaction.connection
        await keeping.begin(connection)
        person = person_among((await candidates.lock_people(connection, {name.id})).values(), name)
        transaction.id = await write_together(connection, keeping.writes([] if not isinstance(person, Redirected) else [person]))
        if not isinstance(person, Redirected) and keeping.known is None and keeping.file.background is not None:
            await write_together(connection, candidates.saving_past([person[0].id]))
    return person if isinstance(person, Redirected) else keeping.kept


async def _read(keeper: FileKeeper, new: NewFile) -> tuple[Mapping[str, Any] | None, str | None]:
    """What a resume states, or why it could not be read; neither of another document."""
    if new.kind != "resume":
        return None, None
    try:
        _, resume = await asyncio.to_thread(keeper.read_resume, io.BytesIO(new.content))
    except Unreadable as error:
        return None, str(error)
    return resume, None


async def _change(keeper: FileKeeper, name: Name, resume: Mapping[str, Any], *, now: datetime) -> RecordChange | None:
    """What a resume adds to the record; None where it adds nothing.

    What was ever stated of the person is nothing that it adds, whoever stated it: a recruiter may have removed it since.
    """
    fields, _, _ = fields_of(COLUMNS, resume_row(1, resume).cells, proposed(COLUMNS))
    async with keeper.sessions.alone() as connection:
        known = (await known_of(connection, [name.id])).get(name.id, Known())
    content = added(fields, known, source="")
    read = await asyncio.to_thread(keeper.read_row, {"candidate": str(name), **content}, now, True)
    return None if not content or isinstance(read, DomainError) else read[0]


async def _known(connection: Driver, streams: Sequence[UUID], file: UUID, digest: bytes) -> KeptFile | None:
    """The file that is stored under the id, or that holds the same bytes: no import's any more. Raises KeyReused."""
    found = await files.of_streams(connection, streams)
    if same := next((one for one in found if one.id == file), None):
        if same.digest not in {None, digest}:
            raise KeyReused.of("Idempotency-Key", "was used with another body")
        return same
    held = next((one for one in found if one.digest == digest), None)
    return None if held is None or not await files.detach(connection, held.id) else held


@dataclass(frozen=True, slots=True)
class FilesOfPerson:
    """A person's files, the newest first; those that were removed too."""

    person_id: UUID
    files: list[KeptFile]


async def list_files(sessions: Sessions, name: Name) -> FilesOfPerson | Redirected:
    """The person's files. Raises CandidateUnknown, CandidateErased."""
    async with sessions.alone() as connection:
        person = await read_person(connection, name)
        if isinstance(person, Redirected):
            return person
        return FilesOfPerson(person[0].id, await files.of_streams(connection, [stream.id for stream in person]))


async def read_file(sessions: Sessions, store: FileStore, name: Name, file: UUID) -> tuple[KeptFile, bytes] | Redirected:
    """A file of the person, and its bytes. Raises as ``list_files``, and FileUnknown, FileMissing, StoreUnavailable."""
    found = await list_files(sessions, name)
    if isinstance(found, Redirected):
        return found
    kept = _of_id(found.files, file)
    if kept.digest is None:
        raise FileUnknown(f"The file {file} was removed.")
    content = await store.read(kept.digest)
    if content is None:
        raise FileMissing(f"The store holds no object {kept.digest.hex()}, which is the file {file}.")
    return kept, content


async def remove_file(
    sessions: Sessions, store: FileStore, name: Name, file: UUID, *, by: str, reason: str, now: datetime
) -> KeptFile | Redirected:
    """Remove a file of the person and what it alone said; again, nothing. Raises as ``list_files``, and FileUnknown."""
    async with sessions.begin_raw(candidates.SHARE_MAP) as transaction:
        connection = transaction.connection
        person = person_among((await candidates.lock_people(connection, {name.id})).values(), name)
        if isinstance(person, Redirected):
            return person
        streams = [stream.id for stream in person]
        kept = _of_id(await files.of_streams(connection, streams), file)
        if kept.removed_at is None:
            await write_together(connection, files.removing(kept, by=by, reason=reason, now=now))
            transaction.id = await write_together(connection, candidates.saving_past([person[0].id]))
    await sweep_files(sessions, store, now=now)
    found = await list_files(sessions, name)
    return found if isinstance(found, Redirected) else _of_id(found.files, file)


def _of_id(found: Sequence[KeptFile], file: UUID) -> KeptFile:
    for one in found:
        if one.id == file:
            return one
    raise FileUnknown(f"The candidate has no file {file}.")
