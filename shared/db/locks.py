"""Every advisory lock of PostgreSQL that Rekindle takes, once, so that no two uses share a number by accident.

Each service has a database of its own, and advisory locks are of one database; the numbers differ all the same, so that
``pg_locks`` can be read.
"""

MIGRATION = 7_234_501
"""Held by the process that migrates the database."""

RELAY = 7_234_502
"""Held by the leader of a service's relays."""

CLOCK = 7_234_510
"""Held by the leader of engagement's clock."""

IMPORTS = 7_234_515
"""Held by the process that works imports off."""

STAGING = 7_234_517
"""Held by whoever stores rows of an import that e-mail addresses name."""

REFERRALS = 7_234_518
"""Held by whoever records a referral."""

POOLS = 7_234_516
"""Held by whoever changes who is in pools, or announces it, behind the lock on the map of streams to persons."""

SYNC = 7_234_520
"""Held by whoever numbers what changed, for syncs."""

PEOPLE = 7_234_601
"""Shared by whoever applies facts; exclusive for whoever changes the stream to person map, or a position's closings."""

PERSON = 7_234_602
"""Class of the locks of single persons, whose streams may lie in several partitions."""
