"""GET /v1/connectors/greenhouse/deliveries and /unmapped: the status of what was received, for whoever runs the connector."""

from datetime import datetime
from typing import Annotated, Literal

from fastapi import APIRouter, Path, Query
from pydantic import BaseModel, Field

from services.connectors.api.dependencies import SessionsDep
from services.connectors.api.models import PostedEvent, posted_events
from services.connectors.storage.deliveries import Delivery, DeliveryStatus
from services.connectors.storage.postings import PostingKind
from services.connectors.use_cases.list_deliveries import get_delivery, list_deliveries, list_unmapped
from shared.errors import NotFound
from shared.security.auth import requires
from shared.security.token_issuer import Scope
from shared.web.pagination import decode_cursor, encode_cursor
from shared.web.routing import StrictRoute

router = APIRouter(
    prefix="/v1/connectors/greenhouse",
    tags=["greenhouse"],
    route_class=StrictRoute,
    dependencies=[requires(Scope.ADMIN)],
)


class DeliveryItem(BaseModel):
    """A delivery."""

    id: str = Field(description="the SHA-256 of its raw body")
    delivery: str | None = Field(description="Greenhouse-Event-ID of the first receipt")
    action: str
    status: DeliveryStatus
    reason: str | None
    received_at: datetime = Field(description="the first receipt")
    receipts: int
    last_received_at: datetime
    application: str | None
    candidate: str | None

    @classmethod
    def of(cls, delivery: Delivery) -> "DeliveryItem":
        return cls(
            id=delivery.body_hash,
            delivery=delivery.delivery_id,
            action=delivery.action,
            status=delivery.status,
            reason=delivery.reason,
            received_at=delivery.received_at,
            receipts=delivery.receipts,
            last_received_at=delivery.last_received_at,
            application=delivery.application,
            candidate=f"greenhouse:{delivery.candidate}" if delivery.candidate else None,
        )


class DeliveryPage(BaseModel):
    """Deliveries, the newest first."""

    items: list[DeliveryItem]
    next_cursor: str | None


class PostedRecord(BaseModel):
    """A record's PATCH, or an erasure, that a body made."""

    kind: PostingKind
    target: str
    status: str
    answer: str | None = Field(description="why it was refused, or which fields were left out")


class DeliveryDetail(DeliveryItem):
    """A delivery with all that it made."""

    events: list[PostedEvent]
    records: list[PostedRecord]


class UnmappedName(BaseModel):
    """A name that the mapping file does not know."""

    kind: str = Field(description="stage or rejection_reason")
    name: str
    external_id: str | None
    position: str | None = Field(description="the job, where the name belongs to one")
    count: int = Field(description="bodies that hold it; a repeat counts once")
    last_received_at: datetime


class UnmappedPage(BaseModel):
    """Names without a mapping, the most frequent first."""

    items: list[UnmappedName]


@router.get("/deliveries")
async def list_greenhouse_deliveries(
    sessions: SessionsDep,
    status: Annotated[DeliveryStatus | None, Query()] = None,
    cursor: Annotated[str | None, Query(max_length=500)] = None,
    limit: Annotated[int, Query(ge=1, le=200)] = 50,
) -> DeliveryPage:
    """List deliveries, the newest first."""
    purpose = f"greenhouse deliveries {status or ''}"
    before = decode_cursor(purpose, cursor, int) if cursor is not None else None
    found = await list_deliveries(sessions, status=status, before=before, limit=limit + 1)
    more = encode_cursor(purpose, [found[limit - 1].number]) if len(found) > limit else None
    return DeliveryPage(items=[DeliveryItem.of(delivery) for delivery in found[:limit]], next_cursor=more)


@router.get("/deliveries/{delivery_id}")
async def get_greenhouse_delivery(
    sessions: SessionsDep, delivery_id: Annotated[str, Path(pattern="^[0-9a-f]{64}$")]
) -> DeliveryDetail:
    """One delivery with everything that it made."""
    found = await get_delivery(sessions, delivery_id)
    if found is None:
        raise NotFound(f"There is no delivery {delivery_id}.")
    delivery, postings = found
    records = [
        PostedRecord(kind=item.kind, target=item.target, status=item.state.value, answer=item.answer)
        for item in postings
        if item.kind is not PostingKind.FACT
    ]
    return DeliveryDetail(**DeliveryItem.of(delivery).model_dump(), events=posted_events(postings), records=records)


@router.get("/unmapped")
async def list_unmapped_names(
    sessions: SessionsDep,
    kind: Annotated[Literal["stage", "rejection_reason"] | None, Query()] = None,
    limit: Annotated[int, Query(ge=1, le=1000)] = 200,
) -> UnmappedPage:
    """List stages and rejection reasons that the mapping file does not know, with how many bodies hold each."""
    found = await list_unmapped(sessions, kind=kind, limit=limit)
    return UnmappedPage(
        items=[
            UnmappedName(
                kind=name.kind,
                name=name.name,
                external_id=name.external_id,
                position=f"greenhouse:{name.position}" if name.position else None,
                count=name.count,
                last_received_at=name.last_received_at,
            )
            for name in found
        ]
    )
