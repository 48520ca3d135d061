"""Pure rules of records: values in, values out; the caller supplies the clock."""
