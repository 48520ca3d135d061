"""A believable year of a hiring team, made from a seed: the same parameters give the same year, whatever the machine.

`year.py` says what arrives, in order; `living.py` posts it through the HTTP API. Nothing here knows the services' code.
"""
