"""Who enters and leaves pools, and whose market status turns, for those who subscribe to them."""

from typing import Annotated, ClassVar
from uuid import UUID

from pydantic import Field

from shared.events.base import EventData
from shared.events.fields import Code, Flag
from shared.events.topics import Topic
from shared.events.vocabulary import MarketStatus, PoolReason

_POOL = Field(description="The pool.", examples=["3f0c5d0a-3d51-5a35-9d4e-4f1f5f2b7c11"])
_BY = Field(description="Who said so, as a code; absent where nobody did. The reason, free text, stays with candidates.")


class PoolEntered(EventData):
    """The person became a member of the pool. ``alert``: of a pool that is to alert, and not because its rule is new."""

    type: ClassVar[str] = "rekindle.pool.entered"
    topic: ClassVar[Topic] = Topic.POOL

    candidate_id: UUID
    pool_id: Annotated[UUID, _POOL]
    reason: Annotated[PoolReason, Field(description="By the pool's rule, or by hand.")]
    by: Annotated[Code | None, _BY] = None
    alert: Annotated[Flag, Field(description="Whether somebody wants to know of it.")] = False


class PoolLeft(EventData):
    """The person is no member of the pool any more."""

    type: ClassVar[str] = "rekindle.pool.left"
    topic: ClassVar[Topic] = Topic.POOL

    candidate_id: UUID
    pool_id: Annotated[UUID, _POOL]
    reason: Annotated[
        PoolReason,
        Field(description="The rule, somebody's hand, a merge into another record, or the pool was deleted."),
    ]
    by: Annotated[Code | None, _BY] = None


class MarketStatusChanged(EventData):
    """The person's market status turned, by what a record says or by what events taught; what was not known before is no turn."""

    type: ClassVar[str] = "rekindle.market_status.changed"
    topic: ClassVar[Topic] = Topic.POOL

    candidate_id: UUID
    before: Annotated[MarketStatus, Field(description="What it was.", examples=["passive"])]
    market_status: MarketStatus


class PoolEventErased(EventData):
    """Stands in the place of an event about a person who was erased since, where that is published again."""

    type: ClassVar[str] = "rekindle.pool_event.erased"
    topic: ClassVar[Topic] = Topic.POOL

    candidate_id: UUID
