"""The filters of the queue: one list for its pages and counts, its claims and its bulk actions."""

from inspect import Parameter, Signature
from typing import Annotated, Any

from fastapi import Depends, Query
from pydantic import BaseModel, ConfigDict, Field

from services.engagement.domain.queue import QueueStatus
from services.engagement.storage.queue import Wanted
from shared.events.fields import Code, Country, PositionRef, Skill
from shared.events.vocabulary import Level, Reason, Tier, Trigger


class Body(BaseModel):
    """A request body: unknown fields are refused."""

    model_config = ConfigDict(extra="forbid")


class ItemFilters(Body):
    """Which items, by their reasons and persons."""

    position: PositionRef | None = Field(None, description="With a reason of this position.", examples=["demo:staff-engineer"])
    reason: Reason | None = Field(None, description="With this reason.")
    min_priority: int = Field(0, ge=0, le=100, description="Of this priority or a higher one.")
    trigger: Trigger | None = Field(None, description="Whom this brings back.")
    country: Country | None = Field(None, description="Where a record of the person says they live.", examples=["DE"])
    level: Level | None = Field(None, description="What a record of the person says they are.")
    skill: Skill | None = Field(None, description="What a record of the person says they can do.", examples=["python"])
    tier: Tier | None = Field(None, description="How close we stay to them; inner after a declined offer or as runner-up.")

    def wanted(self, status: QueueStatus | None = None) -> Wanted:
        """What storage is asked for."""
        return Wanted(**{"status": status} | {name: getattr(self, name) for name in _WANTED & type(self).model_fields.keys()})


_WANTED = frozenset({"recruiter", *ItemFilters.model_fields})


class QueueFilters(ItemFilters):
    """The filters of the list."""

    recruiter: Code | None = Field(None, description="Whom this recruiter holds, touched last, or owes what is overdue.")


async def _wanted(**asked: Any) -> Wanted:
    return QueueFilters(**asked).wanted()


# What FastAPI reads the parameters from: one for each filter.
_wanted.__signature__ = Signature(  # type: ignore[attr-defined]  # a function may have one
    [
        Parameter(
            name,
            Parameter.KEYWORD_ONLY,
            default=field.default,
            annotation=Annotated[
                field.annotation, *field.metadata, Query(description=field.description, examples=field.examples)
            ],
        )
        for name, field in QueueFilters.model_fields.items()
    ]
)

WantedDep = Annotated[Wanted, Depends(_wanted)]
