"""connectors: passes on what an applicant tracking system sends to Rekindle's public API."""
