"""Find people by words, best match first, and say what matched.

PostgreSQL's full text search finds them (configuration ``candidate_words``: no accents, no endings), trigrams find names that are
spelled otherwise. Of very many matches the first ``MOST_RANKED`` that the index yields are ranked and counted.
"""

import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, fields
from datetime import datetime
from typing import Any, Literal
from uuid import UUID

from services.candidates.storage.listing import all_of
from shared.db.asyncpg_connection import Driver
from shared.skills import skill_keys

MOST_RANKED = 5_000
MOST_ALIKE = 500
LEAST_ALIKE = 0.4
"""Of pg_trgm's similarity, from 0 to 1: below it a name is another name."""
MOST_OF_A_FACET = 50

How = Literal["words", "names"]
BEGIN, END = "\x02", "\x03"
"""Around what matched; no text of a record holds control characters."""

_READ = """
    WITH asked AS (SELECT websearch_to_tsquery('candidate_words', $1) AS query)
    SELECT querytree(query) NOT IN ('', 'T'),
        CASE WHEN query::text ~ '''$' AND $1 ~ '[[:alnum:]]$' THEN query::text || ':*' ELSE query::text END FROM asked
    """

_ALIKE = "similarity(folded_name, folded($1))"
_HOW: dict[How, tuple[str, str, int]] = {
    "words": ("words @@ $1::text::tsquery", "ts_rank(words, $1::text::tsquery, 1)", MOST_RANKED),
    "names": (f"folded_name % folded($1) AND {_ALIKE} >= {LEAST_ALIKE}", _ALIKE, MOST_ALIKE),
}
"""What must hold, the rank, and how many are looked at at most."""

_MARKED = """
    SELECT candidates.id, field, ts_headline('candidate_words', value, $2::text::tsquery, $3)
    FROM candidates, LATERAL (VALUES
        (1, 'name', record ->> 'name'), (2, 'title', record ->> 'title'), (3, 'company', record ->> 'company'),
        (4, 'skills', (SELECT string_agg(skill, E'\\n') FROM jsonb_array_elements_text(record -> 'skills') AS skill)),
        (5, 'location.city', record #>> '{location,city}'), (6, 'past', past)
    ) AS shown (number, field, value)
    WHERE candidates.id = ANY($1::uuid[]) AND record IS NOT NULL AND to_tsvector('candidate_words', value) @@ $4::text::tsquery
    ORDER BY number
    """
_AND = re.compile(r"&|<(?:-|\d+)>")
_OPTIONS = f"HighlightAll=true, StartSel={BEGIN}, StopSel={END}"


@dataclass(frozen=True, slots=True)
class Filters:
    """What must hold of a person's record; None and an empty list ask for nothing.

    ``skills``: all of them; ``any_skill``: one of them, at least. ``contact_keys``: one contact detail, as ``domain/contact.py``
    compares it. ``salary_to`` needs ``currency``. ``last_contact_before``: nobody contacted the person since.
    """

    skills: Sequence[str] = ()
    any_skill: Sequence[str] = ()
    level: str | None = None
    country: str | None = None
    market_status: str | None = None
    tier: str | None = None
    contact_keys: Sequence[str] = ()
    city: str | None = None
    years_from: float | None = None
    years_to: float | None = None
    salary_to: float | None = None
    currency: str | None = None
    source: str | None = None
    last_contact_before: datetime | None = None

    def given(self) -> dict[str, Any]:
        """What is asked for, by name; None for the rest."""
        named = {one.name: getattr(self, one.name) for one in fields(self)}
        return {"email" if name == "contact_keys" else name: value or None for name, value in named.items()}

    def conditions(self) -> dict[str, Any]:
        """Conditions, in which $n stands for the value beside them; none where that is None."""
        return {
            "skills @> $n": skill_keys(self.skills) or None,
            "skills && $n": skill_keys(self.any_skill) or None,
            "contact_keys && $n": list(self.contact_keys) or None,
            "level = $n": self.level,
            "country = $n": self.country,
            "market_status = $n": self.market_status,
            "tier = $n": self.tier,
            "folded(record #>> '{location,city}') = folded($n)": self.city,
            "(record ->> 'years_experience')::float8 >= $n": self.years_from,
            "(record ->> 'years_experience')::float8 <= $n": self.years_to,
            "(record #>> '{salary,amount}')::float8 <= $n": self.salary_to,
            "record #>> '{salary,currency}' = $n": self.currency,
            "$n IN (SELECT split_part(one, ':', 1) FROM jsonb_array_elements_text(record -> 'references') AS one)": self.source,
            "coalesce((SELECT max((member.learned ->> 'last_contact_at')::timestamptz) FROM candidates AS member"
            " WHERE member.person_id = candidates.id), '-infinity') < $n": self.last_contact_before,
        }


