"""Turn a body into what is to be posted, and learn from it; on the caller's transaction."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from services.connectors.domain.greenhouse.actions import translate
from services.connectors.domain.greenhouse.body import Body, read_body
from services.connectors.domain.greenhouse.knowledge import Knowledge, KnownApplication, learn
from services.connectors.domain.greenhouse.mapping import GreenhouseMapping
from services.connectors.domain.greenhouse.moments import Clock
from services.connectors.domain.greenhouse.translation import Outcome, Receipt, Translation
from services.connectors.domain.intents import Erasure, Fact
from services.connectors.storage import deliveries, knowledge, postings, unmapped
from services.connectors.storage.deliveries import Delivery, DeliveryStatus
from services.connectors.storage.knowledge import Recalled
from services.connectors.use_cases.forget_person import forget_person, forget_raw_bodies, keep_merge
from services.connectors.use_cases.posted import LeasedDelivery, posting_of
from shared.db.asyncpg_connection import Driver, Write, write_together

ERASED = "the candidate is erased"
LEASE = timedelta(seconds=30)
"""For so long the request alone posts what it received; then the worker does."""
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

    @classmethod
    def again(cls, delivery: Delivery, reading: Reading) -> "Case | None":
        """A stored body, read once more; None where it is not kept."""
        if delivery.raw is None:
            return None
        return cls(read_body(delivery.raw), Receipt(delivery.body_hash, delivery.received_at), reading)


def names_of(body: Body) -> list[str]:
    """What a body teaches about, so that one transaction at a time may."""
    names = [f"candidate {external_id}" for external_id in body.people]
    return names + ([f"application {body.application_id}"] if body.application_id else [])


async def understand_body(
    connection: Driver, case: Case, recalled: Recalled, new: dict[str, Any]
) -> tuple[LeasedDelivery, list[LeasedDelivery]]:
    """Store a body as ``new``, learn from it, queue what it makes, and what it makes of bodies that waited for it.

    Returns the delivery and all that have something to post now, leased to the caller.
    """
    body, receipt = case.body, case.receipt
    candidate = body.candidate or (recalled.application.candidate if recalled.application else None)
    if recalled.is_erased or (candidate is not None and recalled.person(candidate).erased_at is not None):
        write = deliveries.adding(new | {"status": DeliveryStatus.NOT_MAPPED, "reason": ERASED, "raw": None})
        await connection.execute(write.sql, *write.values)
        return LeasedDelivery(receipt.body_hash, None, DeliveryStatus.NOT_MAPPED, ERASED, []), []
    known = await _knowledge(connection, case, recalled)
    after = learn(recalled.application, body, case.clock.observed_at, _recruiter(body))
    translation = case.translate(known)
    queued = [posting_of(intent, receipt) for intent in translation.intents]
    lease = receipt.received_at + LEASE if queued else None
    values = _kept(case, translation, after)
    values["next_attempt_at"] = receipt.received_at + MERGE_COMES_WITHIN if translation.may_be_merge else lease
    writes = [
        deliveries.adding(new | values),
        *_learned(case, translation),
        *knowledge.naming(body.people),
        *unmapped.adding(receipt.body_hash, translation.unmapped),
    ]
    writes += postings.adding(receipt.body_hash, queued)
    if body.application_id is not None and after is not None and after != recalled.application:
        writes.append(knowledge.saving_application(body.application_id, after))
    await write_together(connection, writes)
    mine = LeasedDelivery(receipt.body_hash, lease, values["status"], values["reason"], queued)
    woken = await _wake_waiting(connection, case) if recalled.has_waiting and body.application is not None else []
    await _forget(connection, case, translation)
    return mine, [mine, *woken] if queued else woken


async def _wake_waiting(connection: Driver, case: Case) -> list[LeasedDelivery]:
    """Read again what waited for this body's application, with what is known by now; what it made before stays as it is."""
    woken: list[LeasedDelivery] = []
    lease = case.receipt.received_at + LEASE
    for delivery in await deliveries.waiting_for(connection, str(case.body.application_id)):
        again = Case.again(delivery, case.reading)
        if again is None or delivery.body_hash == case.receipt.body_hash:
            continue
        recalled = await knowledge.recall(connection, delivery.body_hash, again.body)
        translation = again.translate(await _knowledge(connection, again, recalled))
        values = _kept(again, translation, recalled.application) | {"next_attempt_at": lease}
        writes = [
            deliveries.changing(delivery.body_hash, values),
            *_learned(again, translation),
            *unmapped.replacing(delivery.body_hash, translation.unmapped),
            *postings.adding(delivery.body_hash, [posting_of(intent, again.receipt) for intent in translation.intents]),
        ]
        await write_together(connection, writes)
        woken.append(LeasedDelivery(delivery.body_hash, lease, values["status"], values["reason"], None))
    return woken


