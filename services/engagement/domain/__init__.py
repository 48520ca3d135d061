"""Pure rules: values in, values out; the clock is a parameter."""
