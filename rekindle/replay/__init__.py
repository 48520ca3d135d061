"""Posting a log of past events through the HTTP API: rows of a CSV file, a mapping to facts, batches sent until answered."""
