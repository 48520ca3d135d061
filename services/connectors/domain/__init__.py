"""Pure rules of the connectors: bodies in, intents out."""
