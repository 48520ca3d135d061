"""What bodies taught: applications, facts that may be taken back, people."""

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from services.connectors.domain.greenhouse.body import Body
from services.connectors.domain.greenhouse.knowledge import KnownApplication, KnownFact
from services.connectors.domain.greenhouse.translation import reference
from shared.db.asyncpg_connection import Driver, Write
from shared.ids import candidate_id


def locking(names: Iterable[str]) -> str:
    """Statements that let one transaction at a time learn about each of these names; in order, so that there is no deadlock."""
    keys = {int.from_bytes(hashlib.sha256(f"greenhouse {name}".encode()).digest()[:8], "big", signed=True) for name in names}
    return "".join(f"SELECT pg_advisory_xact_lock({key});" for key in sorted(keys))


@dataclass(frozen=True, slots=True)
class KnownPerson:
    """What bodies said of a person as such."""

    emails_refused: bool = False
    """Whether the newest one said that they may not be written to."""
    merged_into: str | None = None
    erased_at: str | None = None


@dataclass(frozen=True, slots=True)
class Recalled:
    """All that is known where a body comes."""

    is_repeat: bool
    """Whether the very body came before."""
    application: KnownApplication | None
    facts: tuple[KnownFact, ...]
    people: Mapping[str, KnownPerson]
    has_waiting: bool
    """Whether other bodies wait for the application."""
    is_erased: bool
    """Whether the body's person was erased at Rekindle's."""

    def person(self, candidate: str | None) -> KnownPerson:
        """What is known of a person."""
        return self.people.get(candidate or "", KnownPerson())


_RECALL = """
    SELECT EXISTS (SELECT FROM greenhouse_deliveries WHERE body_hash = $1),
        (SELECT to_jsonb(one) FROM greenhouse_applications AS one WHERE application = $2),
        (SELECT jsonb_agg(to_jsonb(one) ORDER BY time, event_id) FROM greenhouse_facts AS one WHERE application = $2),
        (SELECT jsonb_object_agg(candidate, to_jsonb(one)) FROM greenhouse_people AS one WHERE candidate = ANY($3::text[])
            OR candidate = (SELECT candidate FROM greenhouse_applications WHERE application = $2)),
        EXISTS (SELECT FROM greenhouse_deliveries WHERE application = $2 AND status = 'waiting' AND body_hash <> $1),
        EXISTS (SELECT FROM greenhouse_candidates WHERE id = $4 AND erased_at IS NOT NULL)
    """


async def recall(connection: Driver, body_hash: str, body: Body | None) -> Recalled:
    """What is known of a body, its application and people, with one query. The caller holds their locks."""
    application, people_ = (body.application_id, body.people) if body else (None, [])
    person = id_of(body.candidate) if body and body.candidate else None
    [row] = await connection.fetch(_RECALL, body_hash, application, people_, person)
    is_repeat, known, facts, people, has_waiting, is_erased = row
    return Recalled(
        is_repeat,
        _application(known) if known else None,
        tuple(map(_fact, facts or ())),
        {name: KnownPerson(one["emails_refused"], one["merged_into"], one["erased_at"]) for name, one in (people or {}).items()},
        has_waiting,
        is_erased,
    )


def id_of(candidate: str) -> UUID:
    """Rekindle's id of a candidate of the vendor's."""
    return candidate_id(reference(candidate))


def naming(candidates: Iterable[str]) -> list[Write]:
    """Keep who has which id, by which Rekindle says whom it erased."""
    found = {id_of(one): one for one in candidates}
    sql = "INSERT INTO greenhouse_candidates (id, candidate) SELECT * FROM unnest($1::uuid[], $2::text[]) ON CONFLICT DO NOTHING"
    return [Write(sql, (list(found), list(found.values())))] if found else []


async def called(connection: Driver, ids: Sequence[UUID]) -> list[str]:
    """What the vendor calls those who have these ids of Rekindle's."""
    sql = "SELECT candidate FROM greenhouse_candidates WHERE id = ANY($1::uuid[]) AND candidate IS NOT NULL"
    return [row[0] for row in await connection.fetch(sql, list(ids))]


async def save_erased_ids(connection: Driver, ids: Sequence[UUID], at: datetime) -> list[str]:
    """Keep that people were erased at Rekindle's; returns those of the vendor's."""
    rows = await connection.fetch(
        "INSERT INTO greenhouse_candidates AS known (id, erased_at) SELECT unnest($1::uuid[]), $2::timestamptz"
        " ON CONFLICT (id) DO UPDATE SET erased_at = coalesce(known.erased_at, excluded.erased_at) RETURNING candidate",
        sorted(ids),
        at,
    )
    return [row[0] for row in rows if row[0] is not None]


def _application(row: Mapping[str, Any]) -> KnownApplication:
    undone = row["rejection_undone_at"]
    return KnownApplication(
        candidate=row["candidate"],
        jobs=tuple(row["jobs"]),
        prospect=row["prospect"],
        seen_at=datetime.fromisoformat(row["seen_at"]),
        jobs_since=datetime.fromisoformat(row["jobs_since"]),
        recruiter=row["recruiter"],
        deleted=row["deleted"],
        rejection_undone_at=datetime.fromisoformat(undone) if undone else None,
    )


