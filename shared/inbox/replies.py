"""Records for the control topic that a handler's service has no outbox for: the consume loop sends them after its commit.

One is lost with the process that should send it. Only what is asked for again may be sent so.
"""

from collections.abc import Iterable

from sqlalchemy.ext.asyncio import AsyncSession

from shared.db.engine import wait_for_disk
from shared.events import Event

_KEY = "replies"


def reply_after_commit(session: AsyncSession, events: Iterable[Event]) -> None:
    """Have the consume loop send these once the session's transaction is committed. The last thing that a handler does."""
    if added := list(events):
        session.info.setdefault(_KEY, []).extend(added)
        wait_for_disk(session)


def replies_of(session: AsyncSession) -> list[Event]:
    """What is to be sent."""
    found: list[Event] = session.info.get(_KEY, [])
    return found
