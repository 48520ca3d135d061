"""Whatever is killed or stalled, no accepted event is lost, counted twice or out of order."""

from pathlib import Path

import pytest

from tests.chaos.monkey import CORE
from tests.chaos.storm import storm


@pytest.mark.timeout(420)
async def test_a_storm_loses_nothing_and_counts_nothing_twice(tmp_path: Path) -> None:
    figures = await storm(tmp_path, seconds=75, seed=1, pause=0.5)

    assert figures.accepted > 200
    assert figures.changes > 50
    assert figures.claimed > 20
    assert figures.erased > 5
    assert figures.faults > 0, "parts were killed while requests were under way"
    assert {f"kill {part}" for part in CORE} <= figures.acts.keys()
    assert any(act.startswith("stall") for act in figures.acts)
