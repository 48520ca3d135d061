"""Rows of an import, from what they state to what came of it."""

import asyncio
import hashlib
import hmac
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import orjson

from services.candidates.domain.imports.additions import Known, added
from services.candidates.domain.imports.columns import located
from services.candidates.domain.imports.rows import Meaning, RowError
from services.candidates.storage import import_rows
from services.candidates.storage.import_rows import StoredRow
from services.candidates.storage.known import known_of
from services.candidates.use_cases.change_candidates import Accepted
from services.candidates.use_cases.changes import RecordChange
from services.candidates.use_cases.views import Redirected
from shared.db.asyncpg_connection import Driver
from shared.errors import DomainError, FieldError

ReadRow = Callable[[Mapping[str, Any], datetime, bool], tuple[RecordChange, list[FieldError]] | DomainError]
"""Reads what a row states as a batch's item is read: (content, now, whether to skip what is invalid)."""

RowResult = tuple[int, str, Sequence[RowError]]
"""A row's number, its result, and the rules that it breaks."""


@dataclass(frozen=True, slots=True)
class Worked:
    """Rows that were read: what they state that is news, and what came of the others already."""

    rows: Sequence[StoredRow]
    settled: Mapping[int, tuple[str, Sequence[RowError]]]
    """Result and errors of rows that change nothing, by number."""
    changes: Sequence[RecordChange]
    """What the other rows state, in order."""
    skipped: Mapping[int, Sequence[RowError]]
    """What was skipped of those, by number."""
    digests: Mapping[int, tuple[UUID, bytes]]
    """Whose row it is, and the hash of what it states, by number."""
    repeated: Mapping[tuple[UUID, bytes], UUID]
    """Those of the hashes that were known, so that their rows change nothing; with the import that stated each first."""
    meaning: Meaning

    @classmethod
    async def of(
        cls,
        connection: Driver,
        rows: Sequence[StoredRow],
        read_row: ReadRow,
        key: bytes,
        *,
        now: datetime,
        skips_invalid: bool,
        meaning: Meaning,
        adds_as: str | None,
    ) -> "Worked":
        """Read rows. What the last import of a person stated already is unchanged without another look.

        ``adds_as``: the source of rows that only add to what is known, as resumes do; None for those that say what is so.
        """
        digests = {
            row.number: (row.candidate_id, _digest(key, row.content))
            for row in rows
            if row.content is not None and row.candidate_id is not None
        }
        known = await import_rows.known_contents(connection, {candidate for candidate, _ in digests.values()})
        settled: dict[int, tuple[str, Sequence[RowError]]] = {}
        open_rows: list[StoredRow] = []
        for row in rows:
            if row.content is None:
                settled[row.number] = (row.result or "refused", row.errors)
            elif digests[row.number] in known:
                settled[row.number] = ("unchanged", row.errors)
            else:
                open_rows.append(row)
        contents = [row.content for row in open_rows]
        # Of two resumes of one person the second is of later, so that what it adds counts beside the first.
        times = [now if adds_as is None else now + timedelta(microseconds=row.number) for row in open_rows]
        if adds_as is not None:
            before = dict(await known_of(connection, {candidate for candidate, _ in digests.values()}))
            contents = [_further(row, before, adds_as, at) for row, at in zip(open_rows, times, strict=True)]
        read = await asyncio.to_thread(
            lambda: [read_row(content, at, skips_invalid) for content, at in zip(contents, times, strict=True)]
        )
        changes: list[RecordChange] = []
        skipped: dict[int, Sequence[RowError]] = {}
        for row, one in zip(open_rows, read, strict=True):
            if isinstance(one, DomainError):
                settled[row.number] = ("refused", [*row.errors, *errors_of(one, meaning)])
            else:
                changes.append(one[0])
                skipped[row.number] = [*row.errors, *(located(wrong, meaning) for wrong in one[1])]
        repeated = {one: known[one] for one in digests.values() if one in known}
        return cls(rows, settled, changes, skipped, digests, repeated, meaning)

    def results(self, outcomes: Sequence[Accepted | Redirected | DomainError]) -> list[RowResult]:
        """What came of each row, where this came of the changes."""
        left = iter(outcomes)
        results: list[RowResult] = []
        for row in self.rows:
            if row.number in self.settled:
                results.append((row.number, *self.settled[row.number]))
                continue
            outcome = next(left)
            if isinstance(outcome, DomainError):
                results.append((row.number, "refused", [*self.skipped[row.number], *errors_of(outcome, self.meaning)]))
                continue
            assert isinstance(outcome, Accepted), "a reference is never redirected"
            result = "created" if outcome.is_new else "updated" if outcome.is_news else "unchanged"
            wrong = [located(one, self.meaning) for one in outcome.refused]
            results.append((row.number, result, [*self.skipped[row.number], *wrong]))
        return results


def _further(row: StoredRow, before: dict[UUID, Known], source: str, at: datetime) -> dict[str, Any]:
    """What a row adds to what is known, and to what the rows before it state."""
    assert row.content is not None, "it is open"
    assert row.candidate_id is not None, "what states something is somebody's"
    known = before.setdefault(row.candidate_id, Known())
    content = added(row.content, known, source=source)
    known.take(content, source=source, observed_at=at)
    return content


def _digest(key: bytes, content: Mapping[str, Any]) -> bytes:
    return hmac.new(key, orjson.dumps(content, option=orjson.OPT_SORT_KEYS), hashlib.sha256).digest()[:16]


def errors_of(error: DomainError, meaning: Meaning) -> list[RowError]:
    """The rules that a change breaks, with the columns that they are about."""
    if not error.errors:
        return [RowError(error.title[:1].lower() + error.title[1:])]
    return [located(one, meaning) for one in error.errors]
