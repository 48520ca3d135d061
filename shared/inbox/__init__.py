"""Exactly-once application of consumed events."""