def _fact(row: Mapping[str, Any]) -> KnownFact:
    return KnownFact(
        event_id=row["event_id"],
        candidate=row["candidate"],
        type=row["type"],
        job=row["job"],
        time=datetime.fromisoformat(row["time"]),
        reason=row["reason"],
        via=row["via"],
        at_receipt=row["at_receipt"],
        transfer=row["transfer"],
        retracted=row["retracted"],
    )


def saving_application(external_id: str, known: KnownApplication) -> Write:
    """Store what is known of an application now."""
    sql = """
        INSERT INTO greenhouse_applications (
            application, candidate, jobs, prospect, seen_at, jobs_since, recruiter, deleted, rejection_undone_at
        ) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)
        ON CONFLICT (application) DO UPDATE SET
            candidate = excluded.candidate, jobs = excluded.jobs, prospect = excluded.prospect, seen_at = excluded.seen_at,
            jobs_since = excluded.jobs_since, recruiter = excluded.recruiter, deleted = excluded.deleted,
            rejection_undone_at = excluded.rejection_undone_at
        """
    return Write(
        sql,
        (
            external_id,
            known.candidate,
            list(known.jobs),
            known.prospect,
            known.seen_at,
            known.jobs_since,
            known.recruiter,
            known.deleted,
            known.rejection_undone_at,
        ),
    )


async def applications_of(connection: Driver, candidates: Iterable[str]) -> Sequence[str]:
    """The ids of the applications of some people."""
    sql = "SELECT application FROM greenhouse_applications WHERE candidate = ANY($1::text[])"
    return [row[0] for row in await connection.fetch(sql, list(candidates))]


async def jobs_of_others(connection: Driver, candidate: str, external_id: str) -> frozenset[str]:
    """The jobs for which a person has another application than this one."""
    sql = "SELECT unnest(jobs) FROM greenhouse_applications WHERE candidate = $1 AND application <> $2 AND NOT deleted"
    return frozenset(row[0] for row in await connection.fetch(sql, candidate, external_id))


def remembering_facts(external_id: str, new: Sequence[KnownFact], retracted: frozenset[str]) -> list[Write]:
    """Remember facts of an application, and that others were taken back."""
    writes: list[Write] = []
    if new:
        sql = """
            INSERT INTO greenhouse_facts (
                application, event_id, candidate, type, job, time, reason, via, at_receipt, transfer, retracted
            ) SELECT $1, * FROM unnest($2::text[], $3::text[], $4::text[], $5::text[], $6::timestamptz[], $7::text[], $8::text[],
                $9::boolean[], $10::boolean[], $11::boolean[])
            ON CONFLICT DO NOTHING
            """
        columns = (
            [fact.event_id for fact in new],
            [fact.candidate for fact in new],
            [fact.type for fact in new],
            [fact.job for fact in new],
            [fact.time for fact in new],
            [fact.reason for fact in new],
            [fact.via for fact in new],
            [fact.at_receipt for fact in new],
            [fact.transfer for fact in new],
            [fact.event_id in retracted for fact in new],
        )
        writes.append(Write(sql, (external_id, *columns)))
    if retracted:
        writes.append(
            Write("UPDATE greenhouse_facts SET retracted = true WHERE event_id = ANY($1::text[])", (sorted(retracted),))
        )
    return writes


def saving_emails_refused(candidate: str, at: datetime, *, refused: bool) -> Write:
    """Keep whether a person may be written to, unless a newer body has said so."""
    sql = """
        INSERT INTO greenhouse_people AS known (candidate, emails_refused, emails_seen_at) VALUES ($1, $2, $3)
        ON CONFLICT (candidate) DO UPDATE SET emails_refused = excluded.emails_refused, emails_seen_at = excluded.emails_seen_at
        WHERE coalesce(known.emails_seen_at, excluded.emails_seen_at) <= excluded.emails_seen_at
        """
    return Write(sql, (candidate, refused, at))


async def save_merge(connection: Driver, candidate: str, into: str) -> None:
    """Keep that a person is another one, to whom their applications belong now."""
    sql = (
        "INSERT INTO greenhouse_people (candidate, merged_into) VALUES ($1, $2)"
        " ON CONFLICT (candidate) DO UPDATE SET merged_into = excluded.merged_into"
    )
    await connection.execute(sql, candidate, into)


async def save_erasure(connection: Driver, candidates: Iterable[str], at: datetime) -> None:
    """Keep that people were erased, for their bodies to come are not kept."""
    sql = (
        "INSERT INTO greenhouse_people (candidate, erased_at) SELECT unnest($1::text[]), $2::timestamptz"
        " ON CONFLICT (candidate) DO UPDATE SET erased_at = excluded.erased_at"
    )
    await connection.execute(sql, sorted(set(candidates)), at)


async def merged_into(connection: Driver, candidate: str) -> set[str]:
    """The candidate and all who were merged into them, however often."""
    sql = """
        WITH RECURSIVE merged (candidate) AS (
            SELECT $1::text
            UNION SELECT one.candidate FROM greenhouse_people AS one JOIN merged ON one.merged_into = merged.candidate
        ) SELECT candidate FROM merged
        """
    return {row[0] for row in await connection.fetch(sql, candidate)}
