"""Who is who, and what is known of people: made from the candidates' snapshots."""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple
from uuid import UUID

import orjson

from services.analytics.storage.unnest import TRANSACTION, columns, unnest
from shared.db.asyncpg_connection import Driver
from shared.events import CandidateChanged
from shared.skills import skill_keys


@dataclass(frozen=True, slots=True)
class PersonLinks:
    """Which person some streams belong to, and all streams of those persons. A stream without a link is its own person."""

    links: Mapping[UUID, UUID]

    def person_of(self, stream: UUID) -> UUID:
        """The person that a stream belongs to."""
        return self.links.get(stream, stream)

    def streams_of(self, persons: Iterable[UUID]) -> set[UUID]:
        """All streams of these persons."""
        wanted = set(persons)
        own = {person for person in wanted if person not in self.links}
        return own | {stream for stream, person in self.links.items() if person in wanted}

    @property
    def persons(self) -> set[UUID]:
        """The persons who have a stream besides their own."""
        return set(self.links.values())


async def links_of(connection: Driver, streams: Iterable[UUID]) -> PersonLinks:
    """Who the streams are, as streams or as persons."""
    found = await connection.fetch(
        """
        WITH near AS MATERIALIZED (
            SELECT person FROM links WHERE stream = ANY($1::uuid[])
            UNION SELECT person FROM links WHERE person = ANY($1)
            UNION SELECT stream FROM links WHERE stream = ANY($1)
        )
        SELECT stream, person FROM links WHERE person IN (SELECT person FROM near)
        UNION SELECT stream, person FROM links WHERE stream IN (SELECT person FROM near)
        """,
        list(streams),
    )
    return PersonLinks(dict(found))


async def link(connection: Driver, moves: Mapping[UUID, UUID]) -> None:
    """Say which person each of these streams belongs to."""
    linked = sorted((stream, person) for stream, person in moves.items() if stream != person)
    await connection.fetch("DELETE FROM links WHERE stream = ANY($1::uuid[])", sorted(moves))
    await connection.copy_records_to_table("links", records=linked, columns=("stream", "person"))


_COLUMNS = (
    "person", "level", "country", "tier", "market_status", "years", "salary", "currency", "updated_at", "attributes", "skills",
)  # fmt: skip
_TYPES = ("uuid", "text", "text", "text", "text", "float8", "float8", "text", "timestamptz", "text", "text")
_KEPT = ", ".join(
    (
        *(f"fresh.{column}" for column in _COLUMNS[1:-2]),
        "CAST(fresh.attributes AS jsonb)",
        "ARRAY(SELECT jsonb_array_elements_text(CAST(fresh.skills AS jsonb)))",
        TRANSACTION,
    )
)
# An INSERT with ON CONFLICT takes a number for each row, even where it inserts none.
_SAVE = f"""
    WITH fresh AS MATERIALIZED (SELECT * FROM {unnest(*_TYPES)} AS one ({", ".join(_COLUMNS)})), updated AS (
        UPDATE people SET ({", ".join(_COLUMNS[1:])}, version) = ROW({_KEPT})
        FROM fresh WHERE people.person = fresh.person AND NOT people.erased
    ), added AS (
        INSERT INTO people ({", ".join(_COLUMNS)}, version) SELECT fresh.person, {_KEPT} FROM fresh
        WHERE NOT EXISTS (SELECT FROM people WHERE people.person = fresh.person)
    )
    SELECT fresh.person, links.person AS belonged, people.person IS NOT NULL, people.market_status, people.updated_at
    FROM fresh LEFT JOIN links ON links.stream = fresh.person LEFT JOIN people ON people.person = fresh.person
"""  # noqa: S608 - constants of this service


class Before(NamedTuple):
    """What was known of a stream before a snapshot."""

    person: UUID
    """Who it belonged to."""
    is_known: bool
    market_status: str | None
    updated_at: datetime | None


def _row(one: CandidateChanged, at: datetime) -> tuple[object, ...]:
    attributes = None if one.attributes is None else orjson.dumps(one.attributes).decode()
    return (
        one.candidate_id, one.level, one.country, one.tier, one.market_status, one.years_experience, one.salary_amount,
        one.salary_currency, at, attributes, orjson.dumps(skill_keys(one.skills)).decode(),
    )  # fmt: skip


async def save(connection: Driver, snapshots: Iterable[tuple[CandidateChanged, datetime]]) -> dict[UUID, Before]:
    """Keep what the snapshots, one a candidate with its time, say of people; returns what was known of them so far."""
    ordered = sorted(snapshots, key=lambda one: one[0].candidate_id)
    found = await connection.fetch(_SAVE, *columns([_row(one, at) for one, at in ordered], len(_TYPES)))
    return {stream: Before(belonged or stream, *known) for stream, belonged, *known in found}


async def mark(connection: Driver, streams: Iterable[UUID]) -> None:
    """Have whoever follows people look anew at those of these streams, though their records are as before; in order of ids."""
    await connection.fetch(
        f"""
        UPDATE people SET version = {TRANSACTION} FROM (
            SELECT person FROM people
            WHERE person = ANY($1::uuid[]) OR person IN (SELECT person FROM links WHERE stream = ANY($1))
            ORDER BY person FOR NO KEY UPDATE
        ) AS marked WHERE people.person = marked.person
        """,  # noqa: S608 - a constant
        sorted(streams),
    )


async def described(connection: Driver, streams: Iterable[UUID]) -> list[UUID]:
    """Those of the streams of which something is known that describes the person."""
    found = await connection.fetch("SELECT person FROM people WHERE person = ANY($1::uuid[]) AND NOT erased", list(streams))
    return [person for (person,) in found]


async def forget(connection: Driver, removed: Mapping[UUID, Mapping[str, int]]) -> dict[UUID, dict[str, int]]:
    """Drop what is known of people for good. Their attempts stay counted: numbers name nobody.

    ``removed`` is how much is removed of each, by kind; returns how much that is by now, whenever it was.
    """
    before = await connection.fetch(
        "SELECT person, removed::text FROM people WHERE person = ANY($1::uuid[]) AND removed IS NOT NULL", list(removed)
    )
    known = {person: orjson.loads(counts) for person, counts in before}
    totals = {person: dict(Counter(counts) + Counter(known.get(person, {}))) for person, counts in sorted(removed.items())}
    await connection.fetch(
        f"""
        INSERT INTO people (person, erased, removed, version) SELECT person, true, removed, {TRANSACTION}
        FROM unnest($1::uuid[], $2::jsonb[]) AS gone (person, removed)
        ON CONFLICT (person) DO UPDATE SET level = NULL, country = NULL, tier = NULL, market_status = NULL, years = NULL,
            salary = NULL, currency = NULL, attributes = NULL, skills = '{{}}', erased = true, removed = excluded.removed,
            version = excluded.version
        """,  # noqa: S608 - a constant of this module
        list(totals),
        [orjson.dumps(counts).decode() for counts in totals.values()],
    )
    return totals
