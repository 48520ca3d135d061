"""What a person's records say that decides which positions they fit: columns of ``relationships``, joined over their streams."""

from datetime import datetime
from typing import Any

import orjson

from services.engagement.domain.gained import NOTHING_GAINED, Gained
from shared.events.vocabulary import Level
from shared.fit import NOTHING_KNOWN, Profile

COLUMNS = """
        (array_agg(level ORDER BY candidate_id <> person_id, candidate_id) FILTER (WHERE level IS NOT NULL))[1],
        max(years_experience), jsonb_agg(skills) FILTER (WHERE skills IS NOT NULL)::text
"""
"""Of rows that are grouped by person: the level of the stream that stands for them first, the most years, the skills of all."""


GAINED = "jsonb_agg(jsonb_build_array(skills, gained)) FILTER (WHERE gained IS NOT NULL)::text"
"""Of rows that are grouped by person: what each record says they gained."""


def gained_of(records: Any) -> Gained:
    """Since when any record names a skill, and the rises of the years of experience, from a row's column ``GAINED``."""
    if records is None:
        return NOTHING_GAINED
    since: dict[str, datetime] = {}
    rises: list[tuple[float, datetime]] = []
    always: set[str] = set()
    for skills, gained in orjson.loads(records):
        times = {skill: datetime.fromisoformat(at) for skill, at in gained["skills"].items()}
        always |= set(skills or ()) - times.keys()
        since |= {skill: min(at, since.get(skill, at)) for skill, at in times.items()}
        rises += [(years, datetime.fromisoformat(at)) for years, at in gained["years"]]
    in_order = sorted(rises, key=lambda rise: rise[1])
    return Gained({skill: at for skill, at in since.items() if skill not in always}, in_order)


def profile_of(level: Any, years: Any, skills: Any) -> Profile:
    """The profile that the columns of a row hold."""
    if level is None and years is None and skills is None:
        return NOTHING_KNOWN
    known = frozenset(skill for one in orjson.loads(skills or "[]") for skill in one)
    return Profile(known, None if level is None else Level(level), years)
