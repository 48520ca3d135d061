"""Who of the pool fits a position, and which open positions fit a person. Whether they may be contacted says engagement."""

import asyncio
from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass
from uuid import UUID

from services.candidates.domain.errors import PositionUnknown
from services.candidates.domain.matches import Match, Rank, Record, asked_of, match
from services.candidates.storage import matching, positions
from services.candidates.storage.matching import MOST_COMPARED
from services.candidates.use_cases.read_candidates import read_candidate
from services.candidates.use_cases.views import Redirected
from shared.db.engine import Sessions
from shared.fit import Answer, Rates
from shared.naming import Name

FITTING = frozenset({Answer.MET})
POSSIBLE = frozenset({Answer.MET, Answer.NOT_KNOWN})


@dataclass(frozen=True, slots=True)
class Matches:
    """A page of the matches ``of`` a position or person, the best first; ``total`` is a least number where ``is_capped``."""

    of: UUID
    items: list[Match]
    total: int
    is_capped: bool
    last: Rank | None


async def match_people(
    sessions: Sessions, name: Name, rates: Rates, *, answers: Collection[Answer], after: Rank | None, limit: int
) -> Matches:
    """The people of whom what the position requires is met, or also those of whom it is not known. Raises PositionUnknown."""
    async with sessions.alone() as connection:
        position = await positions.find(connection, name.id)
        if position is None or position.record is None:
            raise PositionUnknown.named(str(name))
        wanted = asked_of(position.record, "requirements")
        people = await matching.people(connection, wanted, with_unknown=Answer.NOT_KNOWN in answers)
    record = position.record
    compared = await asyncio.to_thread(_compared, people, lambda one, theirs: match(one, theirs, position.id, record, rates))
    return _page(
        position.id, compared, lambda one: one.candidate_id, answers, after, limit, is_capped=len(people) == MOST_COMPARED
    )


async def match_positions(
    sessions: Sessions, name: Name, rates: Rates, *, answers: Collection[Answer], after: Rank | None, limit: int
) -> Matches | Redirected:
    """The open positions whose requirements the person meets, or may meet. Raises CandidateUnknown, CandidateErased."""
    person = await read_candidate(sessions, name)
    if isinstance(person, Redirected):
        return person
    async with sessions.alone() as connection:
        found = await matching.open_positions(connection)
    compared = await asyncio.to_thread(_compared, found, lambda one, its: match(person.id, person.record, one, its, rates))
    return _page(person.id, compared, lambda one: one.position_id, answers, after, limit, is_capped=len(found) == MOST_COMPARED)


def _compared(records: Iterable[tuple[UUID, Record]], compare: Callable[[UUID, Record], Match]) -> list[Match]:
    return [compare(one, record) for one, record in records]


def _page(
    of: UUID,
    compared: Iterable[Match],
    by: Callable[[Match], UUID],
    answers: Collection[Answer],
    after: Rank | None,
    limit: int,
    *,
    is_capped: bool,
) -> Matches:
    found = {one.rank(by(one)): one for one in compared if one.requirements.answer in answers}
    ranks = sorted(rank for rank in found if after is None or rank > after)
    page = ranks[:limit]
    return Matches(of, [found[rank] for rank in page], len(found), is_capped, page[-1] if len(ranks) > limit else None)
