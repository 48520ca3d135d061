"""What Greenhouse's webhook bodies mean."""
