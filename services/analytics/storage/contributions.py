"""What attempts add to the metrics, as SQL: a row ``one (measure, at, seconds)`` for each contribution.

In it a measure of durations ends with a dot; ``COUNTED_AS`` is what counters and sums call it, with its bucket.
"""

_LONG = "length(ltrim(CAST(CAST(one.seconds / 60 AS bit(32)) AS text), '0')) - 6"
"""How often a duration is doubled beyond the buckets of a minute: see ``metrics.durations.bucket_of``."""
COUNTED_AS = f"""
    CASE WHEN right(one.measure, 1) <> '.' THEN one.measure WHEN one.seconds < 3840 THEN one.measure || (one.seconds / 60)
        ELSE one.measure || ((({_LONG}) << 5) + ((one.seconds / 60) >> ({_LONG}))) END
"""


def contributions(attempts: str, profiles: str = "profiles") -> str:
    """The join that gives the contributions of attempts, by the name that these have in the query."""
    return f"""
        JOIN {profiles} AS profile ON profile.profile = {attempts}.profile CROSS JOIN LATERAL (
            SELECT coded.measure, {attempts}.times[coded.place] AS at, coalesce(coded.seconds, 0) AS seconds
            FROM unnest(profile.measures, profile.places, {attempts}.lasting) AS coded (measure, place, seconds)
        ) AS one
    """  # noqa: S608 - constants of this service


def measures(attempts: str, profiles: str = "profiles") -> str:
    """The same with the measures alone, which takes less time."""
    return f"""
        JOIN {profiles} AS profile ON profile.profile = {attempts}.profile
        CROSS JOIN LATERAL unnest(profile.measures) AS one (measure)
    """
