"""What the queue refuses, each with its stable code."""

from datetime import datetime
from typing import Self
from uuid import UUID

from services.engagement.domain.queue_log import Lease
from shared.errors import Conflict, NotFound
from shared.timestamps import written


class ItemUnknown(NotFound):
    """No person has or had this item."""

    code = "queue_item_unknown"
    title = "There is no such queue item"


class LeaseUsed(Conflict):
    """Something else was done with the lease; the problem's ``done`` says what."""

    code = "lease_used"
    title = "Something else was done with this lease"


class NothingToUndo(Conflict):
    """Nothing was done with the lease, or more was done with the item since."""

    code = "nothing_to_undo"
    title = "There is nothing that could be undone"


class LeaseLost(Conflict):
    """The item is not the caller's: the lease expired or never was."""

    code = "lease_lost"
    title = "The item is not leased to you"

    @classmethod
    def to(cls, id: UUID, lease: Lease | None, now: datetime) -> Self:
        """The refusal, which names whoever holds the item by another lease."""
        if lease is None or not lease.holds(now):
            return cls(f"The item {id} is not held by this lease; claim it again.")
        until = written(lease.expires_at)
        return cls(
            f"The item {id} is held by {lease.recruiter} until {until}.", extra={"held_by": lease.recruiter, "held_until": until}
        )


class ItemNotDue(Conflict):
    """Only what is due can be taken out; what is planned for later is put off."""

    code = "queue_item_not_due"
    title = "Nothing of the item is due"


class ItemNotLive(Conflict):
    """The item is not in the queue now."""

    code = "queue_item_not_live"
    title = "The item is not in the queue"
