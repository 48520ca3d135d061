"""Consumers: one handler a file."""
