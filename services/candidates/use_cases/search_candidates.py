"""Find people by words, the best match first."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import accumulate
from uuid import UUID

from services.candidates.storage import candidates, search
from services.candidates.storage.search import BEGIN, END, Filters, How, Query
from services.candidates.use_cases.views import CandidateView, listed_candidate
from shared.db.asyncpg_connection import Driver
from shared.db.engine import Sessions
from shared.errors import Invalid

Place = tuple[How, float, UUID]
"""Where a page ends: how people were found, and the last one's rank and id."""
Facets = Mapping[str, Mapping[str, int]]


@dataclass(frozen=True, slots=True)
class Match:
    """A value that matched, and where: from and to, in characters."""

    field: str
    text: str
    spans: Sequence[tuple[int, int]]


@dataclass(frozen=True, slots=True)
class Search:
    """A page of those who were found. ``total`` is at least so many where ``is_capped``."""

    items: list[CandidateView]
    matches: Mapping[UUID, Sequence[Match]]
    total: int
    is_capped: bool
    how: How
    last: Place | None
    facets: Facets | None


async def search_candidates(
    sessions: Sessions, words: str, filters: Filters, *, reader: str | None, facets: bool, after: Place | None, limit: int
) -> Search:
    """Whose records, or notes that the reader may see, have the words. Raises Invalid.

    Where nobody has, the last one may begin a word, or names be alike.
    """
    async with sessions.alone() as connection:
        queries = [one for one in await _queries(connection, words, reader) if after is None or one.how == after[0]]
        place = after[1:] if after is not None else None
        query, hits = queries[0], search.Hits(0, [])
        for query in queries:
            hits = await search.find(connection, query, filters, after=place, limit=limit + 1)
            if hits.total > 0:
                break
        page = hits.ranked[:limit]
        people = [person for _, person in page]
        records = await candidates.records_of(connection, people)
        beside = await candidates.beside_of(connection, people)
        marked = await search.marked(connection, query, people)
        counts = await search.facets(connection, query, filters) if facets else None
    views = [listed_candidate(records[one], beside[one]) for one in people if one in records]
    matches = {person: [_match(field, text) for field, text in found] for person, found in marked.items()}
    last = (query.how, *page[-1]) if len(hits.ranked) > limit else None
    how = query.how if hits.total > 0 else "words"
    return Search(views, matches, hits.total, hits.total >= search.most_of(query), how, last, counts)


async def count_facets(sessions: Sessions, filters: Filters) -> Facets:
    """How many of those for whom the filters hold have each level, country, market status, tier and skill."""
    async with sessions.alone() as connection:
        return await search.facets(connection, None, filters)


async def _queries(connection: Driver, words: str, reader: str | None) -> list[Query]:
    if not (queries := await search.read_queries(connection, words, reader)):
        raise Invalid.of("q", 'must hold a word to be found: letters or digits, and not only what is left out with "-"')
    return queries


def _match(field: str, marked: str) -> Match:
    """A value without its marks, and where they were."""
    parts = [part for piece in marked.split(BEGIN) for part in piece.split(END)]
    ends = list(accumulate(len(part) for part in parts))
    return Match(field, "".join(parts), [(ends[index], ends[index + 1]) for index in range(0, len(parts) - 1, 2)])