@dataclass(frozen=True, slots=True)
class Query:
    """What was asked for, as PostgreSQL searches it: a tsquery, or a name to be like."""

    how: How
    text: str


@dataclass(frozen=True, slots=True)
class Hits:
    """How many were found, at most as many as are ranked; and some of them with their ranks, the best first."""

    total: int
    ranked: list[tuple[float, UUID]]


async def read_query(connection: Driver, text: str) -> Query | None:
    """The query that words, "phrases", or and - make; the last word may be the beginning of one. None where it names no word."""
    [(finds_something, query)] = await connection.fetch(_READ, text)
    return Query("words", query) if finds_something else None


def most_of(query: Query) -> int:
    """How many matches are looked at, at most."""
    return _HOW[query.how][2]


async def find(
    connection: Driver, query: Query, conditions: Mapping[str, Any], *, after: tuple[float, UUID] | None, limit: int
) -> Hits:
    """Those who match and for whom the conditions hold, by rank and id, after a rank and id."""
    found, values = _found(query, conditions)
    rank, person = after if after is not None else (None, None)
    place = len(values) + 1
    rows = await connection.fetch(
        f"WITH found AS MATERIALIZED ({found}), all_of_them AS (SELECT count(*) AS total FROM found)"  # noqa: S608 - constants
        f" SELECT total, rank, id FROM all_of_them LEFT JOIN LATERAL (SELECT rank, id FROM found"
        f" WHERE ${place}::float8 IS NULL OR rank < ${place} OR (rank = ${place} AND id > ${place + 1}::uuid)"
        f" ORDER BY rank DESC, id LIMIT ${place + 2}) AS best ON true ORDER BY rank DESC, id",
        *values,
        rank,
        person,
        limit,
    )
    return Hits(rows[0][0], [(row[1], row[2]) for row in rows if row[2] is not None])


async def facets(connection: Driver, query: Query | None, conditions: Mapping[str, Any]) -> dict[str, dict[str, int]]:
    """How many of those found have each value, by facet, the most frequent first; without a query, of the first in id order."""
    found, values = _found(query, conditions)
    rows = await connection.fetch(
        f"""
        WITH found AS MATERIALIZED ({found}), facet AS (
            SELECT name, value FROM found JOIN candidates USING (id), LATERAL (VALUES
                ('level', level), ('country', country), ('market_status', market_status), ('tier', tier)) AS one (name, value)
            WHERE value IS NOT NULL
            UNION ALL
            SELECT 'skill', unnest(skills) FROM found JOIN candidates USING (id)
        ), counted AS (
            SELECT name, value, count(*) AS people, row_number() OVER (PARTITION BY name ORDER BY count(*) DESC, value) AS place
            FROM facet GROUP BY name, value
        )
        SELECT name, value, people FROM counted WHERE place <= {MOST_OF_A_FACET} ORDER BY name, place
        """,  # noqa: S608 - constants
        *values,
    )
    counts: dict[str, dict[str, int]] = {name: {} for name in ("level", "country", "market_status", "tier", "skill")}
    for name, value, people in rows:
        counts[name][value] = people
    return counts


async def marked(connection: Driver, query: Query, people: Collection[UUID]) -> dict[UUID, list[tuple[str, str]]]:
    """What of each person matched: fields and their values, with BEGIN and END around the words."""
    found: dict[UUID, list[tuple[str, str]]] = {person: [] for person in people}
    if query.how == "words":
        any_of_them = _AND.sub("|", query.text)
        for person, field, text in await connection.fetch(_MARKED, list(people), query.text, _OPTIONS, any_of_them):
            found[person] += [(field, line) for line in text.split("\n") if BEGIN in line]
    return found


def _found(query: Query | None, conditions: Mapping[str, Any]) -> tuple[str, list[Any]]:
    """A statement that finds people, with ranks, and its values."""
    where, values = all_of(conditions, behind=1 if query else 0)
    if query is None:
        return f"SELECT id FROM candidates WHERE record IS NOT NULL{where} ORDER BY id LIMIT {MOST_RANKED}", values  # noqa: S608
    matches, rank, most = _HOW[query.how]
    order = " ORDER BY rank DESC, id" if query.how == "names" else ""
    statement = (
        f"SELECT id, ({rank})::float8 AS rank FROM candidates"  # noqa: S608 - constants
        f" WHERE record IS NOT NULL AND {matches}{where}{order} LIMIT {most}"
    )
    return statement, [query.text, *values]
