"""What the bodies so far taught of an application, and what one more body teaches.

Bodies come in any order. The newest one, by its own time, says how things stand; an older one only fills in what is not
known yet.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from services.connectors.domain.greenhouse.body import Body


@dataclass(frozen=True, slots=True)
class KnownFact:
    """A beginning, a close, a hire or an offer that was made a fact, so that it can be named when it is taken back."""

    event_id: str
    candidate: str
    """The reference of the candidate whose stream it is in."""
    type: str
    job: str
    time: datetime
    reason: str | None = None
    via: str | None = None
    at_receipt: bool = False
    """Whether its time is only that of the receipt, because the body has none."""
    transfer: bool = False
    """Whether it is the withdrawal that a transfer to another job made."""
    retracted: bool = False


@dataclass(frozen=True, slots=True)
class KnownApplication:
    """Whose an application is and for which jobs."""

    candidate: str
    jobs: tuple[str, ...]
    prospect: bool
    seen_at: datetime
    """The time of the newest body."""
    jobs_since: datetime
    """The earliest time at which a body named these jobs."""
    recruiter: str | None = None
    deleted: bool = False
    rejection_undone_at: datetime | None = None
    """When the latest unreject was."""


@dataclass(frozen=True, slots=True)
class Knowledge:
    """What is known when a body is translated."""

    application: KnownApplication | None = None
    facts: tuple[KnownFact, ...] = ()
    """Of the application."""
    jobs_applied_for_again: frozenset[str] = frozenset()
    """Jobs for which the person has another application; known where an application is deleted."""
    merged_into: str | None = None
    """The person whom the body's was merged into."""
    is_survivor_erased: bool = False
    """Whether the person into whom the body merges its own is erased."""
    emails_refused: bool = False
    """Whether the newest body about the person said that they may not be written to."""


def learn(known: KnownApplication | None, body: Body, at: datetime, recruiter: str | None) -> KnownApplication | None:
    """What is known of the body's application after it; None as long as nobody said whose it is."""
    after = _learn(known, body, at, recruiter)
    if after is None or body.action != "unreject_candidate":
        return after
    undone_before = after.rejection_undone_at
    return replace(after, rejection_undone_at=max(at, undone_before) if undone_before else at)


def _learn(known: KnownApplication | None, body: Body, at: datetime, recruiter: str | None) -> KnownApplication | None:
    if body.application is None or body.application_id is None:
        return known
    candidate = body.candidate or (known.candidate if known else None)
    if candidate is None:
        return None
    deleted = body.action == "delete_application"
    jobs = tuple(job.external_id for job in body.jobs)
    if known is None:
        return KnownApplication(
            candidate=candidate,
            jobs=jobs,
            prospect=body.application.prospect,
            seen_at=at,
            jobs_since=at,
            recruiter=recruiter,
            deleted=deleted,
        )
    if deleted:
        return replace(known, deleted=True)
    if at < known.seen_at:
        return _older(known, jobs, at, recruiter)
    return _newer(
        known,
        replace(known, candidate=candidate, jobs=jobs, recruiter=recruiter),
        at,
        prospect=body.application.prospect,
    )


def _newer(known: KnownApplication, new: KnownApplication, at: datetime, *, prospect: bool) -> KnownApplication:
    stays = not new.jobs and not prospect
    same = stays or set(new.jobs) == set(known.jobs)
    return replace(
        new,
        jobs=known.jobs if stays else new.jobs,
        prospect=prospect,
        seen_at=at,
        jobs_since=known.jobs_since if same else at,
        recruiter=new.recruiter or known.recruiter,
    )


def _older(known: KnownApplication, jobs: tuple[str, ...], at: datetime, recruiter: str | None) -> KnownApplication:
    if not known.jobs and not known.prospect:
        return replace(known, jobs=jobs, jobs_since=at, recruiter=known.recruiter or recruiter)
    earlier = set(jobs) == set(known.jobs) and at < known.jobs_since
    return replace(known, jobs_since=at if earlier else known.jobs_since, recruiter=known.recruiter or recruiter)


@dataclass(frozen=True, slots=True)
class Transfer:
    """An application left jobs for others."""

    left: tuple[str, ...]
    entered: tuple[str, ...]
    at: datetime


def transfer(known: KnownApplication | None, body: Body, at: datetime) -> Transfer | None:
    """The move to another job that the body shows, or that happened between it and the newer ones that are known.

    A prospect's jobs are wishes, so that losing one is no transfer; nor is a deleted application's new life.
    """
    jobs: Sequence[str] = [job.external_id for job in body.jobs]
    if known is None or body.application is None or known.deleted or known.prospect or body.application.prospect:
        return None
    if body.candidate not in {None, known.candidate} or not jobs or not known.jobs:
        return None
    if at >= known.seen_at:
        left = tuple(job for job in known.jobs if job not in jobs)
        return Transfer(left, tuple(job for job in jobs if job not in known.jobs), at) if left else None
    left = tuple(job for job in jobs if job not in known.jobs)
    return Transfer(left, (), known.jobs_since) if left and at < known.jobs_since else None
