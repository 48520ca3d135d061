"""Bodies about records: people and jobs that were created, updated, deleted; people merged or anonymised."""

from typing import Any

from services.connectors.domain.greenhouse.openings import opening_content
from services.connectors.domain.greenhouse.people import IDENTIFYING, cleared_content, person_content
from services.connectors.domain.greenhouse.translation import Draft, Slot, reference
from services.connectors.domain.greenhouse.values import text
from services.connectors.domain.intents import CandidatePatch, Erasure, PositionPatch

MERGED = "the candidate was merged into another, who has now what was theirs"


def describe(draft: Draft) -> None:
    """What the body says of its person and jobs, as of its own time; and whether they may be written to."""
    if draft.body.person is not None:
        content = person_content(draft.body.person.tree, draft.clock.observed_at)
        _patch_candidate(draft, reference(draft.body.person.external_id), content)
    for job in draft.body.jobs:
        _patch_position(
            draft, job.external_id, opening_content(job, draft.clock.observed_at, draft.receipt.received_at, draft.zone)
        )
    _emails_refused(draft)


def _patch_candidate(draft: Draft, ref: str, content: dict[str, Any], *, forgets: bool = False) -> None:
    if content.keys() - {"observed_at"}:
        draft.intents.append(CandidatePatch(ref, content, forgets))


def _patch_position(draft: Draft, external_id: str, content: dict[str, Any]) -> None:
    if content.keys() - {"observed_at"}:
        draft.intents.append(PositionPatch(reference(external_id), content))


def _emails_refused(draft: Draft) -> None:
    """``can_email: false`` blocks e-mail; true lifts nothing."""
    person = draft.body.person
    if person is None or person.can_email is not False:
        return
    if draft.knowledge.emails_refused:
        draft.nothing_new = True
        return
    draft.fact(Slot.UNSUBSCRIBED, "candidate.unsubscribed", {"channel": "email"}, draft.clock.happened_at)


def person_updated(draft: Draft) -> None:
    """A person's own record changed."""
    describe(draft)
    if draft.body.person is None:
        draft.remarks.append("the body names no candidate")


def person_deleted(draft: Draft) -> None:
    """A person was deleted: they are to be forgotten here as well, unless the deletion is only the end of a merge."""
    if draft.candidate is None:
        draft.remarks.append("the body names no candidate")
    elif not draft.body.may_be_merge:
        _erase(draft, draft.candidate)
    elif draft.knowledge.merged_into is not None:
        draft.remarks.append(MERGED)
    else:
        draft.may_be_merge = True


def _erase(draft: Draft, ref: str) -> None:
    survivor = draft.knowledge.merged_into
    draft.intents.append(Erasure(ref, reference(survivor) if survivor else None))


def people_merged(draft: Draft) -> None:
    """A person turned out to be another one: the two streams are linked, and what either refused stays refused.

    Whoever is merged into somebody who was deleted is forgotten with them.
    """
    person = draft.body.person
    if person is None or person.merged_into is None or person.merged_into == person.external_id:
        draft.remarks.append("the body does not say which two candidates were merged")
        return
    if draft.knowledge.is_survivor_erased:
        _erase(draft, reference(person.external_id))
        return
    _emails_refused(draft)
    content = {"references": [reference(person.external_id)]}
    draft.intents.append(CandidatePatch(reference(person.merged_into), content))


def person_anonymised(draft: Draft) -> None:
    """Fields of a person were cleared, history and all. Who can be neither named nor reached any more is to be forgotten."""
    if draft.candidate is None:
        draft.remarks.append("the body names no candidate")
        return
    names = draft.body.payload.get("anonymized_fields")
    fields = frozenset(name for item in names if (name := text(item))) if isinstance(names, list) else frozenset()
    if fields >= IDENTIFYING:
        _erase(draft, draft.candidate)
        return
    _patch_candidate(draft, draft.candidate, cleared_content(fields, draft.receipt.received_at), forgets=True)
    if not draft.intents:
        draft.remarks.append("none of the anonymised fields is kept by Rekindle")


def job_updated(draft: Draft) -> None:
    """A job was created, changed or approved."""
    describe(draft)
    if not draft.body.jobs:
        draft.remarks.append("the body names no job")


def job_deleted(draft: Draft) -> None:
    """A job was deleted, which the vendor allows for closed jobs only: the position is closed."""
    for job in draft.body.jobs:
        content = opening_content(job, draft.clock.observed_at, draft.receipt.received_at, draft.zone)
        content.pop("closed_at", None)
        _patch_position(draft, job.external_id, content | {"status": "closed"})
    if not draft.body.jobs:
        draft.remarks.append("the body names no job")
