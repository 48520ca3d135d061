"""Work imports off: chunk by chunk, each with its results and the place that was reached in one transaction.

So whatever is killed, a row is done once. Chunks of several imports take turns; once none is left, those whose records have
changed are compared with others.
"""

import asyncio
import logging
import time
from collections import Counter
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from uuid import UUID

from services.candidates.storage import candidates, files, import_rows, imports, withdrawals
from services.candidates.storage.file_store import FileStore
from services.candidates.storage.imports import CHANNEL, Import
from services.candidates.use_cases.change_candidates import Accepted, apply_changes
from services.candidates.use_cases.compare_people import compare_next
from services.candidates.use_cases.follow_pools import follow_pools
from services.candidates.use_cases.imported_rows import ReadRow, RowResult, Worked
from services.candidates.use_cases.imports import drop_old_rows
from services.candidates.use_cases.sweep_files import sweep_files
from services.candidates.use_cases.undo_import import take_back
from services.candidates.use_cases.views import Redirected
from shared import clock
from shared.db.asyncpg_connection import Driver, Write
from shared.db.engine import Sessions, is_transient
from shared.db.leader import leading
from shared.db.locks import IMPORTS
from shared.db.notifier import CHANNEL as CHANGES
from shared.errors import DomainError
from shared.observability.heartbeats import beat
from shared.shutdown import BEAT_EVERY, pause, wake_at

logger = logging.getLogger(__name__)

STATED = frozenset({"created", "updated", "unchanged"})
"""The results of rows that stated something."""
CHUNK = 500
"""Rows of one transaction: more would cost little less, and who links people waits until it ends."""
UNDONE = 200
"""Rows that are undone in one transaction."""
RETRY_AFTER = 1.0
COMPARE_AFTER = 2.0
"""Seconds from a change of a record until it is compared, together with all who change meanwhile."""
LOOK_EVERY = 60.0
"""Seconds after which it looks for changed records though nobody said that there are any: a notification may be lost."""
DROP_EVERY = 3600.0
"""Seconds from one look for rows that are kept no longer to the next."""


class MovedOnError(Exception):
    """The import was paused, or somebody else is at its rows."""


@dataclass(slots=True)
class ImportRunner:
    """Works off the imports of one database; of several processes one does."""

    sessions: Sessions
    read_row: ReadRow
    shards: int
    keeps: timedelta
    """How long after its end the rows of an import are kept."""
    store: FileStore | None = None
    """The store of files, whose objects are swept here; None where nobody has to."""
    _woken: asyncio.Event = field(default_factory=asyncio.Event)
    _alarm: asyncio.TimerHandle | None = None

    async def run(self, stop: asyncio.Event) -> None:
        """Work until ``stop`` is set, and wait almost without a query while there is nothing to do."""
        while not stop.is_set():
            try:
                async with leading(self.sessions, IMPORTS, stop) as connection:
                    if connection is not None:
                        await self._lead(connection, stop)
            except Exception as error:
                if not is_transient(error):
                    raise
                logger.warning("imports: the database does not answer, trying again: %r", error)
            await pause(stop, RETRY_AFTER)

    async def _lead(self, connection: Driver, stop: asyncio.Event) -> None:
        stopping = asyncio.create_task(wake_at(stop, self._woken))
        try:
            await connection.add_listener(CHANNEL, lambda *_: self._woken.set())
            await connection.add_listener(CHANGES, lambda *_: self._wake_later())
            looked_at = swept_at = -LOOK_EVERY
            dropped_at = -DROP_EVERY
            while not stop.is_set() and not connection.is_closed():
                if self._woken.is_set() or time.monotonic() - looked_at >= LOOK_EVERY:
                    self._woken.clear()
                    looked_at = time.monotonic()
                    while not stop.is_set() and await self.work_once():
                        beat()
                    if time.monotonic() - dropped_at >= DROP_EVERY:
                        dropped_at = time.monotonic()
                        await self.drop_old_rows(stop)
                if self.store is not None and time.monotonic() - swept_at >= LOOK_EVERY:
                    swept_at = time.monotonic()
                    await sweep_files(self.sessions, self.store, now=clock.now())
                await pause(self._woken, BEAT_EVERY)
        finally:
            stopping.cancel()
            if self._alarm is not None:
                self._alarm.cancel()
                self._alarm = None

    async def drop_old_rows(self, stop: asyncio.Event) -> None:
        """Delete rows that are kept no longer, until ``stop`` is set; who is stopped goes on the next time."""
        while not stop.is_set() and await drop_old_rows(self.sessions, keeps=self.keeps, now=clock.now()):
            beat()

    def _wake_later(self) -> None:
        """Records have changed: wake once for all that change within a moment."""
        if self._alarm is None:
            self._alarm = asyncio.get_running_loop().call_later(COMPARE_AFTER, self._wake)

    def _wake(self) -> None:
        self._alarm = None
        self._woken.set()

    async def work_once(self) -> bool:
        """Do a chunk of each import that is to be worked off, or compare some who wait; pools follow in any case.

        Returns whether there was anything to do.
        """
        async with self.sessions.alone() as connection:
            waiting = await imports.in_work(connection)
        for one in waiting:
            try:
                await (self.work_chunk if one.status == "running" else self.undo_chunk)(one, now=clock.now())
            except MovedOnError:
                continue
            except Exception as error:
                if is_transient(error):
                    raise
                logger.exception("the import %s failed", one.id)
                async with self.sessions.begin_raw() as transaction:
                    await imports.set_status(transaction.connection, one.id, "failed", finished_at=clock.now())
        followed = await follow_pools(self.sessions, shards=self.shards, now=clock.now())
        return bool(waiting or await compare_next(self.sessions, now=clock.now()) or followed)

    async def work_chunk(self, one: Import, *, now: datetime) -> None:
        """Do the next rows of an import as it was read. Raises MovedOnError where it is elsewhere by now."""
        async with self.sessions.alone() as connection:
            rows = await import_rows.after(connection, one.id, one.done, CHUNK)
            key = await imports.key(connection)
            worked = await Worked.of(
                *(connection, rows, self.read_row, key),
                now=one.created_at,
                skips_invalid=one.skips_invalid,
                meaning=one.meaning,
                adds_as=one.source if one.format.adds else None,
            )
        step = _Step(one, worked, now)
        await apply_changes(self.sessions, worked.changes, step, stated_by=one.states_as, shards=self.shards, now=now)

    async def undo_chunk(self, one: Import, *, now: datetime) -> None:
        """Take back what the next rows of an import stated. Raises MovedOnError where it is elsewhere by now."""
        async with self.sessions.begin_raw(candidates.SHARE_MAP) as transaction:
            connection = transaction.connection
            found = await imports.find(connection, one.id, locking="FOR UPDATE")
            if found is None or found.status != "undoing" or found.undone != one.undone:
                raise MovedOnError
            rows = await import_rows.after(connection, one.id, one.undone, UNDONE)
            undone = one.undone + len(rows)
            streams = {row.candidate_id for row in rows if row.result in STATED and row.candidate_id is not None}
            is_last = undone >= min(found.done, found.rows) or not rows
            heirs = await import_rows.heirs(connection, one.id, streams)
            named = {stream: imports.states_as(heir, by) for stream, (heir, by, _) in heirs.items()}
            further = [
                *withdrawals.handing_over(one.states_as, named),
                *import_rows.handing_over(one.id, {stream: heir for stream, (heir, *_) in heirs.items()}),
                imports.undoing(one.id, len(rows), finished_at=now if is_last else None),
            ]
            if one.format.adds:
                await files.hand_over(connection, one.id, {stream: (heir, row) for stream, (heir, _, row) in heirs.items()})
                further += files.dropping(one.id, one.undone + 1, None if is_last else undone, now=now)
            if is_last:
                further.append(import_rows.dropping(one.id))
            transaction.id = await take_back(
                connection, streams - heirs.keys(), stated_by=one.states_as, further=further, shards=self.shards, now=now
            )


