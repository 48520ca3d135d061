"""A year of a hiring team once more: a slow, simple model of what the product document says, to compare the services with.

Nothing of the services is used, and of ``shared`` only the form of a fact that the naive fold of attempts takes.
"""
