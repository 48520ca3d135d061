"""Whatever is killed or stalled, no accepted event is lost, counted twice or out of order."""

from pathlib import Path

import pytest

from tests.chaos.storm import storm


@pytest.mark.timeout(420)
async def test_a_storm_loses_nothing_and_counts_nothing_twice(tmp_path: Path) -> None:
    figures = await storm(tmp_path, seconds=60, seed=1)

    assert figures.accepted > 200
    assert sum(figures.acts.values()) >= 4
