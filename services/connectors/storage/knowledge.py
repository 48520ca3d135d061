"""What bodies taught: applications, facts that may be taken back, people."""

from collections.abc import Iterable, Sequence
from datetime import datetime

from sqlalchemy import func, select, text, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from services.connectors.domain.greenhouse.knowledge import KnownApplication, KnownFact
from services.connectors.storage.tables import applications, facts, people

_LOCK = text(
    "SELECT pg_advisory_xact_lock(key) FROM (SELECT DISTINCT hashtextextended(name, 0) AS key"
    " FROM unnest(CAST(:names AS text[])) AS name ORDER BY key) AS keys"
)


async def lock(session: AsyncSession, names: Iterable[str]) -> None:
    """Let one transaction at a time learn about each of these names; taken in order, so that there is no deadlock."""
    await session.execute(_LOCK, {"names": [f"greenhouse {name}" for name in names]})


async def application(session: AsyncSession, external_id: str) -> KnownApplication | None:
    """What is known of an application, or None."""
    row = (await session.execute(select(applications).where(applications.c.application == external_id))).first()
    if row is None:
        return None
    return KnownApplication(
        candidate=row.candidate,
        jobs=tuple(row.jobs),
        prospect=row.prospect,
        seen_at=row.seen_at,
        jobs_since=row.jobs_since,
        recruiter=row.recruiter,
        deleted=row.deleted,
        rejection_undone_at=row.rejection_undone_at,
    )


async def save_application(session: AsyncSession, external_id: str, known: KnownApplication) -> None:
    """Store what is known of an application now."""
    values = {
        "candidate": known.candidate,
        "jobs": list(known.jobs),
        "prospect": known.prospect,
        "seen_at": known.seen_at,
        "jobs_since": known.jobs_since,
        "recruiter": known.recruiter,
        "deleted": known.deleted,
        "rejection_undone_at": known.rejection_undone_at,
    }
    await session.execute(
        insert(applications)
        .values(application=external_id, **values)
        .on_conflict_do_update(index_elements=["application"], set_=values)
    )


async def applications_of(session: AsyncSession, candidates: Iterable[str]) -> Sequence[str]:
    """The ids of the applications of some people."""
    found = await session.scalars(select(applications.c.application).where(applications.c.candidate.in_(list(candidates))))
    return list(found)


async def jobs_of_others(session: AsyncSession, candidate: str, external_id: str) -> frozenset[str]:
    """The jobs for which a person has another application than this one."""
    found = await session.scalars(
        select(func.unnest(applications.c.jobs)).where(
            applications.c.candidate == candidate, applications.c.application != external_id, applications.c.deleted.is_(False)
        )
    )
    return frozenset(found)


async def facts_of(session: AsyncSession, external_id: str) -> tuple[KnownFact, ...]:
    """The remembered facts of an application, in order of their time."""
    rows = await session.execute(select(facts).where(facts.c.application == external_id).order_by(facts.c.time, facts.c.event_id))
    return tuple(
        KnownFact(
            event_id=row.event_id,
            candidate=row.candidate,
            type=row.type,
            job=row.job,
            time=row.time,
            reason=row.reason,
            via=row.via,
            at_receipt=row.at_receipt,
            transfer=row.transfer,
            retracted=row.retracted,
        )
        for row in rows
    )


async def remember_facts(session: AsyncSession, external_id: str, new: Sequence[KnownFact], retracted: frozenset[str]) -> None:
    """Remember facts of an application, and that others were taken back."""
    if new:
        rows = [
            {
                "event_id": fact.event_id,
                "application": external_id,
                "candidate": fact.candidate,
                "type": fact.type,
                "job": fact.job,
                "time": fact.time,
                "reason": fact.reason,
                "via": fact.via,
                "at_receipt": fact.at_receipt,
                "transfer": fact.transfer,
            }
            for fact in new
        ]
        await session.execute(insert(facts).on_conflict_do_nothing(), rows)
    if retracted:
        await session.execute(update(facts).where(facts.c.event_id.in_(retracted)).values(retracted=True))


async def emails_refused(session: AsyncSession, candidate: str) -> bool:
    """Whether the newest body about a person said that they may not be written to."""
    return bool(await session.scalar(select(people.c.emails_refused).where(people.c.candidate == candidate)))


async def save_emails_refused(session: AsyncSession, candidate: str, at: datetime, *, refused: bool) -> None:
    """Keep whether a person may be written to, unless a newer body has said so."""
    values = {"emails_refused": refused, "emails_seen_at": at}
    statement = insert(people).values(candidate=candidate, **values)
    await session.execute(
        statement.on_conflict_do_update(
            index_elements=["candidate"],
            set_=values,
            where=func.coalesce(people.c.emails_seen_at, at) <= at,
        )
    )


async def save_merge(session: AsyncSession, candidate: str, into: str) -> None:
    """Keep that a person is another one, to whom their applications belong now."""
    statement = insert(people).values(candidate=candidate, merged_into=into)
    await session.execute(statement.on_conflict_do_update(index_elements=["candidate"], set_={"merged_into": into}))


async def save_erasure(session: AsyncSession, candidates: Iterable[str], at: datetime) -> None:
    """Keep that people were erased, for their bodies to come are not kept."""
    statement = insert(people).on_conflict_do_update(index_elements=["candidate"], set_={"erased_at": at})
    await session.execute(statement, [{"candidate": candidate, "erased_at": at} for candidate in sorted(set(candidates))])


async def is_erased(session: AsyncSession, candidate: str) -> bool:
    """Whether a person was erased."""
    return await session.scalar(select(people.c.erased_at).where(people.c.candidate == candidate)) is not None


async def survivor_of(session: AsyncSession, candidate: str) -> str | None:
    """Whom a person was merged into, if anybody."""
    found: str | None = await session.scalar(select(people.c.merged_into).where(people.c.candidate == candidate))
    return found


async def merged_into(session: AsyncSession, candidate: str) -> set[str]:
    """The candidate and all who were merged into them, however often."""
    found = {candidate}
    fresh = {candidate}
    while fresh:
        fresh = set(await session.scalars(select(people.c.candidate).where(people.c.merged_into.in_(fresh)))) - found
        found |= fresh
    return found
