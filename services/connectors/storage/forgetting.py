"""Scrubbing what is stored of a person: raw bodies, and what was still to be posted of them."""

from collections.abc import Iterable, Sequence

from services.connectors.domain.greenhouse.redaction import redacted
from shared.db.asyncpg_connection import Driver

_FORGOTTEN = "the candidate is erased"


async def bodies_about(connection: Driver, candidates: Iterable[str], applications: Iterable[str]) -> Sequence[str]:
    """The bodies that are about any of these people or applications."""
    rows = await connection.fetch(
        "SELECT body_hash FROM greenhouse_deliveries WHERE candidate = ANY($1::text[]) OR application = ANY($2::text[])"
        " ORDER BY body_hash",
        sorted(set(candidates)),
        sorted(set(applications)),
    )
    return [row[0] for row in rows]


async def scrub(connection: Driver, bodies: Sequence[str], applications: Sequence[str]) -> dict[str, int]:
    """Drop raw bodies, the content of their postings, and the facts of applications; returns how many of each.

    What was not posted yet of the people never is.
    """
    rows = await connection.fetch(_SCRUB, bodies, list(applications), _FORGOTTEN)
    return dict(zip(("postings", "deliveries", "facts"), rows[0], strict=True))


_SCRUB = """
    WITH posting AS (
        UPDATE greenhouse_postings SET content = NULL, status = CASE status WHEN 'queued' THEN 'erased' ELSE status END,
            answer = CASE status WHEN 'queued' THEN $3 ELSE answer END
        WHERE body_hash = ANY($1::text[]) AND kind IN ('candidate', 'clearing', 'fact') AND status <> 'erased' RETURNING 1
    ), delivery AS (
        UPDATE greenhouse_deliveries SET raw = NULL, reason = CASE status WHEN 'waiting' THEN $3 ELSE reason END,
            status = CASE status WHEN 'waiting' THEN 'not_mapped' ELSE status END
        WHERE body_hash = ANY($1::text[]) AND (raw IS NOT NULL OR status = 'waiting') RETURNING 1
    ), fact AS (
        DELETE FROM greenhouse_facts WHERE application = ANY($2::text[]) RETURNING 1
    )
    SELECT (SELECT count(*) FROM posting), (SELECT count(*) FROM delivery), (SELECT count(*) FROM fact)
    """


async def drop_raw(connection: Driver, bodies: Sequence[str]) -> None:
    """Drop the raw bodies that nothing waits for any more; of those that wait, what they say of their person."""
    await connection.execute(
        "UPDATE greenhouse_deliveries SET raw = NULL WHERE body_hash = ANY($1::text[]) AND status <> 'waiting'", bodies
    )
    for row in await connection.fetch(
        "SELECT body_hash, raw FROM greenhouse_deliveries WHERE body_hash = ANY($1::text[]) AND raw IS NOT NULL"
        " AND application IS NOT NULL FOR UPDATE",
        bodies,
    ):
        await connection.execute("UPDATE greenhouse_deliveries SET raw = $2 WHERE body_hash = $1", row[0], redacted(row[1]))
