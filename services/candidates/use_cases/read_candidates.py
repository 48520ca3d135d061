"""Read candidates: one, a list, a record's history, its suspected duplicates."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from services.candidates.domain.content import email_keys
from services.candidates.domain.errors import CandidateErased, CandidateUnknown
from services.candidates.domain.learning import together
from services.candidates.domain.registers import canonical, join
from services.candidates.storage import candidates, history
from services.candidates.storage.candidates import Stream
from services.candidates.use_cases.naming import Name
from services.candidates.use_cases.recompute_people import learned_together
from services.candidates.use_cases.views import CandidateView, HistoryEntry, Page, Redirected, candidate_view
from shared.db.engine import Sessions

MOST_DUPLICATES = 100


@dataclass(frozen=True, slots=True)
class Duplicate:
    """Another person who shares an e-mail address: suspected, no more."""

    id: UUID
    references: list[str]
    name: str | None
    emails: list[str]


async def read_candidate(sessions: Sessions, name: Name) -> CandidateView | Redirected:
    """The person's record. Raises CandidateUnknown, CandidateErased."""
    async with sessions.begin() as session:
        found = await _person(session, name)
    return found if isinstance(found, Redirected) else candidate_view(found[0], found, learned_together(found))


async def list_candidates(
    sessions: Sessions,
    *,
    skill: str | None,
    email: str | None,
    equal: Mapping[str, str | None],
    after: UUID | None,
    limit: int,
) -> Page:
    """People's records in id order."""
    async with sessions.begin() as session:
        found = await candidates.search(session, skill=skill, email=email, equal=equal, after=after, limit=limit + 1)
        learned = await candidates.learned_of(session, [stream.id for stream in found])
    shown = found[:limit]
    views = [candidate_view(one, [one], together(learned[one.id])) for one in shown]
    return Page(views, [str(shown[-1].id)] if len(found) > limit else None)


async def read_history(
    sessions: Sessions,
    name: Name,
    *,
    field: str | None,
    hidden: Collection[str],
    after: tuple[datetime, int] | None,
    limit: int,
) -> Page | Redirected:
    """All that was said of the person's fields, the latest observed first. Raises CandidateUnknown, CandidateErased."""
    async with sessions.begin() as session:
        person = await _person(session, name)
        if isinstance(person, Redirected):
            return person
        records = [stream.id for stream in person]
        entries = await history.page(session, "candidate", records, field=field, hidden=hidden, after=after, limit=limit + 1)
    return history_page(entries, join(*(stream.heads for stream in person)), limit)


def history_page(entries: Sequence[history.Entry], heads: Mapping[str, Any], limit: int) -> Page:
    """A page of a history; ``heads`` are what counts now."""
    shown = entries[:limit]
    items = [
        HistoryEntry(
            entry.observation.field,
            entry.observation.value,
            entry.observation.source,
            entry.observation.observed_at,
            entry.confirmed_at,
            entry.received_at,
            _counts(entry, heads),
        )
        for entry in shown
    ]
    last = [shown[-1].observation.observed_at.isoformat(), shown[-1].id] if len(entries) > limit else None
    return Page(items, last)


def _counts(entry: history.Entry, heads: Mapping[str, Any]) -> bool:
    head = heads.get(entry.observation.field)
    if head is None or (head.source, head.observed_at) != (entry.observation.source, entry.confirmed_at):
        return False
    return canonical(head.value) == canonical(entry.observation.value)


async def find_duplicates(sessions: Sessions, name: Name) -> list[Duplicate] | Redirected:
    """Other people with an e-mail address of this one. Raises CandidateUnknown, CandidateErased."""
    async with sessions.begin() as session:
        person = await _person(session, name)
        if isinstance(person, Redirected):
            return person
        mine = person[0].record or {}
        others = await candidates.sharing_emails(session, mine["emails"], but=person[0].id, limit=MOST_DUPLICATES)
    keys = set(email_keys(mine["emails"]))
    return [
        Duplicate(
            other.id,
            record["references"],
            record["name"],
            [email for email in record["emails"] if keys.intersection(email_keys([email]))],
        )
        for other in others
        for record in [other.record or {}]
    ]


async def _person(session: AsyncSession, name: Name) -> list[Stream] | Redirected:
    """The person's streams, first the one that stands for the person. Raises CandidateUnknown, CandidateErased."""
    streams = await candidates.find_person(session, name.id)
    if not streams:
        raise CandidateUnknown.named(str(name))
    streams.sort(key=lambda stream: stream.id != stream.person_id)
    stands = streams[0]
    if stands.erased_at is not None:
        raise CandidateErased.of_id(name.id)
    if stands.record is None:
        raise CandidateUnknown.named(str(name))
    if name.reference is None and stands.id != name.id:
        return Redirected(stands.id)
    return streams
