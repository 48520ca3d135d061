"""PostgreSQL, one module an aggregate. Takes a session and never commits."""
