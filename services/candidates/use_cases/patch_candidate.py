"""Tell something of a candidate: the fields of the record, and which other references are the same person."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from services.candidates.domain.content import CANDIDATE
from services.candidates.domain.errors import CandidateErased, CandidateUnknown, VersionMissing, VersionStale
from services.candidates.domain.links import Link
from services.candidates.domain.registers import Observation, heads_of, join, values_of
from services.candidates.domain.versions import Condition, entity_tag
from services.candidates.storage import candidates, history, links
from services.candidates.storage.candidates import Stream
from services.candidates.use_cases.naming import Name
from services.candidates.use_cases.recompute_people import learned_together, recompute_people
from services.candidates.use_cases.views import CandidateView, Redirected, candidate_view
from shared.db.engine import Sessions
from shared.errors import Invalid


@dataclass(frozen=True, slots=True)
class CandidatePatch:
    """What is told: ``fields`` as a merge patch of known fields, ``references`` of the same person."""

    fields: Mapping[str, Any]
    references: tuple[Name, ...]
    observed_at: datetime


@dataclass(frozen=True, slots=True)
class Patched:
    """The record after the change, and whether there was none before."""

    view: CandidateView
    is_new: bool


async def patch_candidate(
    sessions: Sessions,
    name: Name,
    patch: CandidatePatch,
    *,
    told_by: str,
    condition: Condition,
    shards: int,
    now: datetime,
) -> Patched | Redirected:
    """Store what is told and the snapshots that follow from it together, or neither.

    Raises CandidateUnknown for an id that is not ours, CandidateErased, VersionMissing, VersionStale, Invalid. A merged id
    is redirected; a merged reference speaks for its own stream of the person.
    """
    async with sessions.begin() as session:
        wanted = {other.id: other.text for other in patch.references}
        if name.reference is not None:
            wanted[name.id] = name.text
        await candidates.insert_missing(session, wanted, now)
        streams = await candidates.lock_people(session, {name.id, *wanted})
        mine = _admit(streams, name, wanted)
        if name.reference is None and mine.person_id != mine.id:
            return Redirected(mine.person_id)
        stands = streams[mine.person_id]
        _check(condition, stands, is_by_id=name.reference is None)
        is_new = stands.record is None
        for stream, reference in wanted.items():
            streams[stream].reference = reference
        mine.is_record = True
        source = name.reference.source if name.reference is not None else told_by
        await _remember(session, mine, patch, source=source, told_by=told_by, now=now)
        named = {Link(mine.id, other.id) for other in patch.references if other.id != mine.id}
        await links.add(session, named, source=source, linked_by=told_by, now=now)
        await recompute_people(session, streams, now=now, shards=shards)
        person = [stream for stream in streams.values() if stream.person_id == mine.person_id]
        _check_salary(patch, person)
    return Patched(candidate_view(streams[mine.person_id], person, learned_together(person)), is_new)


def _admit(streams: Mapping[UUID, Stream], name: Name, wanted: Mapping[UUID, str | None]) -> Stream:
    """The stream that is patched. Raises CandidateUnknown, or CandidateErased for it and for those to be linked."""
    mine = streams.get(name.id)
    for stream in (name.id, *wanted):
        if stream in streams and streams[stream].erased_at is not None:
            raise CandidateErased.of_id(stream)
    if mine is None or (name.reference is None and streams[mine.person_id].record is None):
        raise CandidateUnknown.named(str(name))
    return mine


def _check(condition: Condition, stands: Stream, *, is_by_id: bool) -> None:
    tag = entity_tag(stands.id, stands.record_version) if stands.record is not None else None
    if is_by_id and condition.if_match is None:
        raise VersionMissing("A change by id must carry If-Match with the ETag that was read.")
    if not condition.allows_change(tag):
        raise VersionStale(f"The record is at version {tag or 'none, for there is no record'}; read it again.")


async def _remember(
    session: AsyncSession, mine: Stream, patch: CandidatePatch, *, source: str, told_by: str, now: datetime
) -> None:
    """Add to the stream's history and take over what counts. What is only said again moves the entry's end forward."""
    told = [Observation(field, value, source, patch.observed_at) for field, value in CANDIDATE.flatten(patch.fields).items()]
    again = [
        one
        for one in told
        if (head := mine.heads.get(one.field)) is not None and one.repeats(head) and one.observed_at >= head.observed_at
    ]
    await history.confirm(session, "candidate", mine.id, again)
    await history.add(session, "candidate", mine.id, [one for one in told if one not in again], told_by=told_by, now=now)
    mine.heads = join(mine.heads, heads_of(told))


def _check_salary(patch: CandidatePatch, person: list[Stream]) -> None:
    """An amount without a currency says nothing. Raises Invalid."""
    values = values_of(join(*(stream.heads for stream in person)))
    if patch.fields.get("salary") and "salary.amount" in values and "salary.currency" not in values:
        raise Invalid.of("salary.currency", "is required with an amount: none is known of this candidate")
