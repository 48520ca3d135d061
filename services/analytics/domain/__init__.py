"""Pure rules of analytics: no I/O, the clock is a parameter."""
