"""What the answers about deliveries have in common."""

from collections.abc import Sequence
from datetime import datetime

from pydantic import BaseModel, Field

from services.connectors.storage.postings import Posting, PostingKind


class PostedEvent(BaseModel):
    """An event that a body made."""

    id: str
    type: str
    subject: str
    time: datetime
    status: str = Field(description="queued, posted, refused, or erased with its person")
    after: str | None = Field(description="its place in its stream, for after= of the analytics")


def posted_events(postings: Sequence[Posting]) -> list[PostedEvent]:
    """The events among what was posted; those of an erased person are left out."""
    return [
        PostedEvent(
            id=item.content["id"],
            type=item.content["type"],
            subject=item.content["subject"],
            time=item.content["time"],
            status=item.state.value,
            after=item.after,
        )
        for item in postings
        if item.kind is PostingKind.FACT and item.content is not None
    ]
