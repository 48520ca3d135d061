"""The transactional outbox: events are committed with the state they are about, and published afterwards by the relay."""

from shared.outbox.append import append, appending

__all__ = ["append", "appending"]
