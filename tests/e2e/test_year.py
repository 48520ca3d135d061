"""Small years of a hiring team, lived through on stacks of their own whose clocks are set: what follows is what the model says.

A year passes in about half a minute.
"""

from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from rekindle.simulation.year import Year, arrivals
from tests.year.comparison import called
from tests.year.journal import Journal
from tests.year.owed import owed_to
from tests.year.person import person_at
from tests.year.running import lived_as_the_model_says, stack_with_a_clock

YEAR = Year(begins=datetime(2025, 11, 1, tzinfo=UTC), people=150, positions=12, recruiters=6, facts=3000, desk_days=21)
FEW_FACTS = replace(YEAR, seed=9, people=300, facts=2400)
"""One to whom we owed something has two records that were linked, and every event names the same of them."""


@pytest.mark.parametrize("year", [YEAR, FEW_FACTS], ids=["many facts", "few facts"])
async def test_a_year_ends_as_the_model_says(tmp_path: Path, year: Year) -> None:
    async with stack_with_a_clock(tmp_path) as (stack, file):
        lived = await lived_as_the_model_says(stack, file, year)

    assert lived.stored >= year.facts
    assert lived.duplicates > 0
    assert lived.acts > 50


def test_somebody_linked_is_named_by_the_events_of_one_record_alone() -> None:
    journal = Journal()
    for arrival in arrivals(FEW_FACTS):
        journal.take(arrival)

    linked = [streams for streams in journal.persons() if len(streams) == 2]
    owed = [streams for streams in linked if owed_to(person_at(journal, streams, FEW_FACTS.ends), FEW_FACTS.ends)]

    assert [len(called(journal, streams)) - 1 for streams in owed].count(1) == 1
