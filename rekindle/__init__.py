"""The command, the embedded stack and what runs the services."""
