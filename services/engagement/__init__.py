"""engagement: what happened, what may and must happen next."""
