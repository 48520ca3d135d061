"""Bodies about an application: entered, updated, moved, rejected, hired, the undoing of the last two; and its deletion."""

from datetime import timedelta

from services.connectors.domain.greenhouse.closings import (
    CLOSES,
    HIRED,
    closing_data,
    same_close,
    undone,
    withdrawal_by_transfer,
)
from services.connectors.domain.greenhouse.entries import began
from services.connectors.domain.greenhouse.knowledge import transfer
from services.connectors.domain.greenhouse.offers import offer_made, terms_of
from services.connectors.domain.greenhouse.records import describe
from services.connectors.domain.greenhouse.translation import Draft, Slot, reference
from shared.events.vocabulary import Stage

_AFTER_APPLYING = timedelta(microseconds=1)


def updated(draft: Draft) -> None:
    """What every body about an application means beside its action: people, openings, how it began, a transfer, its stage."""
    describe(draft)
    if draft.body.application is None:
        draft.remarks.append("the body names no application")
        return
    began(draft)
    _transferred(draft)
    _in_stage(draft)


def deleted(draft: Draft) -> None:
    """The application never was: all its pursuits are taken back, but for what another application for the same job holds."""
    application, known = draft.body.application, draft.knowledge.application
    if application is None:
        draft.remarks.append("the body names no application")
        return
    jobs = [job.external_id for job in draft.jobs()]
    jobs += [*(known.jobs if known else ()), *(fact.job for fact in draft.knowledge.facts)]
    for number, job in enumerate(dict.fromkeys(jobs)):
        if job in draft.knowledge.jobs_applied_for_again:
            for fact in draft.knowledge.facts:
                if fact.job == job and not fact.retracted:
                    draft.retract(fact, draft.receipt.received_at)
            draft.nothing_new = True
            continue
        data = {"position": reference(job), "whole": True}
        draft.fact(Slot.ENDED + number, "event.retracted", data, draft.receipt.received_at)


def rejected(draft: Draft) -> None:
    """The application ended: rejected by us, declined or withdrawn by the candidate."""
    updated(draft)
    application = draft.body.application
    if application is None:
        return
    if application.reason is not None and not draft.mapping.closing(application.reason, application.reason_type).known:
        draft.leave_unmapped("rejection_reason", application.reason, None)
    kind, data = closing_data(application, draft.mapping)
    time = draft.clock.happened_at
    for number, job in enumerate(draft.jobs()):
        before = same_close(draft.knowledge, job.external_id, time)
        if before is not None:
            if (before.type, before.reason) == (kind, data["reason"]) or draft.is_old:
                draft.nothing_new = True
                continue
            draft.retract(before, time)
        fact = draft.fact(
            Slot.ENDED + number, kind, {"position": reference(job.external_id), **data, **draft.recruiter(job)}, time
        )
        draft.remember(fact, job.external_id, at_receipt=not draft.clock.has_own_time)
        _undo_at_once(draft, kind)


def _undo_at_once(draft: Draft, kind: str) -> None:
    """Take back a rejection that comes after the body that undid it.

    A late ``rejected`` was named by that body already, by its type; it could not know that it would be another type.
    """
    known = draft.knowledge.application
    if known is None or known.rejection_undone_at is None or kind == "pursuit.rejected" or not draft.remembered:
        return
    latest = draft.remembered[-1]
    if latest.time <= known.rejection_undone_at:
        draft.retract(latest, known.rejection_undone_at)


def unrejected(draft: Draft) -> None:
    """The rejection is taken back."""
    updated(draft)
    _undo(draft, CLOSES, "pursuit.rejected")


def hired(draft: Draft) -> None:
    """The candidate accepted; the offer in the body says when it was sent and when they start."""
    updated(draft)
    if draft.body.application is None:
        return
    offer_made(draft)
    time = draft.clock.happened_at
    for number, job in enumerate(draft.jobs()):
        data = {"position": reference(job.external_id), **terms_of(draft.body.offer), **draft.recruiter(job)}
        fact = draft.fact(Slot.ENDED + number, HIRED, data, time)
        draft.remember(fact, job.external_id, at_receipt=not draft.clock.has_own_time)


def unhired(draft: Draft) -> None:
    """The hire is taken back."""
    updated(draft)
    _undo(draft, frozenset({HIRED}), HIRED)


def _undo(draft: Draft, types: frozenset[str], usual: str) -> None:
    """Retract the facts by their ids where they are known, else the latest of the usual type, whenever it comes."""
    if draft.body.application is None:
        return
    time = draft.clock.happened_at
    for number, job in enumerate(draft.jobs()):
        known = undone(draft.knowledge, types, job.external_id, time)
        for fact in known:
            draft.retract(fact, time)
        if not known:
            data = {"type": f"rekindle.{usual}", "position": reference(job.external_id)}
            draft.fact(Slot.ENDED + number, "event.retracted", data, time)


def _transferred(draft: Draft) -> None:
    """A move to another job withdraws the pursuit of the old one, and a move back takes that withdrawal back."""
    moved = transfer(draft.knowledge.application, draft.body, draft.clock.observed_at)
    if moved is None:
        return
    for number, external_id in enumerate(moved.left):
        if withdrawal_by_transfer(draft.knowledge, external_id) is None:
            data = {"position": reference(external_id), **draft.recruiter(None)}
            fact = draft.fact(Slot.TRANSFERRED + number, "pursuit.withdrawn", data, moved.at)
            draft.remember(fact, external_id, transfer=True)
    for external_id in moved.entered:
        if (withdrawal := withdrawal_by_transfer(draft.knowledge, external_id)) is not None:
            draft.retract(withdrawal, moved.at)


def _in_stage(draft: Draft) -> None:
    """The stage the application stands in now, for each of its jobs."""
    application = draft.body.application
    if application is None or application.stage is None:
        return
    for number, job in enumerate(draft.jobs()):
        stage = draft.mapping.stage(application.stage, job.external_id)
        if stage is None:
            draft.leave_unmapped("stage", application.stage, job.external_id)
            continue
        data = {"position": reference(job.external_id), "stage": str(stage)}
        if application.stage.name:
            data["name"] = application.stage.name
        time = draft.clock.happened_at + (_AFTER_APPLYING if _would_precede_applying(draft, stage) else timedelta())
        draft.fact(Slot.STAGE + number, "pursuit.stage_entered", {**data, **draft.recruiter(job)}, time)


def _would_precede_applying(draft: Draft, stage: Stage) -> bool:
    """Whether the stage, being no later than what applying reaches, could be taken for the attempt's first fact.

    Facts of one time are ordered by stage, then by id, and the first one decides whether the attempt is inbound.
    """
    return draft.body.action == "new_candidate_application" and stage.order <= Stage.INTERESTED.order
