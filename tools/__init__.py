"""What `make check`, `make lock` and `make documents` run."""
