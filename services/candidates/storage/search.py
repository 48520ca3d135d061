"""Find people by words, best match first, and say what matched.

PostgreSQL's full text search finds them (configuration ``candidate_words``: no accents, no endings), trigrams find names that are
spelled otherwise. Of very many matches the first ``MOST_RANKED`` that the index yields are ranked and counted.
"""

import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass, fields
from datetime import datetime
from typing import Any, Literal
from uuid import UUID

from services.candidates.domain.nearby import cities_within
from services.candidates.storage.listing import all_of
from shared.db.asyncpg_connection import Driver
from shared.skills import skill_keys

MOST_RANKED = 1_000
NEAR_KM = 50.0
"""How near is near, where nobody says."""
MOST_ALIKE = 500
LEAST_ALIKE = 0.4
"""Of pg_trgm's similarity, from 0 to 1: below it a name is another name."""
MOST_OF_A_FACET = 50

How = Literal["words", "beginnings", "names"]
BEGIN, END = "\x02", "\x03"
"""Around what matched; no text of a record holds control characters."""

_READ = """
    WITH asked AS (SELECT websearch_to_tsquery('candidate_words', $1) AS query)
    SELECT querytree(query) NOT IN ('', 'T'), query::text, query::text ~ '''$' AND $1 ~ '[[:alnum:]]$' FROM asked
    """
_ALIKE = "similarity(folded_name, folded($1))"

_MARKED = """
    SELECT candidates.id, field, ts_headline('candidate_words', value, $2::text::tsquery, $3)
    FROM candidates, LATERAL (VALUES
        (1, 'name', record ->> 'name'), (2, 'title', record ->> 'title'), (3, 'company', record ->> 'company'),
        (4, 'skills', (SELECT string_agg(skill, E'\\n') FROM jsonb_array_elements_text(record -> 'skills') AS skill)),
        (5, 'location.city', record #>> '{location,city}'), (6, 'past', past), (7, 'insights', insights), (8, 'notes', notes)
    ) AS shown (number, field, value)
    WHERE candidates.id = ANY($1::uuid[]) AND record IS NOT NULL AND to_tsvector('candidate_words', value) @@ $4::text::tsquery
    ORDER BY number
    """
_VETTED = "SELECT vetted.person_id FROM candidates AS vetted WHERE vetted.vetted_until IS NOT NULL"
_CITY = "(record #>> '{location,country}') || '|' || (record #>> '{location,city}')"
_NAMED = "SELECT folded(one) FROM unnest($n::text[]) AS one"
_NOTES_SEEN = """
    candidate_notes AS note JOIN candidates AS member ON member.id = note.candidate_id
    WHERE note.visible_to IS NOT NULL AND ${reader} = ANY(note.visible_to) AND note.words @@ ${words}::text::tsquery
        AND NOT EXISTS (SELECT FROM candidate_notes AS later WHERE later.supersedes = note.id)
    """
"""Notes for some recruiters, the reader among them, in which some of the words stand."""
_MARKED_NOTES = f"""
    SELECT member.person_id, 'notes', ts_headline('candidate_words', note.text, $2::text::tsquery, $3)
    FROM {_NOTES_SEEN.format(reader="5::text", words=4)} AND member.person_id = ANY($1::uuid[]) ORDER BY note.observed_at DESC
    """  # noqa: S608 - constants
_NO_NAME = re.compile(r"[\d@]")
_OPERATOR = re.compile(r"('(?:[^']|'')*')|(&|<(?:-|\d+)>)|!")
_OPTIONS = f"HighlightAll=true, StartSel={BEGIN}, StopSel={END}"


