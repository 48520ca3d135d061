"""gateway: all services behind one base URL, in one process."""
