"""The `rekindle` command, one subcommand a file."""
