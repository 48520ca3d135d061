"""Turn a body into what is to be posted, and learn from it; on the caller's transaction."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy.ext.asyncio import AsyncSession

from services.connectors.domain.greenhouse.actions import translate
from services.connectors.domain.greenhouse.body import Body, read_body
from services.connectors.domain.greenhouse.knowledge import Knowledge, KnownApplication, learn
from services.connectors.domain.greenhouse.mapping import GreenhouseMapping
from services.connectors.domain.greenhouse.moments import Clock
from services.connectors.domain.greenhouse.records import MERGED
from services.connectors.domain.greenhouse.translation import Outcome, Receipt, Translation, reference
from services.connectors.domain.intents import CandidatePatch, Erasure, Fact, Intent, PositionPatch
from services.connectors.storage import deliveries, forgetting, knowledge, postings, unmapped
from services.connectors.storage.deliveries import DeliveryStatus
from services.connectors.storage.postings import Posting, PostingKind

ERASED = "the candidate is erased"
MERGE_COMES_WITHIN = timedelta(minutes=10)
"""A merge also sends the deletion of the duplicate, before or after its own body."""


@dataclass(frozen=True, slots=True)
class Reading:
    """How bodies are read: the mapping file and the organisation's zone."""

    mapping: GreenhouseMapping
    zone: ZoneInfo


@dataclass(frozen=True, slots=True)
class Case:
    """A body to be understood: when it came, and how it is read."""

    body: Body
    receipt: Receipt
    reading: Reading

    @property
    def clock(self) -> Clock:
        return Clock(self.body, self.receipt.received_at, self.reading.zone)

    def translate(self, known: Knowledge) -> Translation:
        """What the body means, given what is known."""
        return translate(self.body, self.receipt, known, self.reading.mapping, self.reading.zone)


async def understand_body(session: AsyncSession, case: Case) -> list[str]:
    """Learn from a claimed delivery's body, queue what it makes, and what it makes of bodies that waited for it.

    Returns the hashes of the bodies that have something to post now.
    """
    body, body_hash = case.body, case.receipt.body_hash
    await knowledge.lock(session, _names(body))
    if await _is_about_erased(session, body):
        await deliveries.set_values(session, body_hash, status=DeliveryStatus.NOT_MAPPED, reason=ERASED, raw=None)
        return []
    before, known = await _recall(session, body)
    after = learn(before, body, case.clock.observed_at, _recruiter(body))
    if body.application_id is not None and after is not None and after != before:
        await knowledge.save_application(session, body.application_id, after)
    translation = case.translate(known)
    await _keep(session, case, translation, after)
    touched = list(await _wake_waiting(session, case))
    await _forget(session, case, translation)
    if translation.may_be_merge:
        await deliveries.set_values(session, body_hash, next_attempt_at=case.receipt.received_at + MERGE_COMES_WITHIN)
        return touched
    return [body_hash, *touched]


async def understand_again(session: AsyncSession, delivery: deliveries.Delivery, reading: Reading) -> None:
    """Read a body that waited once more with what is known by now; what it made before stays as it is."""
    if delivery.raw is None:
        return
    case = Case(read_body(delivery.raw), Receipt(delivery.body_hash, delivery.received_at), reading)
    after, known = await _recall(session, case.body)
    await _keep(session, case, case.translate(known), after)


async def find_stages(session: AsyncSession, delivery: deliveries.Delivery, reading: Reading) -> None:
    """Queue the stages of a stored body that have a mapping by now, and nothing else of it: that was done before."""
    if delivery.raw is None:
        return
    case = Case(read_body(delivery.raw), Receipt(delivery.body_hash, delivery.received_at), reading)
    _, known = await _recall(session, case.body)
    translation = case.translate(known)
    stages = [one for one in translation.intents if isinstance(one, Fact) and one.type == "pursuit.stage_entered"]
    await postings.add(session, delivery.body_hash, [_posting(stage, case.receipt) for stage in stages])
    await unmapped.replace(session, delivery.body_hash, translation.unmapped)
    values: dict[str, Any] = {"reason": translation.reason}
    if stages and delivery.status is DeliveryStatus.NOT_MAPPED:
        values["status"] = DeliveryStatus.QUEUED
    await deliveries.set_values(session, delivery.body_hash, **values)


def _names(body: Body) -> list[str]:
    """What a body teaches about, so that one transaction at a time may."""
    people = {body.candidate, body.person.merged_into if body.person else None} - {None}
    names = [f"candidate {external_id}" for external_id in people]
    return names + ([f"application {body.application_id}"] if body.application_id else [])


def _recruiter(body: Body) -> str | None:
    recruiter = (body.application.recruiter if body.application else None) or (body.person.recruiter if body.person else None)
    return recruiter or next((job.recruiter for job in body.jobs if job.recruiter), None)


async def _recall(session: AsyncSession, body: Body) -> tuple[KnownApplication | None, Knowledge]:
    refused = body.person is not None and await knowledge.emails_refused(session, body.person.external_id)
    if body.application_id is None:
        survivor = await knowledge.survivor_of(session, body.candidate) if body.candidate else None
        into = body.person.merged_into if body.person else None
        is_erased = into is not None and await knowledge.is_erased(session, into)
        return None, Knowledge(merged_into=survivor, is_survivor_erased=is_erased, emails_refused=refused)
    application = await knowledge.application(session, body.application_id)
    facts = await knowledge.facts_of(session, body.application_id)
    again: frozenset[str] = frozenset()
    if body.action == "delete_application" and (candidate := body.candidate or (application.candidate if application else None)):
        again = await knowledge.jobs_of_others(session, candidate, body.application_id)
    return application, Knowledge(application, facts, again, emails_refused=refused)


