"""A delivery whose postings are to be posted, and how an intent becomes one."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from services.connectors.domain.greenhouse.translation import Receipt
from services.connectors.domain.intents import CandidatePatch, Erasure, Fact, Intent, PositionPatch
from services.connectors.storage.deliveries import DeliveryStatus
from services.connectors.storage.postings import Posting, PostingKind


@dataclass(frozen=True, slots=True)
class LeasedDelivery:
    """A delivery that its holder alone posts until ``lease``, which is None where nothing is to be posted.

    ``postings`` None: they are yet to be read, and the status with them.
    """

    body_hash: str
    lease: datetime | None
    status: DeliveryStatus
    reason: str | None
    postings: Sequence[Posting] | None
    attempts: int = 0


def posting_of(intent: Intent, receipt: Receipt) -> Posting:
    """What an intent of a body has posted."""
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
        "time": fact.time.isoformat().replace("+00:00", "Z"),
        "data": dict(fact.data),
    }
