"""What every process that verifies tokens must learn."""

from typing import ClassVar
from uuid import UUID

from shared.events.base import EventData
from shared.events.topics import Topic
from shared.timestamps import Moment


class TokenRevoked(EventData):
    """A token is refused from ``effective_at`` on.

    ``expires_at`` is when it would have ended by itself; the record may be forgotten after that.
    """

    type: ClassVar[str] = "rekindle.token.revoked"
    topic: ClassVar[Topic] = Topic.ACCESS
    token_id: UUID
    effective_at: Moment
    expires_at: Moment
