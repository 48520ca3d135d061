"""candidates: who people are, and which positions there are."""
