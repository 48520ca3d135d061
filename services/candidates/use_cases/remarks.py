"""Record and list what people write of a person: insights, and notes."""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Generic
from uuid import UUID

from services.candidates.domain.people import Stream
from services.candidates.domain.remarks import R, place, successors
from services.candidates.storage import candidates
from services.candidates.storage.remarks import RemarkTable
from services.candidates.use_cases.read_candidates import person_among
from services.candidates.use_cases.views import Redirected
from shared.db.asyncpg_connection import Driver, write_together
from shared.db.engine import Sessions
from shared.errors import Conflict, NotFound
from shared.naming import Name

MOST = 1_000
"""Remarks of one sort of a person, superseded ones too."""


@dataclass(frozen=True, slots=True)
class RemarkView(Generic[R]):
    """A remark, and what superseded it; None where nothing did."""

    remark: R
    superseded_by: UUID | None


@dataclass(frozen=True, slots=True)
class Refusals:
    """The errors of one sort of remarks, and its word."""

    thing: str
    unknown: type[NotFound]
    superseded: type[Conflict]
    too_many: type[Conflict]


Admit = Callable[[Driver, Sequence[Stream], Sequence[R]], Awaitable[None]]
"""Raises unless the person may have the remark, given all that are known of them."""


async def record_remark(
    sessions: Sessions, name: Name, remark: R, table: RemarkTable[R], refusals: Refusals, admit: Admit[R] | None = None
) -> RemarkView[R] | Redirected:
    """Add a remark to the stream of a name; one that is stored under its id already is answered as it is.

    Raises CandidateUnknown, CandidateErased, what ``admit`` raises, and of ``refusals``: unknown where it supersedes none of the
    person's, superseded where another one did so before, too_many.
    """
    async with sessions.begin_raw(candidates.SHARE_MAP) as transaction:
        connection = transaction.connection
        person = person_among((await candidates.lock_people(connection, {name.id})).values(), name)
        if isinstance(person, Redirected):
            return person
        known = await table.of_streams(connection, [stream.id for stream in person])
        superseded = successors(known)
        if before := next((one for one in known if one.id == remark.id), None):
            return RemarkView(before, superseded.get(before.id))
        if admit is not None:
            await admit(connection, person, known)
        _demand_order(known, remark, refusals)
        await write_together(connection, [table.adding(remark)])
        transaction.id = await write_together(connection, candidates.saving_past([person[0].id]))
    return RemarkView(remark, None)


def _demand_order(known: Sequence[R], remark: R, refusals: Refusals) -> None:
    """Raise unless the person may have this remark as well."""
    thing, before = refusals.thing, remark.supersedes
    if before is not None and before not in {one.id for one in known}:
        raise refusals.unknown(f"supersedes names no {thing} of this candidate: {before}.")
    if before is not None and (by := successors(known).get(before)) is not None:
        raise refusals.superseded(
            f"The {thing} {before} was superseded by {by}. Supersede that one.", extra={"superseded_by": str(by)}
        )
    if len(known) >= MOST:
        raise refusals.too_many(f"The candidate has {len(known):,} {thing}s, and no more are kept.")


def page_of(
    known: Sequence[R],
    shown: Callable[[R], bool],
    *,
    with_superseded: bool,
    after: tuple[datetime, UUID] | None,
    limit: int,
) -> tuple[list[RemarkView[R]], list[str] | None]:
    """A page of a person's remarks, and where the next one begins. ``known`` are all of them, the newest first."""
    superseded = successors(known)
    found = [
        RemarkView(one, superseded.get(one.id))
        for one in known
        if shown(one) and (with_superseded or one.id not in superseded) and (after is None or place(one) < after)
    ]
    last = found[limit - 1].remark if len(found) > limit else None
    return found[:limit], None if last is None else [last.observed_at.isoformat(), str(last.id)]
