"""What the queue refuses, each with its stable code."""

from shared.errors import Conflict, NotFound


class ItemUnknown(NotFound):
    """No person has or had this item."""

    code = "queue_item_unknown"
    title = "There is no such queue item"


class LeaseUsed(Conflict):
    """Something else was done with the lease; the problem's ``done`` says what."""

    code = "lease_used"
    title = "Something else was done with this lease"


class LeaseLost(Conflict):
    """The item is not the caller's: the lease expired or never was."""

    code = "lease_lost"
    title = "The item is not leased to you"
