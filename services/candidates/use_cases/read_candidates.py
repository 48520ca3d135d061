"""Read candidates: one, a list, a record's history."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from services.candidates.domain.errors import CandidateErased, CandidateUnknown
from services.candidates.domain.people import Stream
from services.candidates.storage import candidates, history
from services.candidates.storage.search import Filters
from services.candidates.use_cases.read_history import history_page
from services.candidates.use_cases.views import CandidateView, Page, Redirected, candidate_view, listed_candidate
from shared.db.asyncpg_connection import Driver
from shared.db.engine import Sessions
from shared.naming import Name


async def read_candidate(sessions: Sessions, name: Name) -> CandidateView | Redirected:
    """The person's record. Raises CandidateUnknown, CandidateErased."""
    async with sessions.alone() as connection:
        found = await read_person(connection, name)
    return found if isinstance(found, Redirected) else candidate_view(found[0], found, found)


async def list_candidates(sessions: Sessions, filters: Filters, *, after: UUID | None, limit: int) -> Page:
    """People's records in id order."""
    async with sessions.alone() as connection:
        found = await candidates.page(connection, filters.conditions(), after=after, limit=limit + 1)
        beside = await candidates.beside_of(connection, [stream.id for stream in found])
    shown = found[:limit]
    views = [listed_candidate(one, beside[one.id]) for one in shown]
    return Page(views, [str(shown[-1].id)] if len(found) > limit else None)


@dataclass(frozen=True, slots=True)
class Found:
    """The records of people who were asked for, each once, and whose record each name is; None where there is none."""

    items: list[CandidateView]
    by_name: dict[str, UUID | None]


async def find_candidates(sessions: Sessions, names: Collection[Name]) -> Found:
    """The records of these people, in the order asked for. Who is unknown or erased has none."""
    async with sessions.alone() as connection:
        found = await candidates.records_of(connection, {name.id for name in names})
        beside = await candidates.beside_of(connection, {person.id for person in found.values()})
    people = {name: found.get(name.id) for name in names}
    once = {person.id: person for person in people.values() if person is not None}
    return Found(
        [listed_candidate(person, beside[person.id]) for person in once.values()],
        {str(name): None if person is None else person.id for name, person in people.items()},
    )


async def read_history(
    sessions: Sessions,
    name: Name,
    *,
    field: str | None,
    hidden: Collection[str],
    after: tuple[datetime, int] | None,
    limit: int,
) -> Page | Redirected:
    """All that was stated of the person's fields, the latest observed first. Raises CandidateUnknown, CandidateErased."""
    async with sessions.alone() as connection:
        person = await read_person(connection, name)
        if isinstance(person, Redirected):
            return person
        records = [stream.id for stream in person]
        entries = await history.page(connection, "candidate", records, field=field, hidden=hidden, after=after, limit=limit + 1)
    return history_page(entries, {stream.id: stream.heads for stream in person}, limit)


async def read_person(connection: Driver, name: Name) -> list[Stream] | Redirected:
    """The person's streams, first the one that stands for the person. Raises CandidateUnknown, CandidateErased."""
    return person_among(await candidates.find_person(connection, name.id), name)


def person_among(streams: Collection[Stream], name: Name) -> list[Stream] | Redirected:
    """The same of streams that were read, all those of the person."""
    if not streams:
        raise CandidateUnknown.named(str(name))
    found = sorted(streams, key=lambda stream: (stream.id != stream.person_id, stream.id))
    person = found[0]
    if person.erased_at is not None:
        raise CandidateErased.of_id(name.id)
    if person.record is None:
        raise CandidateUnknown.named(str(name))
    if name.reference is None and person.id != name.id:
        return Redirected(person.id)
    return found
