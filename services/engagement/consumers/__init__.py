"""One handler of bus events per file."""
