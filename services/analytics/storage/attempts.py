"""Attempts, one row each, with all that they add to the metrics."""

from collections.abc import Iterable, Mapping
from typing import NamedTuple
from uuid import UUID

from services.analytics.domain.profiles import Profile
from services.analytics.domain.pursuits import AttemptRow, Key
from services.analytics.storage import profiles
from services.analytics.storage.unnest import TRANSACTION, columns, unnest
from shared.db.asyncpg_connection import Driver, Write

_COLUMNS = (
    "person", "position_id", "number", "cohort_at", "origin", "recruiter", "via", "channel", "sender_role", "first_at", "last_at",
    "first_received_at", "last_received_at", "changes_at", "profile", "times", "lasting",
)  # fmt: skip
# Arrays of arrays must be rectangles, so each row's array travels as PostgreSQL's text form of it.
_TYPES = ("uuid", "uuid", "integer", "timestamptz", *["text"] * 5, *["bigint"] * 6, "text", "text")
_KEY = _COLUMNS[:3]
_SAVE = f"""
    INSERT INTO {{table}} ({", ".join(_COLUMNS)}, version)
    SELECT {", ".join(_COLUMNS[:-2])}, CAST(times AS bigint[]), CAST(lasting AS integer[]), {TRANSACTION}
    FROM {unnest(*_TYPES)} AS fresh ({", ".join(_COLUMNS)})
    ON CONFLICT ({", ".join(_KEY)}) DO UPDATE
    SET {", ".join(f"{column} = excluded.{column}" for column in (*_COLUMNS, "version") if column not in _KEY)}
"""  # noqa: S608 - constants of this service
_BEYOND = f"""
    {unnest("uuid", "uuid", "integer")} AS kept (person, position_id, number)
    WHERE attempts.person = kept.person AND attempts.position_id = kept.position_id AND attempts.number > kept.number
"""
_KEEP = f"DELETE FROM attempts USING {_BEYOND}"  # noqa: S608 - constants of this service
_NOTE = f"""
    INSERT INTO attempts_gone (slot, person, version)
    SELECT attempts.slot, attempts.person, {TRANSACTION} FROM attempts, {_BEYOND}
"""  # noqa: S608 - constants of this service

_WITHOUT = f"""
    INSERT INTO pursuits_without_attempts (person, position_id) SELECT * FROM {unnest("uuid", "uuid")} ON CONFLICT DO NOTHING
"""  # noqa: S608 - constants of this service


class Counted(NamedTuple):
    """What an attempt's row has added to the counters."""

    number: int
    profile: Profile
    seconds: list[int]

    @classmethod
    def read(cls, number: int, profile: Profile, seconds: str) -> "Counted":
        """From PostgreSQL's text form of the array."""
        return cls(number, profile, [] if seconds == "{}" else list(map(int, seconds[1:-1].split(","))))


def save(found: Iterable[AttemptRow], *, table: str = "attempts") -> Write:
    """Writes rows, in the order of their keys so that two who write never deadlock. ``table`` is one of ours, never input."""
    ordered = sorted(found, key=lambda row: (row.person.int, row.position.int, row.number))
    rows = [
        (
            *row[:-3],
            row.profile.id,
            "{" + str(row.times)[1:-1] + "}",
            "{" + str(row.seconds)[1:-1] + "}",
        )
        for row in ordered
    ]
    return Write(_SAVE.format(table=table), columns(rows, len(_COLUMNS)))


def keep(kept: Mapping[Key, int]) -> list[Write]:
    """Deletes the attempts of pursuits beyond the number that each has now, and notes their slots."""
    rows = columns([(person, position, number) for (person, position), number in sorted(kept.items())], 3)
    return [Write(_NOTE, rows), Write(_KEEP, rows)]


def without(pursuits: Iterable[Key]) -> Write:
    """Notes pursuits that have facts and no attempt, or had so once: in a look back they may have one."""
    return Write(_WITHOUT, columns(sorted(pursuits), 2))


async def pursuits_at(connection: Driver, positions: Iterable[UUID]) -> list[Key]:
    """The pursuits at these positions that have an attempt."""
    found = await connection.fetch(
        "SELECT DISTINCT person, position_id FROM attempts WHERE position_id = ANY($1::uuid[])", list(positions)
    )
    return [(person, position) for person, position in found]


async def rows_of(connection: Driver, pursuits: Iterable[Key]) -> dict[tuple[UUID, UUID, int], AttemptRow]:
    """The rows of these pursuits."""
    found = await connection.fetch(
        f"SELECT {', '.join(_COLUMNS)} FROM attempts WHERE (person, position_id) IN (SELECT * FROM {unnest('uuid', 'uuid')})",  # noqa: S608 - constants
        *columns(list(pursuits), 2),
    )
    known = await profiles.of(connection, {row["profile"] for row in found})
    return {
        (row["person"], row["position_id"], row["number"]): AttemptRow(*row)._replace(profile=known[row["profile"]])
        for row in found
    }


async def persons_without_facts(connection: Driver, after: UUID | None, limit: int) -> list[UUID]:
    """The next persons who have attempts and no facts, which is never right; in order, a page at a time."""
    found = await connection.fetch(
        """
        SELECT DISTINCT person FROM attempts WHERE ($1::uuid IS NULL OR person > $1)
            AND NOT EXISTS (SELECT FROM facts WHERE facts.stream = attempts.person)
            AND NOT EXISTS (SELECT FROM links WHERE links.person = attempts.person)
        ORDER BY person LIMIT $2
        """,
        after,
        limit,
    )
    return [person for (person,) in found]