@dataclass(frozen=True, slots=True)
class _Step:
    """What is written with the changes of a chunk: the results of its rows, and how far the import is."""

    one: Import
    worked: Worked
    now: datetime

    async def begin(self, connection: Driver) -> None:
        """Lock the import. Raises MovedOnError unless all is as it was when the rows were read.

        An erasure forgets what was imported of the person: a row that says the same again is no repetition any more.
        """
        found = await imports.find(connection, self.one.id, locking="FOR UPDATE")
        if found is None or found.status != "running" or found.done != self.one.done:
            raise MovedOnError
        repeated = self.worked.repeated
        if repeated:
            known = await import_rows.known_contents(connection, {one for one, _ in repeated})
            if not repeated.items() <= known.items():
                raise MovedOnError

    def writes(self, outcomes: Sequence[Accepted | Redirected | DomainError]) -> Sequence[Write]:
        """The results, what is remembered of those who were imported, and the place that was reached."""
        results = self.worked.results(outcomes)
        counts = Counter("refused" if result == import_rows.ERASED else result for _, result, _ in results)
        stated = [self.worked.digests[number] for number, result, _ in results if result in STATED]
        open_results = [one for one, row in zip(results, self.worked.rows, strict=True) if row.content is not None]
        is_done = self.one.done + len(results) >= self.one.rows
        repeats = {number: self.worked.repeated.get(one) for number, one in self.worked.digests.items()}
        return [
            *import_rows.saving_results(self.one.id, open_results, repeats),
            *import_rows.remembering(self.one.id, stated),
            *self._files(results),
            imports.counting(self.one.id, counts, finished_at=self.now if is_done else None),
        ]

    def past_of(self, outcomes: Sequence[Accepted | Redirected | DomainError]) -> Collection[UUID]:
        """Whom resumes give a past that no field of the record has."""
        return [one.stream for one in outcomes if isinstance(one, Accepted)] if self.one.format.adds else []

    def _files(self, results: Sequence[RowResult]) -> Sequence[Write]:
        if not self.one.format.adds:
            return []
        stated = [number for number, result, _ in results if result in STATED]
        return files.of_rows(self.one.id, [number for number, *_ in results], stated, now=self.now)
