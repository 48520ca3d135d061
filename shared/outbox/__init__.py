"""The transactional outbox: events are committed with the state they tell of, and published afterwards by the relay."""

from shared.outbox.append import append
from shared.outbox.tables import metadata

__all__ = ["append", "metadata"]
