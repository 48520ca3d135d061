"""Bodies about an offer: it was sent, or the candidate turned it down."""

from typing import Any

from services.connectors.domain.greenhouse.body import Offer
from services.connectors.domain.greenhouse.moments import RESOLVED, SENT
from services.connectors.domain.greenhouse.translation import Draft, Slot, reference
from services.connectors.domain.greenhouse.values import amount, branch, currency, day, plain, text

OFFERED = "pursuit.offered"
_PAY = ("salary", "base", "pay", "compensation")


def offered(draft: Draft) -> None:
    """A version of an offer: offered when it was first sent, declined when the candidate rejected it."""
    sent = offer_made(draft)
    declined = _offer_declined(draft)
    if not sent and not declined:
        draft.remarks.append("the offer is not sent yet")


def offer_made(draft: Draft) -> bool:
    """Whether the body's offer was sent. Only the first sending of an application's offers is a fact."""
    time = draft.clock.at(*SENT)
    if draft.body.offer is None or time is None:
        return False
    for number, job in enumerate(draft.jobs()):
        if any(fact.type == OFFERED and fact.job == job.external_id and fact.time <= time for fact in draft.knowledge.facts):
            draft.nothing_new = True
            draft.remarks.append("that an offer was made is on record already")
            continue
        data = {"position": reference(job.external_id), **terms_of(draft.body.offer), **draft.recruiter(job)}
        fact = draft.fact(Slot.OFFERED + number, OFFERED, data, time)
        draft.remember(fact, job.external_id)
    return True


def _offer_declined(draft: Draft) -> bool:
    """Whether the candidate rejected the offer. Acceptance comes with the hire's own body."""
    offer, time = draft.body.offer, draft.clock.at(*RESOLVED)
    if offer is None or offer.status != "rejected":
        return False
    for number, job in enumerate(draft.jobs()):
        data = {"position": reference(job.external_id), "reason": "offer_declined", **draft.recruiter(job)}
        known = [fact for fact in draft.knowledge.facts if fact.reason == "offer_declined" and fact.job == job.external_id]
        if time is not None and any(fact.time == time for fact in known):
            draft.nothing_new = True
            continue
        fact = draft.fact(Slot.ENDED + number, "pursuit.declined", data, time or draft.receipt.received_at)
        draft.remember(fact, job.external_id, at_receipt=time is None)
    return True


def terms_of(offer: Offer | None) -> dict[str, Any]:
    """When they start and what they are paid, where the offer says so."""
    if offer is None:
        return {}
    terms: dict[str, Any] = {}
    if start := day(offer.tree.get("starts_at")) or day(offer.tree.get("start_date")):
        terms["start_on"] = start.isoformat()
    for key, pay in branch(offer.tree, "custom_fields").items():
        if not isinstance(pay, dict) or pay.get("type") != "currency":
            continue
        words = {*plain(key).split(), *plain(text(pay.get("name")) or "").split()}
        sum_, unit = amount(branch(pay, "value").get("amount")), currency(branch(pay, "value").get("unit"))
        if words & set(_PAY) and sum_ is not None and unit:
            return terms | {"amount": sum_, "currency": unit}
    return terms
