"""HTTP: a router and its models per resource."""