async def _is_about_erased(session: AsyncSession, body: Body) -> bool:
    """Whether the body is about an erased person; deleting them again is, too."""
    candidate = body.candidate
    if candidate is None and body.application_id is not None:
        known = await knowledge.application(session, body.application_id)
        candidate = known.candidate if known else None
    return candidate is not None and await knowledge.is_erased(session, candidate)


async def _keep(session: AsyncSession, case: Case, translation: Translation, application: KnownApplication | None) -> None:
    """Store the translation: postings, facts to remember, names left unmapped, the delivery's state."""
    body, body_hash = case.body, case.receipt.body_hash
    await postings.add(session, body_hash, [_posting(intent, case.receipt) for intent in translation.intents])
    if body.application_id is not None:
        await knowledge.remember_facts(session, body.application_id, translation.remembered, translation.retracted)
    await unmapped.replace(session, body_hash, translation.unmapped)
    if body.person is not None and body.person.can_email is not None:
        refused = not body.person.can_email
        await knowledge.save_emails_refused(session, body.person.external_id, case.clock.observed_at, refused=refused)
    candidate = body.candidate or (application.candidate if application else None)
    values: dict[str, Any] = {
        "application": body.application_id,
        "candidate": candidate,
        "status": _status(translation),
        "reason": translation.reason,
    }
    if not _is_to_be_read_again(translation, candidate or body.application_id):
        values["raw"] = None
    await deliveries.set_values(session, body_hash, **values)


def _status(translation: Translation) -> DeliveryStatus:
    if translation.outcome is Outcome.APPLIED and translation.intents:
        return DeliveryStatus.QUEUED
    return DeliveryStatus(translation.outcome.value)


def _is_to_be_read_again(translation: Translation, owner: str | None) -> bool:
    """Only what waits, or holds names that may get a mapping; a body without an owner could not be scrubbed."""
    return owner is not None and (translation.outcome is Outcome.WAITING or bool(translation.unmapped))


async def _wake_waiting(session: AsyncSession, case: Case) -> Sequence[str]:
    """Read again what waited for this body's application."""
    if case.body.application is None or case.body.application_id is None:
        return []
    waiting = await deliveries.waiting_for(session, case.body.application_id)
    woken = [delivery for delivery in waiting if delivery.body_hash != case.receipt.body_hash]
    for delivery in woken:
        await understand_again(session, delivery, case.reading)
    return [delivery.body_hash for delivery in woken]


async def _forget(session: AsyncSession, case: Case, translation: Translation) -> None:
    """Keep merges and erasures in mind, and scrub what is stored of the erased and the anonymised."""
    body = case.body
    if body.action == "merge_candidate" and body.person is not None and body.person.merged_into is not None:
        await knowledge.save_merge(session, body.person.external_id, body.person.merged_into)
        await deliveries.end_deletions(session, body.person.external_id, MERGED)
    if body.candidate is None:
        return
    if any(isinstance(intent, Erasure) for intent in translation.intents):
        await _erase(session, body, case.receipt.received_at)
    elif body.action == "candidate_anonymized":
        await forgetting.drop_raw(session, await _bodies_about(session, body, {body.candidate}))


async def _erase(session: AsyncSession, body: Body, at: datetime) -> None:
    """Forget the body's person here, and whoever was merged into them."""
    people = await knowledge.merged_into(session, str(body.candidate))
    await knowledge.save_erasure(session, people, at)
    await forgetting.scrub(session, await _bodies_about(session, body, people))


async def _bodies_about(session: AsyncSession, body: Body, people: set[str]) -> Sequence[str]:
    applications = [*await knowledge.applications_of(session, people), *body.deleted_applications]
    return await forgetting.bodies_about(session, people, applications)


async def erase_unmerged(session: AsyncSession, delivery: deliveries.Delivery) -> None:
    """Queue the erasure that a deletion waited with, in case it belonged to a merge, where none came."""
    if not delivery.waits_for_merge or delivery.raw is None:
        return
    body = read_body(delivery.raw)
    await knowledge.lock(session, _names(body))
    current = await deliveries.get(session, delivery.body_hash)
    if current is None or not current.waits_for_merge:
        return
    receipt = Receipt(delivery.body_hash, delivery.received_at)
    await postings.add(session, delivery.body_hash, [_posting(Erasure(reference(str(body.candidate))), receipt)])
    await deliveries.set_values(session, delivery.body_hash, status=DeliveryStatus.QUEUED, reason=None)
    await _erase(session, body, delivery.received_at)


def _posting(intent: Intent, receipt: Receipt) -> Posting:
    match intent:
        case CandidatePatch():
            kind = PostingKind.CLEARING if intent.forgets else PostingKind.CANDIDATE
            return Posting(f"{kind}:{intent.reference}", kind, intent.reference, intent.content)
        case PositionPatch():
            return Posting(f"position:{intent.reference}", PostingKind.POSITION, intent.reference, intent.content)
        case Erasure():
            return Posting("erasure", PostingKind.ERASURE, intent.candidate, {"part_from": intent.part_from})
        case Fact():
            return Posting(f"fact:{intent.number}", PostingKind.FACT, intent.candidate, _event(intent, receipt))


def _event(fact: Fact, receipt: Receipt) -> dict[str, Any]:
    return {
        "specversion": "1.0",
        "source": "greenhouse",
        "id": fact.event_id(receipt.body_hash),
        "type": f"rekindle.{fact.type}",
        "subject": fact.candidate,
        "time": _rfc3339(fact.time),
        "data": dict(fact.data),
    }


def _rfc3339(time: datetime) -> str:
    return time.isoformat().replace("+00:00", "Z")
