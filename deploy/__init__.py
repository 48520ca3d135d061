"""How Rekindle is put to work: one machine, containers, a cluster."""
