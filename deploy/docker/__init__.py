"""What the container image needs beside the services: what to install, keys, a health probe, the check of the compose file."""