@dataclass(frozen=True, slots=True)
class Filters:
    """What must hold of a person's record; None and an empty list ask for nothing.

    ``skills``: all of them; ``any_skill``: one of them, at least. ``contact_keys``: one contact detail, as ``domain/contact.py``
    compares it. ``salary_to`` needs ``currency``. ``last_contact_before``: nobody contacted the person since. ``vetted``: now.
    ``near`` is a place as ``domain/nearby.py`` reads it; who has no city and country is near nothing.
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
    near: str | None = None
    within_km: float | None = None
    pool: UUID | None = None
    vetted: bool | None = None

    def given(self) -> dict[str, Any]:
        """What is asked for, by name; None for the rest."""
        named = {one.name: getattr(self, one.name) for one in fields(self)}
        return {
            "email" if name == "contact_keys" else name: None if value in ((), []) else value for name, value in named.items()
        }

    def _near(self) -> list[str] | None:
        return None if self.near is None else list(cities_within(self.near, self.within_km or NEAR_KM))

    def words(self) -> str:
        """A tsquery of what ``candidates.words`` holds of the filters; empty where they ask for none of it."""
        named = {"level": self.level, "country": self.country, "market_status": self.market_status, "tier": self.tier}
        asked = [_word(f"{name}:{value}") for name, value in named.items() if value is not None]
        asked += [_word(f"skill:{skill}") for skill in skill_keys(self.skills)]
        if self.any_skill:
            asked.append("(" + " | ".join(_word(f"skill:{skill}") for skill in skill_keys(self.any_skill)) + ")")
        return " & ".join(asked)

    def conditions(self) -> dict[str, Any]:
        """Conditions, in which $n stands for the value beside them; none where that is None."""
        return self.beside_words() | {
            "skills @> $n": skill_keys(self.skills) or None,
            "skills && $n": skill_keys(self.any_skill) or None,
            "level = $n": self.level,
            "country = $n": self.country,
            "market_status = $n": self.market_status,
            "tier = $n": self.tier,
        }

    def beside_words(self) -> dict[str, Any]:
        """The conditions that ``words`` says nothing of."""
        sources = "SELECT split_part(one, ':', 1) FROM jsonb_array_elements_text(record -> 'references') AS one"
        last_contact = (
            "SELECT max((member.learned ->> 'last_contact_at')::timestamptz) FROM candidates AS member"
            " WHERE member.person_id = candidates.id"
        )
        return {
            "contact_keys && $n": list(self.contact_keys) or None,
            "folded(record #>> '{location,city}') = folded($n)": self.city,
            "(record ->> 'years_experience')::float8 >= $n": self.years_from,
            "(record ->> 'years_experience')::float8 <= $n": self.years_to,
            "(record #>> '{salary,amount}')::float8 <= $n": self.salary_to,
            "record #>> '{salary,currency}' = $n": self.currency,
            f"$n IN ({sources})": self.source,
            f"coalesce(({last_contact}), '-infinity') < $n": self.last_contact_before,
            f"folded({_CITY}) IN ({_NAMED})": self._near(),
            "id IN (SELECT person_id FROM pool_members WHERE pool_id = $n)": self.pool,
            f"$n AND id IN ({_VETTED})": self.vetted or None,
            f"$n AND id NOT IN ({_VETTED})": (not self.vetted or None) if self.vetted is not None else None,
        }


@dataclass(frozen=True, slots=True)
class Query:
    """What was asked for, as PostgreSQL searches it: a tsquery, or a name to be like."""

    how: How
    text: str
    reader: str | None
    """The recruiter who asks, who finds by the notes that they may see."""


@dataclass(frozen=True, slots=True)
class Hits:
    """How many were found, at most as many as are ranked; and some of them with their ranks, the best first."""

    total: int
    ranked: list[tuple[float, UUID]]


async def read_queries(connection: Driver, text: str, reader: str | None) -> list[Query]:
    """What words, "phrases", or and - ask for, in the order in which it is tried; nothing where no word is named.

    With the last word as it stands; then as a beginning, which costs much where many words begin so; then as a name to be like.
    """
    [(finds_something, query, may_begin)] = await connection.fetch(_READ, text)
    if not finds_something:
        return []
    beginnings = [Query("beginnings", f"{query}:*", reader)] if may_begin else []
    return [Query("words", query, reader), *beginnings, *([] if _NO_NAME.search(text) else [Query("names", text, reader)])]


def most_of(query: Query) -> int:
    """How many matches are looked at, at most."""
    return MOST_ALIKE if query.how == "names" else MOST_RANKED


async def find(connection: Driver, query: Query, filters: Filters, *, after: tuple[float, UUID] | None, limit: int) -> Hits:
    """Those who match and for whom the filters hold, by rank and id, after a rank and id."""
    found, values = _found(query, filters)
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


async def facets(connection: Driver, query: Query | None, filters: Filters) -> dict[str, dict[str, int]]:
    """How many of those found have each value, by facet, the most frequent first; without a query, of the first in id order."""
    found, values = _found(query, filters)
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
    if query.how != "names":
        values = (list(people), query.text, _OPTIONS, _any_of(query.text))
        rows = await connection.fetch(_MARKED, *values)
        if query.reader is not None:
            rows = [*rows, *await connection.fetch(_MARKED_NOTES, *values, query.reader)]
        for person, field, text in rows:
            found[person] += [(field, line) for line in text.split("\n") if BEGIN in line]
    return found


def _found(query: Query | None, filters: Filters) -> tuple[str, list[Any]]:
    """A statement that finds people, with ranks, and its values."""
    start = "candidates WHERE record IS NOT NULL"
    if query is None:
        where, values = all_of(filters.conditions(), behind=0)
        return f"SELECT id FROM {start}{where} ORDER BY id LIMIT {MOST_RANKED}", values  # noqa: S608 - constants
    if query.how == "names":
        where, values = all_of(filters.conditions(), behind=1)
        alike = f"folded_name % folded($1) AND {_ALIKE} >= {LEAST_ALIKE}"
        statement = (
            f"SELECT id, {_ALIKE}::float8 AS rank FROM {start} AND {alike}{where} ORDER BY rank DESC, id LIMIT {MOST_ALIKE}"  # noqa: S608
        )
        return statement, [query.text, *values]
    where, values = all_of(filters.beside_words(), behind=2)
    statement = (
        f"SELECT id, ts_rank(words, $1::text::tsquery, 1)::float8 AS rank FROM {start}"  # noqa: S608 - constants
        f" AND words @@ $2::text::tsquery{where} LIMIT {MOST_RANKED}"
    )
    words = filters.words()
    asked = [query.text, f"({query.text}) & {words}" if words else query.text, *values]
    return (statement, asked) if query.reader is None else _with_notes(statement, asked, filters, query.reader)


def _with_notes(statement: str, values: list[Any], filters: Filters, reader: str) -> tuple[str, list[Any]]:
    """A statement that finds people by words; of whom a reader may see further notes, those and the words of the record together
    are asked.
    """
    where, further = all_of(filters.conditions(), behind=len(values) + 2)
    seen = _NOTES_SEEN.format(reader=f"{len(values) + 1}::text", words=len(values) + 2)
    together = f"""
        WITH seen AS MATERIALIZED (
            SELECT member.person_id AS seen_of, to_tsvector('candidate_words', string_agg(note.text, E'\n')) AS seen_words
            FROM {seen} GROUP BY member.person_id
        )
        SELECT id, rank FROM ({statement}) AS by_record WHERE id NOT IN (SELECT seen_of FROM seen)
        UNION ALL (
            SELECT id, ts_rank(words, $1::text::tsquery, 1)::float8 AS rank FROM seen JOIN candidates ON id = seen_of
            WHERE record IS NOT NULL AND (words || seen_words) @@ $1::text::tsquery{where} LIMIT {MOST_RANKED})
        """  # noqa: S608 - constants
    return together, [*values, reader, _any_of(values[0]), *further]


def _any_of(query: str) -> str:
    """A tsquery of any of the words of a query, of those too that it leaves out."""
    return _OPERATOR.sub(lambda part: part[1] or ("|" if part[2] else ""), query)


def _word(text: str) -> str:
    """A lexeme as a tsquery has it."""
    quoted = text.replace("\\", "\\\\").replace("'", "''")
    return f"'{quoted}'"
