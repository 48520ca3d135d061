"""analytics: what it adds up to. Read models only, made from the bus."""
