"""One verb per file; a use case owns its transaction."""
