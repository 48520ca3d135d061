"""Receive a genuine delivery: commit it with all that follows from it, before anything is posted."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from services.connectors.domain.greenhouse.body import Body, UnreadableBodyError, read_body
from services.connectors.domain.greenhouse.translation import Receipt
from services.connectors.domain.greenhouse.values import text
from services.connectors.storage import deliveries, knowledge
from services.connectors.storage.deliveries import DeliveryStatus
from services.connectors.use_cases.posted import LeasedDelivery
from services.connectors.use_cases.understand_body import Case, Reading, names_of, understand_body
from shared.db.engine import Sessions


@dataclass(frozen=True, slots=True)
class ReceivedDelivery:
    """A delivery that is committed."""

    body_hash: str
    delivery_id: str | None
    own: LeasedDelivery | None
    """None for a body that came before."""
    to_post: Sequence[LeasedDelivery]
    """The deliveries that have something to post now: this one, and those that waited for it."""


async def receive_delivery(
    sessions: Sessions, raw: bytes, delivery_id: str | None, reading: Reading, *, now: datetime
) -> ReceivedDelivery:
    """Store the delivery, learn from it and queue what it makes; a body that came before has no effect."""
    body_hash, delivery_id = hashlib.sha256(raw).hexdigest(), text(delivery_id, 200)
    body: Body | None = None
    problem: str | None = None
    try:
        body = read_body(raw)
    except UnreadableBodyError as unreadable:
        problem = str(unreadable)
    new = {
        "body_hash": body_hash,
        "delivery_id": delivery_id,
        "action": body.action if body else "",
        "received_at": now,
        "last_received_at": now,
        "raw": raw if body else None,
        "status": DeliveryStatus.NOT_MAPPED,
        "reason": problem,
    }
    names = [f"body {body_hash}", *(names_of(body) if body else ())]
    async with sessions.begin_raw(knowledge.locking(names)) as transaction:
        connection = transaction.connection
        recalled = await knowledge.recall(connection, body_hash, body)
        if recalled.is_repeat:
            await deliveries.count_repeat(connection, body_hash, now)
            return ReceivedDelivery(body_hash, delivery_id, None, [])
        if body is None:
            write = deliveries.adding(new)
            await connection.execute(write.sql, *write.values)
            own = LeasedDelivery(body_hash, None, DeliveryStatus.NOT_MAPPED, problem, [])
            return ReceivedDelivery(body_hash, delivery_id, own, [])
        own, to_post = await understand_body(connection, Case(body, Receipt(body_hash, now), reading), recalled, new)
    return ReceivedDelivery(body_hash, delivery_id, own, to_post)
