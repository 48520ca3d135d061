"""The HTTP API: a router and its models per resource."""
