"""Importing people from files: how a file is read, what its columns mean, whom a row names. Pure."""
