"""The connectors' verbs; each owns its transactions."""
