"""Measures every figure of speed as a ratio of two things measured in the same run: `make bench`."""
