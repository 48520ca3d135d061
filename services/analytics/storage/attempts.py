"""Attempts, one row each, with all that they add to the metrics."""

from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from services.analytics.domain.pursuits import AttemptRow, Key


class Counted(NamedTuple):
    """What an attempt's row has added to the counters."""

    number: int
    measures: list[str]
    seconds: list[int]


async def counted(session: AsyncSession, pursuits: Iterable[Key]) -> dict[Key, list[Counted]]:
    """What the attempts of these pursuits have added so far."""
    keys = list(pursuits)
    if not keys:
        return {}
    # LATERAL, so that each pursuit is looked up by the key, whatever PostgreSQL guesses about a large table.
    rows = await session.execute(
        text(
            """
            SELECT found.* FROM unnest(CAST(:persons AS uuid[]), CAST(:positions AS uuid[])) AS wanted (person, position_id)
            CROSS JOIN LATERAL (
                SELECT person, position_id, number, measures, seconds FROM attempts
                WHERE attempts.person = wanted.person AND attempts.position_id = wanted.position_id OFFSET 0
            ) AS found
            """
        ),
        {"persons": [person for person, _ in keys], "positions": [position for _, position in keys]},
    )
    found: dict[Key, list[Counted]] = {}
    for person, position, number, measures, seconds in rows:
        found.setdefault((person, position), []).append(Counted(number, measures, seconds))
    return found


async def pursuits_of(session: AsyncSession, persons: Iterable[UUID]) -> list[Key]:
    """The pursuits of these persons that have an attempt."""
    rows = await session.execute(
        text("SELECT DISTINCT person, position_id FROM attempts WHERE person = ANY(:persons)"), {"persons": list(persons)}
    )
    return [(row.person, row.position_id) for row in rows]


async def pursuits_at(session: AsyncSession, positions: Iterable[UUID]) -> list[Key]:
    """The pursuits at these positions that have an attempt."""
    rows = await session.execute(
        text("SELECT DISTINCT person, position_id FROM attempts WHERE position_id = ANY(:positions)"),
        {"positions": list(positions)},
    )
    return [(row.person, row.position_id) for row in rows]


async def save(session: AsyncSession, rows: Sequence[AttemptRow], *, table: str = "attempts") -> None:
    """Write rows, in the order of their keys so that nobody waits in a circle. ``table`` is one of ours, never input."""
    if not rows:
        return
    ordered = sorted(rows, key=lambda row: (row.person.int, row.position.int, row.number))
    await session.execute(
        text(
            f"""
            INSERT INTO {table} (person, position_id, number, cohort_at, origin, recruiter, via, channel, sender_role, measures,
                ats, seconds)
            SELECT person, position_id, number, cohort_at, origin, recruiter, via, channel, sender_role,
                CAST(measures AS text[]), CAST(ats AS bigint[]), CAST(seconds AS integer[])
            FROM unnest(CAST(:persons AS uuid[]), CAST(:positions AS uuid[]), CAST(:numbers AS integer[]),
                CAST(:cohorts AS timestamptz[]), CAST(:origins AS text[]), CAST(:recruiters AS text[]), CAST(:vias AS text[]),
                CAST(:channels AS text[]), CAST(:roles AS text[]), CAST(:measures AS text[]), CAST(:ats AS text[]),
                CAST(:seconds AS text[]))
                AS one (person, position_id, number, cohort_at, origin, recruiter, via, channel, sender_role, measures, ats,
                    seconds)
            ON CONFLICT (person, position_id, number) DO UPDATE SET cohort_at = excluded.cohort_at, origin = excluded.origin,
                recruiter = excluded.recruiter, via = excluded.via, channel = excluded.channel,
                sender_role = excluded.sender_role, measures = excluded.measures, ats = excluded.ats, seconds = excluded.seconds
            """  # noqa: S608 - the table's name is a constant of this service
        ),
        {
            "persons": [row.person for row in ordered],
            "positions": [row.position for row in ordered],
            "numbers": [row.number for row in ordered],
            "cohorts": [row.cohort_at for row in ordered],
            "origins": [row.origin for row in ordered],
            "recruiters": [row.recruiter for row in ordered],
            "vias": [row.via for row in ordered],
            "channels": [row.channel for row in ordered],
            "roles": [row.sender_role for row in ordered],
            # Arrays of arrays must be rectangles, so each row's array travels as PostgreSQL's text form of it.
            "measures": ["{" + ",".join(row.measures) + "}" for row in ordered],
            "ats": ["{" + ",".join(map(str, row.ats)) + "}" for row in ordered],
            "seconds": ["{" + ",".join(map(str, row.seconds)) + "}" for row in ordered],
        },
    )


async def keep(session: AsyncSession, kept: Mapping[Key, int]) -> None:
    """Delete the attempts of these pursuits beyond the number that each has now."""
    keys = sorted(kept)
    await session.execute(
        text(
            """
            DELETE FROM attempts USING unnest(CAST(:persons AS uuid[]), CAST(:positions AS uuid[]), CAST(:numbers AS integer[]))
                AS now (person, position_id, number)
            WHERE attempts.person = now.person AND attempts.position_id = now.position_id AND attempts.number > now.number
            """
        ),
        {
            "persons": [person for person, _ in keys],
            "positions": [position for _, position in keys],
            "numbers": [kept[key] for key in keys],
        },
    )


async def rows_of(session: AsyncSession, pursuits: Iterable[Key]) -> dict[tuple[UUID, UUID, int], AttemptRow]:
    """The rows of these pursuits."""
    keys = list(pursuits)
    rows = await session.execute(
        text(
            "SELECT person, position_id, number, cohort_at, origin, recruiter, via, channel, sender_role, measures, ats, seconds "
            "FROM attempts WHERE (person, position_id) IN "
            "(SELECT * FROM unnest(CAST(:persons AS uuid[]), CAST(:positions AS uuid[])))"
        ),
        {"persons": [person for person, _ in keys], "positions": [position for _, position in keys]},
    )
    return {(row[0], row[1], row[2]): AttemptRow(*row) for row in rows}


async def persons_without_facts(session: AsyncSession, after: UUID | None, limit: int) -> list[UUID]:
    """The next persons who have attempts and no facts, which is never right; in order, a page at a time."""
    found = await session.scalars(
        text(
            """
            SELECT DISTINCT person FROM attempts WHERE (CAST(:after AS uuid) IS NULL OR person > :after)
                AND NOT EXISTS (SELECT FROM facts WHERE facts.stream = attempts.person)
                AND NOT EXISTS (SELECT FROM links WHERE links.person = attempts.person)
            ORDER BY person LIMIT :limit
            """
        ),
        {"after": after, "limit": limit},
    )
    return list(found)
