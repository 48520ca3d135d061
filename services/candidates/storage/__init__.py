"""Where records, links and what was learned are kept. Takes a session and never commits."""
