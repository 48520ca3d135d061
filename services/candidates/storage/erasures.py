"""Whom we have forgotten, by id alone, and which services have confirmed it."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import orjson

from services.candidates.domain.erasures import ON_BUS, Erasure, ServiceAnswer, Status
from shared.db.asyncpg_connection import Driver, Write

AGAIN_AFTER = timedelta(seconds=30)
"""An erasure is published again after this long at the earliest, and then whenever its age has doubled, or a day has passed."""
AGAIN_EVERY = timedelta(days=1)

_HELD = {
    "records": "SELECT count(*) FROM candidates WHERE id = ANY($1::uuid[]) AND is_record",
    "history_entries": "SELECT count(*) FROM candidate_history WHERE record_id = ANY($1)",
    "learned_facts": "SELECT count(*) FROM candidate_evidence WHERE candidate_id = ANY($1)",
    "kept_answers": "SELECT count(*) FROM idempotency_keys WHERE status IS NOT NULL AND names && $1",
    "import_rows": "SELECT count(*) FROM import_rows WHERE candidate_id = ANY($1)",
    "insights": "SELECT count(*) FROM candidate_insights WHERE candidate_id = ANY($1)",
    "notes": "SELECT count(*) FROM candidate_notes WHERE candidate_id = ANY($1)",
    "files": "SELECT count(*) FROM candidate_files WHERE candidate_id = ANY($1) AND digest IS NOT NULL",
    "suspected_duplicates": "SELECT count(*) FROM duplicate_pairs WHERE one = ANY($1) OR other = ANY($1)",
    "duplicate_decisions": "SELECT count(*) FROM duplicate_decisions WHERE one = ANY($1) OR other = ANY($1)",
    "retention_questions": "SELECT count(*) FROM retention_questions WHERE candidate_id = ANY($1)",
    "referrals": "SELECT count(*) FROM referrals WHERE candidate_id = ANY($1) OR referrer_id = ANY($1)",
    "cleansing_actions": "SELECT count(*) FROM cleansing_people WHERE candidate_id = ANY($1)",
    "pool_memberships": (
        "SELECT (SELECT count(*) FROM pool_members WHERE person_id = ANY($1))"
        " + (SELECT count(*) FROM pool_hands WHERE candidate_id = ANY($1))"
    ),
    "pool_events": "SELECT count(*) FROM pool_events WHERE candidate_id = ANY($1)",
}
"""How much of each kind is held of streams ``$1``."""
_ADD = """
    INSERT INTO erasures (id, streams, requested_by, erased_at, done_at, publish_again_at) VALUES ($1, $2, $3, $4, $5, $6)
"""
_ADD_ANSWERS = """
    INSERT INTO erasure_services (erasure_id, service, missing, removed, confirmed_at)
    SELECT $1, service, CASE WHEN confirmed_at IS NULL THEN $2::uuid[] ELSE '{}' END, removed, confirmed_at
    FROM unnest($3::text[], $4::jsonb[], $5::timestamptz[]) AS answer (service, removed, confirmed_at)
"""
_READ = """
    SELECT id, streams, requested_by, erased_at, done_at, (
        SELECT json_agg(json_build_array(service, missing, removed, confirmed_at, confirmed_by)
            ORDER BY service <> 'candidates', service)
        FROM erasure_services WHERE erasure_id = id)::text
    FROM erasures
"""
_CONFIRM = """
    WITH confirmed AS (
        UPDATE erasure_services SET missing = $3::uuid[], removed = $4::jsonb, confirmed_at = $5, confirmed_by = $6
        WHERE erasure_id = $1 AND service = $2
    )
    UPDATE erasures SET done_at = $5
    WHERE id = $1 AND done_at IS NULL AND $5::timestamptz IS NOT NULL AND NOT EXISTS (
        SELECT FROM erasure_services WHERE erasure_id = $1 AND service <> $2 AND confirmed_at IS NULL)
"""
_OLDEST = """
    SELECT service, extract(epoch FROM clock_timestamp() - min(erased_at)) FROM erasure_services
    JOIN erasures ON id = erasure_id WHERE confirmed_at IS NULL GROUP BY service
"""
_DUE_AGAIN = """
    UPDATE erasures SET publish_again_at = $1::timestamptz + greatest($2::interval, least($1 - erased_at, $3::interval))
    WHERE id IN (
        SELECT id FROM erasures WHERE done_at IS NULL AND publish_again_at <= $1
        ORDER BY publish_again_at LIMIT $4 FOR UPDATE SKIP LOCKED)
    RETURNING ARRAY(
        SELECT DISTINCT unnest(missing) FROM erasure_services WHERE erasure_id = id AND service = ANY($5::text[]))
