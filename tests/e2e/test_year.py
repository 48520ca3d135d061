"""A small year of a hiring team, lived through on a stack of its own whose clock is set: what follows is what the model says.

A year passes in about half a minute.
"""

from datetime import UTC, datetime
from pathlib import Path

from rekindle.simulation.year import Year
from tests.year.running import lived_as_the_model_says, stack_with_a_clock

YEAR = Year(begins=datetime(2025, 11, 1, tzinfo=UTC), people=150, positions=12, recruiters=6, facts=3000, desk_days=21)


async def test_a_year_ends_as_the_model_says(tmp_path: Path) -> None:
    async with stack_with_a_clock(tmp_path) as (stack, file):
        lived = await lived_as_the_model_says(stack, file, YEAR)

    assert lived.stored >= YEAR.facts
    assert lived.duplicates > 0
    assert lived.acts > 50