async def find_stages(connection: Driver, delivery: Delivery, reading: Reading, now: datetime) -> None:
    """Queue the stages of a stored body that have a mapping by now, and nothing else of it: that was done before."""
    case = Case.again(delivery, reading)
    if case is None:
        return
    recalled = await knowledge.recall(connection, delivery.body_hash, case.body)
    translation = case.translate(await _knowledge(connection, case, recalled))
    stages = [one for one in translation.intents if isinstance(one, Fact) and one.type == "pursuit.stage_entered"]
    values: dict[str, Any] = {"reason": translation.reason, "next_attempt_at": now}
    if stages and delivery.status is DeliveryStatus.NOT_MAPPED:
        values["status"] = DeliveryStatus.QUEUED
    writes = [
        deliveries.changing(delivery.body_hash, values),
        *unmapped.replacing(delivery.body_hash, translation.unmapped),
        *postings.adding(delivery.body_hash, [posting_of(stage, case.receipt) for stage in stages]),
    ]
    await write_together(connection, writes)


def _recruiter(body: Body) -> str | None:
    recruiter = (body.application.recruiter if body.application else None) or (body.person.recruiter if body.person else None)
    return recruiter or next((job.recruiter for job in body.jobs if job.recruiter), None)


async def _knowledge(connection: Driver, case: Case, recalled: Recalled) -> Knowledge:
    """What is known, as the translation takes it."""
    body, application = case.body, recalled.application
    candidate = body.candidate or (application.candidate if application else None)
    again: frozenset[str] = frozenset()
    if body.action == "delete_application" and candidate is not None and body.application_id is not None:
        again = await knowledge.jobs_of_others(connection, candidate, body.application_id)
    return Knowledge(
        application,
        recalled.facts,
        again,
        recalled.person(body.candidate).merged_into,
        is_survivor_erased=body.person is not None and recalled.person(body.person.merged_into).erased_at is not None,
        emails_refused=body.person is not None and recalled.person(body.person.external_id).emails_refused,
    )


def _learned(case: Case, translation: Translation) -> list[Write]:
    """What the body taught beside whose application it is."""
    body, writes = case.body, []
    if body.application_id is not None:
        writes += knowledge.remembering_facts(body.application_id, translation.remembered, translation.retracted)
    if body.person is not None and body.person.can_email is not None:
        refused = not body.person.can_email
        writes.append(knowledge.saving_emails_refused(body.person.external_id, case.clock.observed_at, refused=refused))
    return writes


def _kept(case: Case, translation: Translation, application: KnownApplication | None) -> dict[str, Any]:
    """Columns of the delivery that follow from the translation."""
    body = case.body
    candidate = body.candidate or (application.candidate if application else None)
    values: dict[str, Any] = {
        "application": body.application_id,
        "candidate": candidate,
        "status": _status(translation),
        "reason": translation.reason,
    }
    if not _is_to_be_read_again(translation, candidate or body.application_id):
        values["raw"] = None
    return values


def _status(translation: Translation) -> DeliveryStatus:
    if translation.outcome is Outcome.APPLIED and translation.intents:
        return DeliveryStatus.QUEUED
    return DeliveryStatus(translation.outcome.value)


def _is_to_be_read_again(translation: Translation, owner: str | None) -> bool:
    """Only what waits, or holds names that may get a mapping; a body without an owner could not be scrubbed."""
    return owner is not None and (translation.outcome is Outcome.WAITING or bool(translation.unmapped))


async def _forget(connection: Driver, case: Case, translation: Translation) -> None:
    """Keep merges and erasures in mind, and scrub what is stored of the erased and the anonymised."""
    body = case.body
    if body.action == "merge_candidate" and body.person is not None and body.person.merged_into is not None:
        await keep_merge(connection, body.person.external_id, body.person.merged_into)
    if body.candidate is not None and any(isinstance(intent, Erasure) for intent in translation.intents):
        await forget_person(connection, body.candidate, body.deleted_applications, case.receipt.received_at)
    elif body.candidate is not None and body.action == "candidate_anonymized":
        await forget_raw_bodies(connection, body.candidate)
