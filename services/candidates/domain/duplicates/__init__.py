"""Which records may be one person: what they are compared by, which are compared, and how much speaks for it. Pure."""
