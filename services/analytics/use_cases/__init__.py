"""One verb a file; each owns its transaction, unless the consume loop does."""
