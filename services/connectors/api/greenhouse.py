"""POST /v1/connectors/greenhouse: the vendor's webhook. Its signature takes the place of a token."""

import asyncio
import logging
from datetime import UTC, datetime
from typing import Annotated, Any

from fastapi import APIRouter, Header, Request
from pydantic import BaseModel, Field

from services.connectors.api.dependencies import ConnectorDep
from services.connectors.api.models import PostedEvent, posted_events
from services.connectors.domain.signature import is_signed
from services.connectors.use_cases.list_deliveries import get_delivery
from services.connectors.use_cases.receive_delivery import receive_delivery
from shared.db.engine import Sessions
from shared.security.auth import Unauthenticated
from shared.web.routing import StrictRoute

logger = logging.getLogger(__name__)

router = APIRouter(prefix="/v1/connectors/greenhouse", tags=["greenhouse"], route_class=StrictRoute)


class WrongSignature(Unauthenticated):
    """The body was not signed with the webhook's secret key."""

    code = "wrong_signature"
    title = "The signature does not match the body"


class DeliveryResult(BaseModel):
    """The status of a delivery at the time of the answer."""

    status: str = Field(description="applied, queued (accepted; posted soon), waiting, not_mapped, failed or repeated")
    id: str = Field(description="the delivery's id here: the SHA-256 of its raw body")
    delivery: str | None = Field(description="Greenhouse-Event-ID of the first receipt")
    events: list[PostedEvent] = Field(description="the events that the body made, also those of its first receipt")
    reason: str | None = Field(description="why it waits, is not mapped or failed; or what was left unmapped")


_BODY: dict[str, Any] = {
    "requestBody": {
        "required": True,
        "description": "A webhook body, exactly as Greenhouse sent it.",
        "content": {"application/json": {"schema": {"type": "object"}, "example": {"action": "ping", "payload": {}}}},
    }
}


Signature = Annotated[
    str | None,
    Header(alias="Signature", description="HMAC-SHA256 of the raw body with the secret key.", examples=["sha256 " + "0f" * 32]),
]
EventId = Annotated[
    str | None, Header(alias="Greenhouse-Event-ID", description="Greenhouse's id of this delivery.", examples=["1700000000"])
]


@router.post("", openapi_extra=_BODY)
async def receive_greenhouse_delivery(
    request: Request,
    connector: ConnectorDep,
    signature: Signature = None,
    greenhouse_event_id: EventId = None,
) -> DeliveryResult:
    """Take a delivery. Whatever is genuine is answered with 200, repeated or not mapped too; the rest with 401."""
    raw = await request.body()
    is_one = len(request.headers.getlist("signature")) == 1
    if not is_one or not is_signed(raw, signature, connector.settings.greenhouse_secret.get_secret_value()):
        raise WrongSignature("Send one Signature: sha256 <hex>, the HMAC-SHA256 of the raw body with the webhook's secret key.")
    received = await receive_delivery(connector.sessions, raw, greenhouse_event_id, connector.reading, now=datetime.now(UTC))
    own = received.own
    try:
        async with asyncio.timeout(connector.settings.answer_seconds):
            for one in await connector.queue.post(received.to_post):
                own = one if one.body_hash == received.body_hash else own
    except TimeoutError:
        logger.warning("posting takes long; the worker goes on", extra={"delivery": received.body_hash})
    if own is None:
        return await _repeated(connector.sessions, received.body_hash)
    return DeliveryResult(
        status=own.status.value,
        id=own.body_hash,
        delivery=received.delivery_id,
        events=posted_events(own.postings or ()),
        reason=own.reason,
    )


async def _repeated(sessions: Sessions, body_hash: str) -> DeliveryResult:
    """The answer to a body that came before."""
    found = await get_delivery(sessions, body_hash)
    if found is None:
        raise LookupError(f"delivery {body_hash} was committed and is not there")
    delivery, postings = found
    return DeliveryResult(
        status="repeated",
        id=delivery.body_hash,
        delivery=delivery.delivery_id,
        events=posted_events(postings),
        reason=delivery.reason,
    )
