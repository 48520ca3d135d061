"""How an application began: applied for, or sourced as a prospect's; once for each of its jobs, whichever body says so first."""

from typing import Any

from services.connectors.domain.greenhouse.body import Job
from services.connectors.domain.greenhouse.moments import APPLIED
from services.connectors.domain.greenhouse.translation import Draft, Slot, reference

_APPLIED = "pursuit.applied"
_SOURCED = "pursuit.sourced"


def began(draft: Draft) -> None:
    """The beginning, where the body knows more of it than the bodies before.

    Every body of an application that is no prospect's says when they applied, so that one that was in flight when the connector
    started, or moved to another job since, does not count as outreach.
    """
    if draft.body.application is None:
        return
    if draft.is_prospect:
        _sourced(draft)
    else:
        _applied(draft)


def _sourced(draft: Draft) -> None:
    """A new prospect is sourced for each job, a known one for each further job that a newer body names."""
    known, is_new = draft.knowledge.application, draft.body.action == "new_prospect_application"
    if not is_new and (known is None or draft.is_old):
        return
    jobs = draft.jobs() if is_new else draft.body.jobs
    for number, job in enumerate(jobs):
        if is_new or (known is not None and job.external_id not in known.jobs):
            fact = draft.fact(Slot.ENTERED + number, _SOURCED, _began_as(draft, job), draft.clock.happened_at)
            draft.remember(fact, job.external_id)
    if not jobs and is_new:
        draft.remarks.append("a prospect without a job has no pursuit")
    for before in draft.knowledge.facts if is_new else ():
        if before.type == _APPLIED and not before.retracted:
            draft.retract(before, draft.clock.happened_at)


def _applied(draft: Draft) -> None:
    """Applied for each job: at the earliest time that any body gives, or as late as the first body where none gives one."""
    known, is_new = draft.knowledge.application, draft.body.action == "new_candidate_application"
    was_prospect = (known is not None and known.prospect) or any(one.type == _SOURCED for one in draft.knowledge.facts)
    applied_at = draft.clock.at(*APPLIED)
    is_known = known is not None or draft.body.application_id is None
    if not is_new and (was_prospect or (applied_at is None and is_known)):
        return
    for number, job in enumerate(draft.jobs()):
        data = _began_as(draft, job)
        time = applied_at or draft.clock.happened_at
        before = [
            one for one in draft.knowledge.facts if (one.type, one.job) == (_APPLIED, job.external_id) and not one.retracted
        ]
        if any((one.at_receipt, one.time, one.via is None) <= (applied_at is None, time, "via" not in data) for one in before):
            draft.nothing_new |= is_new
            continue
        fact = draft.fact(Slot.ENTERED + number, _APPLIED, data, time)
        for one in before:
            draft.retract(one, time)
        draft.remember(fact, job.external_id, at_receipt=applied_at is None)


def _began_as(draft: Draft, job: Job) -> dict[str, Any]:
    via = draft.mapping.via(draft.body.application.source) if draft.body.application else None
    return {"position": reference(job.external_id), **({"via": via} if via else {}), **draft.recruiter(job)}
