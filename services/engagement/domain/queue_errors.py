"""What the queue refuses, each with its stable code."""

from shared.errors import Conflict, NotFound


class ItemUnknown(NotFound):
    """No person has or had this item."""

    code = "queue_item_unknown"
    title = "There is no such queue item"


class LeaseLost(Conflict):
    """The item is not the caller's: the lease expired, was used up or never was."""

    code = "lease_lost"
    title = "The item is not leased to you"
