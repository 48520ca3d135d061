"""All that a fold of pursuits needs, read in one round trip, and all that comes of it, written in one."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

from services.analytics.domain.pursuits import AttemptRow, Key, Past
from services.analytics.storage import attempts, counters, facts, profiles
from services.analytics.storage.attempts import Counted
from services.analytics.storage.facts import Stored, stored
from services.analytics.storage.unnest import columns, unnest
from shared.attempts import RETRACTION
from shared.db.asyncpg_connection import Driver, write_together

COPY_FROM = 200
"""From so many facts on, COPY costs less than one round trip more."""


@dataclass(slots=True)
class Known:
    """What is stored of pursuits: their facts, the closing times of their positions, and what their attempts have added."""

    facts: list[Stored] = field(default_factory=list)
    closings: dict[UUID, list[datetime]] = field(default_factory=dict)
    counted: dict[Key, list[Counted]] = field(default_factory=dict)

    @classmethod
    async def of(cls, connection: Driver, row: Any) -> "Known":
        """From a row of three arrays."""
        known = await profiles.of(connection, {profile for _, _, _, profile, _ in row["counted"]})
        counted: dict[Key, list[Counted]] = {}
        for person, position, number, profile, seconds in row["counted"]:
            counted.setdefault((person, position), []).append(Counted.read(number, known[profile], seconds))
        closings: dict[UUID, list[datetime]] = {}
        for position, closing in row["closings"]:
            closings.setdefault(position, []).append(closing)
        return cls(stored(row["facts"]), closings, counted)


# LATERAL with OFFSET 0, so that each stream and pursuit is looked up by its key, whatever PostgreSQL guesses about the tables.
_FACT = "stream, position_id, event_id, type, time, CAST(data AS text), received_at"
# The driver may not know yet how to read an array within a row: what is one travels as PostgreSQL's text form of it.
_COUNTED = "person, position_id, number, profile, CAST(lasting AS text)"
_AT = f"""
    SELECT
        ARRAY(
            SELECT stream FROM links WHERE stream = ANY($1) UNION ALL SELECT person FROM links WHERE person = ANY($1)
        ) AS linked,
        ARRAY(
            SELECT found.fact FROM {unnest("uuid", "uuid")} AS wanted (stream, position_id) CROSS JOIN LATERAL (
                SELECT ROW({_FACT}) AS fact FROM facts WHERE facts.stream = wanted.stream AND (
                    facts.position_id = wanted.position_id OR (facts.position_id IS NULL AND facts.type = '{RETRACTION}')
                ) OFFSET 0
            ) AS found
        ) AS facts,
        ARRAY(
            SELECT ROW(position_id, closing) FROM positions, unnest(closings) AS closing WHERE position_id = ANY($2::uuid[])
        ) AS closings,
        ARRAY(
            SELECT found.attempt FROM {unnest("uuid", "uuid")} AS wanted (person, position_id) CROSS JOIN LATERAL (
                SELECT ROW({_COUNTED}) AS attempt FROM attempts
                WHERE attempts.person = wanted.person AND attempts.position_id = wanted.position_id OFFSET 0
            ) AS found
        ) AS counted
"""  # noqa: S608 - constants of this service
_OF = f"""
    WITH found AS MATERIALIZED (
        SELECT fact.* FROM unnest($1::uuid[]) AS wanted (stream) CROSS JOIN LATERAL (
            SELECT * FROM facts WHERE facts.stream = wanted.stream AND ($3::timestamptz IS NULL OR facts.time <= $3)
                AND ($4::timestamptz IS NULL OR coalesce(facts.received_at, facts.time) <= $4)
                AND (facts.position_id IS NOT NULL OR facts.type = '{RETRACTION}') OFFSET 0
        ) AS fact
    ), counted AS MATERIALIZED (SELECT * FROM attempts WHERE person = ANY($2::uuid[]))
    SELECT
        ARRAY(SELECT ROW({_FACT}) FROM found) AS facts,
        ARRAY(
            SELECT ROW(position_id, closing) FROM positions, unnest(closings) AS closing
            WHERE position_id IN (SELECT position_id FROM found UNION SELECT position_id FROM counted)
        ) AS closings,
        ARRAY(SELECT ROW({_COUNTED}) FROM counted) AS counted
"""  # noqa: S608 - constants of this service


async def at(connection: Driver, pairs: Iterable[tuple[UUID, UUID]]) -> tuple[Known, set[UUID]]:
    """What is known of some pursuits of persons of one stream, given as streams and positions.

    Also returns which of the streams are of persons of several, or stand for one: what is known of those must be read whole.
    """
    (row,) = await connection.fetch(_AT, *columns(list(pairs), 2))
    return await Known.of(connection, row), set(row["linked"])


EVER = Past()


async def of(connection: Driver, streams: Iterable[UUID], persons: Iterable[UUID], *, past: Past = EVER) -> Known:
    """All facts of pursuits, and all retractions, of these streams, and what the attempts of these persons have added.

    With a ``past``, only facts of until then.
    """
    (row,) = await connection.fetch(_OF, list(streams), list(persons), *past)
    return await Known.of(connection, row)


async def replace(
    connection: Driver,
    rows: Mapping[Key, Sequence[AttemptRow]],
    counted: Mapping[Key, Sequence[Counted]],
    *,
    fresh: Sequence[tuple[object, ...]] = (),
) -> None:
    """Put rows in the place of what was counted of these pursuits, and add the difference to the counters.

    ``fresh`` are rows of facts that are not stored yet.
    """
    saved = [row for some in rows.values() for row in some]
    await profiles.keep(connection, (row.profile for row in saved))
    if len(fresh) >= COPY_FROM:
        await facts.copy(connection, fresh)
        fresh = ()
    shrunk = {key: len(some) for key, some in rows.items() if len(some) < len(counted.get(key, ()))}
    change = counters.difference(
        ((key[1], one.profile, one.seconds) for key in counted.keys() & rows.keys() for one in counted[key]),
        ((row.position, row.profile, row.seconds) for some in rows.values() for row in some),
    )
    empty = [key for key, some in rows.items() if not some]
    writes = [facts.insert(fresh), attempts.save(saved), *attempts.keep(shrunk), attempts.without(empty), counters.add(change)]
    if wanted := [write for write in writes if write.values[0]]:
        await write_together(connection, wanted)
