"""What decides how long people are kept, and who was asked whether they may be kept."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from services.candidates.domain.learning import Evidence
from services.candidates.domain.pursuits import last_sign, was_hired
from services.candidates.domain.retention import Held, Occasion, state_of
from services.candidates.storage import evidence
from shared.db.asyncpg_connection import Driver, Write

_HELD = """
    SELECT person.id, person.record -> 'references', person.country,
        person.record -> 'emails' <> '[]' OR person.record -> 'phones' <> '[]' OR person.record -> 'links' <> '[]',
        stream.ids, stream.sources, stream.made_at, stream.contact_at, asked.at, asked.by
    FROM candidates AS person, LATERAL (
        SELECT array_agg(member.id) AS ids,
            array_agg(split_part(member.reference, ':', 1)) FILTER (WHERE member.reference IS NOT NULL) AS sources,
            min(greatest(member.created_at, (
                SELECT min(received_at) FROM candidate_history WHERE record_id = member.id
            ))) FILTER (WHERE member.is_record) AS made_at,
            max((member.learned ->> 'last_contact_at')::timestamptz) AS contact_at
        FROM candidates AS member WHERE member.person_id = person.id
    ) AS stream LEFT JOIN LATERAL (
        SELECT question.asked_at AS at, question.asked_by AS by FROM retention_questions AS question
        JOIN candidates AS member ON member.id = question.candidate_id
        WHERE member.person_id = person.id ORDER BY question.asked_at DESC LIMIT 1
    ) AS asked ON true
    WHERE person.record IS NOT NULL
    """
_AFTER = f"{_HELD} AND ($1::uuid IS NULL OR person.id > $1) ORDER BY person.id LIMIT $2"
_OF_PERSON = f"{_HELD} AND person.id = $1"
_ASK = """
    INSERT INTO retention_questions (candidate_id, asked_at, asked_by) VALUES ($1, $2, $3)
    ON CONFLICT (candidate_id) DO UPDATE SET asked_at = excluded.asked_at, asked_by = excluded.asked_by
        WHERE excluded.asked_at > retention_questions.asked_at
    """


@dataclass(frozen=True, slots=True)
class HeldPerson:
    """A person, and what decides how long they are kept."""

    candidate_id: UUID
    references: Sequence[str]
    held: Held
    """Without whether they are in play, which follows from the evidence and the closings of its positions."""
    asked_by: str | None
    evidence: Sequence[Evidence]


async def after(connection: Driver, candidate: UUID | None, limit: int) -> list[HeldPerson]:
    """People in the order of their ids, after one."""
    return await _people(connection, await connection.fetch(_AFTER, candidate, limit))


async def of_person(connection: Driver, candidate: UUID) -> HeldPerson | None:
    """The person whose record a stream holds, or None."""
    return next(iter(await _people(connection, await connection.fetch(_OF_PERSON, candidate))), None)


def asking(candidate: UUID, at: datetime, by: str) -> Write:
    """Note that a person was asked; an earlier question is replaced, a later one stays."""
    return Write(_ASK, (candidate, at, by))


def forgetting(streams: Collection[UUID]) -> Write:
    """Forget that these were asked."""
    return Write("DELETE FROM retention_questions WHERE candidate_id = ANY($1::uuid[])", (list(streams),))


async def _people(connection: Driver, rows: Sequence[Sequence[Any]]) -> list[HeldPerson]:
    kept = await evidence.of_streams(connection, [stream for row in rows for stream in row[4]])
    return [_person(row, [one for stream in row[4] for one in kept[stream]]) for row in rows]


def _person(row: Sequence[Any], facts: Sequence[Evidence]) -> HeldPerson:
    candidate, references, country, is_reachable, _, sources, made_at, contact_at, asked_at, asked_by = row
    found: dict[Occasion, datetime | None] = {"record": made_at, "contact": contact_at, "response": last_sign(facts)}
    times = {occasion: at for occasion, at in found.items() if at is not None}
    state = state_of(times, is_hired=was_hired(facts))
    held = Held(state, country, frozenset(sources or ()), times, is_reachable, asked_at)
    return HeldPerson(candidate, references, held, asked_by, facts)
