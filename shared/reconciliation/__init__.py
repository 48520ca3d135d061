"""Finding and repairing what a consumer misses."""
