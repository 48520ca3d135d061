"""What analytics reads from the bus, one handler a file."""
