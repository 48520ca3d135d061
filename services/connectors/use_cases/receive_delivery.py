"""Receive a genuine delivery: commit it with all that follows from it, before anything is posted."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from services.connectors.domain.greenhouse.body import Body, UnreadableBodyError, read_body
from services.connectors.domain.greenhouse.translation import Receipt
from services.connectors.domain.greenhouse.values import text
from services.connectors.storage import deliveries
from services.connectors.storage.deliveries import DeliveryStatus
from services.connectors.use_cases.understand_body import Case, Reading, understand_body
from shared.db.engine import Sessions

LEASE = timedelta(seconds=30)
"""For so long the request alone posts what it received; then the worker does."""


@dataclass(frozen=True, slots=True)
class ConsumedRecord:
    """A delivery that is committed."""

    body_hash: str
    repeated: bool
    to_post: Sequence[str]
    """The bodies that have something to post now: this one, and those that waited for it."""


async def receive_delivery(
    sessions: Sessions, raw: bytes, delivery_id: str | None, reading: Reading, *, now: datetime
) -> ConsumedRecord:
    """Store the delivery, learn from it and queue what it makes; a body that came before has no effect."""
    body_hash = hashlib.sha256(raw).hexdigest()
    body: Body | None = None
    problem: str | None = None
    try:
        body = read_body(raw)
    except UnreadableBodyError as unreadable:
        problem = str(unreadable)
    new = {
        "body_hash": body_hash,
        "delivery_id": text(delivery_id, 200),
        "action": body.action if body else "",
        "received_at": now,
        "last_received_at": now,
        "raw": raw if body else None,
        "status": DeliveryStatus.NOT_MAPPED,
        "reason": problem,
    }
    async with sessions.begin() as session:
        if not await deliveries.claim(session, new):
            return ConsumedRecord(body_hash, repeated=True, to_post=[])
        if body is None:
            return ConsumedRecord(body_hash, repeated=False, to_post=[])
        touched = await understand_body(session, Case(body, Receipt(body_hash, now), reading))
        for touched_hash in touched:
            await deliveries.set_values(session, touched_hash, next_attempt_at=now + LEASE)
    return ConsumedRecord(body_hash, repeated=False, to_post=touched)
