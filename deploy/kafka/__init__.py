"""Topics on the broker: what exists, with which settings."""
