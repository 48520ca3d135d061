"""What a person's records say that decides which positions they fit: columns of ``relationships``, joined over their streams."""

from typing import Any

import orjson

from shared.events.vocabulary import Level
from shared.fit import NOTHING_KNOWN, Profile

COLUMNS = """
        (array_agg(level ORDER BY candidate_id <> person_id, candidate_id) FILTER (WHERE level IS NOT NULL))[1],
        max(years_experience), jsonb_agg(skills) FILTER (WHERE skills IS NOT NULL)::text
"""
"""Of rows that are grouped by person: the level of the stream that stands for them first, the most years, the skills of all."""


def profile_of(level: Any, years: Any, skills: Any) -> Profile:
    """The profile that the columns of a row hold."""
    if level is None and years is None and skills is None:
        return NOTHING_KNOWN
    known = frozenset(skill for one in orjson.loads(skills or "[]") for skill in one)
    return Profile(known, None if level is None else Level(level), years)
