"""The HTTP operations of analytics."""
