"""Each action of the vendor and what it means. The one table of what is mapped and why the rest is not."""

from collections.abc import Callable, Mapping
from zoneinfo import ZoneInfo

from services.connectors.domain.greenhouse import applications, offers, records
from services.connectors.domain.greenhouse.body import Body
from services.connectors.domain.greenhouse.knowledge import Knowledge
from services.connectors.domain.greenhouse.mapping import GreenhouseMapping
from services.connectors.domain.greenhouse.translation import Draft, Receipt, Translation

MAPPED: Mapping[str, Callable[[Draft], None]] = {
    "new_candidate_application": applications.updated,
    "new_prospect_application": applications.updated,
    "application_updated": applications.updated,
    "candidate_stage_change": applications.updated,
    "transfer_application_to_job": applications.updated,
    "delete_application": applications.deleted,
    "reject_candidate": applications.rejected,
    "unreject_candidate": applications.unrejected,
    "hire_candidate": applications.hired,
    "unhire_candidate": applications.unhired,
    "offer_created": offers.offered,
    "offer_approved": offers.offered,
    "offer_updated": offers.offered,
    "update_candidate": records.person_updated,
    "delete_candidate": records.person_deleted,
    "merge_candidate": records.people_merged,
    "candidate_anonymized": records.person_anonymised,
    "job_created": records.job_updated,
    "job_updated": records.job_updated,
    "job_approved": records.job_updated,
    "job_deleted": records.job_deleted,
}

NOT_MAPPED: Mapping[str, str] = {
    "ping": "a ping: the webhook was created or changed",
    "offer_deleted": "a deleted offer may have been sent before: what happened stays on record",
    "interview_deleted": "the body names no candidate, and a cancelled interview is no fact of Rekindle's",
    "scorecard_deleted": "scorecards are not kept",
    "job_post_created": "a job post is an advertisement; the position comes with its job",
    "job_post_updated": "a job post is an advertisement; the position comes with its job",
    "job_post_deleted": "a job post is an advertisement; the position comes with its job",
    "job_interview_stage_deleted": "stages come with the applications that are in them",
    "department_deleted": "departments are not kept",
    "office_deleted": "offices are not kept; locations come with jobs",
}


def translate(body: Body, receipt: Receipt, knowledge: Knowledge, mapping: GreenhouseMapping, zone: ZoneInfo) -> Translation:
    """What the body means. Never raises: a body of any shape is mapped, waits, or is left unmapped with the reason."""
    if body.action in NOT_MAPPED:
        return Translation.nothing(NOT_MAPPED[body.action])
    meaning = MAPPED.get(body.action)
    if meaning is None:
        return Translation.nothing(f"unknown action {body.action!r}" if body.action else "the body names no action")
    draft = Draft(body, receipt, knowledge, mapping, zone)
    if knowledge.application is not None and knowledge.application.deleted and meaning is not applications.deleted:
        records.describe(draft)
        draft.remarks.append("the application was deleted")
        return draft.result()
    meaning(draft)
    return draft.result()
