"""Who is who, and what is known of people: made from the candidates' snapshots."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

import orjson
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from shared.events import CandidateChanged


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


async def circle(session: AsyncSession, streams: Iterable[UUID]) -> PersonLinks:
    """Who the streams are, as streams or as persons."""
    rows = await session.execute(
        text(
            """
            WITH near AS MATERIALIZED (
                SELECT person FROM links WHERE stream = ANY(:streams)
                UNION SELECT person FROM links WHERE person = ANY(:streams)
                UNION SELECT stream FROM links WHERE stream = ANY(:streams)
            )
            SELECT stream, person FROM links WHERE person IN (SELECT person FROM near)
            UNION SELECT stream, person FROM links WHERE stream IN (SELECT person FROM near)
            """
        ),
        {"streams": list(streams)},
    )
    return PersonLinks({row.stream: row.person for row in rows})


async def link(session: AsyncSession, moves: Mapping[UUID, UUID]) -> None:
    """Say which person each of these streams belongs to."""
    streams = sorted(moves)
    await session.execute(text("DELETE FROM links WHERE stream = ANY(:streams)"), {"streams": streams})
    linked = [stream for stream in streams if moves[stream] != stream]
    await session.execute(
        text("INSERT INTO links (stream, person) SELECT * FROM unnest(CAST(:streams AS uuid[]), CAST(:persons AS uuid[]))"),
        {"streams": linked, "persons": [moves[stream] for stream in linked]},
    )


async def save(session: AsyncSession, snapshots: Sequence[CandidateChanged]) -> None:
    """Keep what the snapshots say of people; ``snapshots`` holds one a candidate."""
    ordered = sorted(snapshots, key=lambda one: one.candidate_id)
    await session.execute(
        text(
            """
            INSERT INTO people (person, level, country, tier, market_status, skills)
            SELECT person, level, country, tier, market_status, ARRAY(SELECT jsonb_array_elements_text(CAST(skills AS jsonb)))
            FROM unnest(CAST(:persons AS uuid[]), CAST(:levels AS text[]), CAST(:countries AS text[]), CAST(:tiers AS text[]),
                CAST(:statuses AS text[]), CAST(:skills AS text[])) AS one (person, level, country, tier, market_status, skills)
            ON CONFLICT (person) DO UPDATE SET level = excluded.level, country = excluded.country, tier = excluded.tier,
                market_status = excluded.market_status, skills = excluded.skills
            WHERE NOT people.erased
            """
        ),
        {
            "persons": [one.candidate_id for one in ordered],
            "levels": [one.level for one in ordered],
            "countries": [one.country for one in ordered],
            "tiers": [one.tier for one in ordered],
            "statuses": [one.market_status for one in ordered],
            "skills": [_as_json(one.skills) for one in ordered],
        },
    )


async def forget(session: AsyncSession, erased: Iterable[UUID]) -> None:
    """Drop what is known of people for good. Their attempts stay counted: numbers name nobody."""
    await session.execute(
        text(
            """
            INSERT INTO people (person, erased) SELECT person, true FROM unnest(CAST(:persons AS uuid[])) AS person
            ON CONFLICT (person) DO UPDATE SET level = NULL, country = NULL, tier = NULL, market_status = NULL, skills = '{}',
                erased = true
            """
        ),
        {"persons": sorted(erased)},
    )


def _as_json(skills: Iterable[str]) -> str:
    return orjson.dumps(sorted({skill.casefold() for skill in skills})).decode()
