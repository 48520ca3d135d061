"""connectors: what an applicant tracking system says, told to Rekindle's public API."""