"""


async def held(connection: Driver, streams: Collection[UUID]) -> dict[str, int]:
    """How much is held of these streams here, by kind; of what there is none, nothing."""
    (counts,) = await connection.fetch("SELECT " + ", ".join(f"({query})" for query in _HELD.values()), list(streams))
    return {kind: count for kind, count in zip(_HELD, counts, strict=True) if count}


def adding(erasure: Erasure) -> list[Write]:
    """Store an erasure, and whom it waits for."""
    again_at = erasure.erased_at + AGAIN_AFTER
    stored = (erasure.id, list(erasure.streams), erasure.requested_by, erasure.erased_at, erasure.done_at, again_at)
    answers = (
        [one.service for one in erasure.answers],
        [orjson.dumps(one.removed).decode() for one in erasure.answers],
        [one.confirmed_at for one in erasure.answers],
    )
    return [Write(_ADD, stored), Write(_ADD_ANSWERS, (erasure.id, list(erasure.streams), *answers))]


async def find(connection: Driver, erasure: UUID, *, lock: bool = False) -> Erasure | None:
    """The erasure, or None. ``lock`` keeps others from confirming it until the transaction ends."""
    if lock:
        await connection.execute("SELECT FROM erasures WHERE id = $1 FOR UPDATE", erasure)
    rows = await connection.fetch(f"{_READ} WHERE id = $1", erasure)
    return next(map(_erasure, rows), None)


async def page(
    connection: Driver, *, status: Status | None, service: str | None, after: tuple[datetime, UUID] | None, limit: int
) -> Sequence[Erasure]:
    """Erasures, the oldest first, after a place. With ``service`` those that concern it, and ``status`` is that service's."""
    values: list[Any] = [limit]
    conditions = ["true"]
    if status == "pending":
        conditions.append("done_at IS NULL")
    elif status == "done" and service is None:
        conditions.append("done_at IS NOT NULL")
    if service is not None:
        values.append(service)
        confirmed = {None: "", "pending": " AND confirmed_at IS NULL", "done": " AND confirmed_at IS NOT NULL"}[status]
        conditions.append(
            f"id IN (SELECT erasure_id FROM erasure_services WHERE service = ${len(values)}{confirmed})"  # noqa: S608 - constants
        )
    if after is not None:
        values += after
        conditions.append(f"(erased_at, id) > (${len(values) - 1}, ${len(values)})")
    rows = await connection.fetch(f"{_READ} WHERE {' AND '.join(conditions)} ORDER BY erased_at, id LIMIT $1", *values)
    return [_erasure(row) for row in rows]


async def save_answer(connection: Driver, erasure: UUID, answer: ServiceAnswer) -> None:
    """Store what a service has confirmed; the erasure is done with the last. The caller has locked the erasure."""
    await connection.execute(
        _CONFIRM,
        erasure,
        answer.service,
        sorted(answer.missing),
        orjson.dumps(answer.removed).decode(),
        answer.confirmed_at,
        answer.confirmed_by,
    )


async def oldest_pending(connection: Driver) -> dict[str, float]:
    """Seconds since the oldest erasure that a service has not confirmed, of each service that has to."""
    rows = await connection.fetch(_OLDEST)
    return {service: float(seconds) for service, seconds in rows}


async def due_again(connection: Driver, now: datetime, limit: int) -> set[UUID]:
    """Streams of pending erasures that services on the bus have not confirmed for long; each erasure's next turn is noted."""
    rows = await connection.fetch(_DUE_AGAIN, now, AGAIN_AFTER, AGAIN_EVERY, limit, sorted(ON_BUS))
    return {stream for (streams,) in rows for stream in streams}


def _erasure(row: Sequence[Any]) -> Erasure:
    erasure, streams, requested_by, erased_at, done_at, answers = row
    return Erasure(erasure, tuple(streams), requested_by, erased_at, tuple(map(_answer, orjson.loads(answers or "[]"))), done_at)


def _answer(stored: Sequence[Any]) -> ServiceAnswer:
    service, missing, removed, confirmed_at, confirmed_by = stored
    at = None if confirmed_at is None else datetime.fromisoformat(confirmed_at)
    counts: Mapping[str, int] = removed
    return ServiceAnswer(service, frozenset(map(UUID, missing)), counts, at, confirmed_by)
