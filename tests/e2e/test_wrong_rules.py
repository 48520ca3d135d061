"""A file of rules with an error stops the start of the whole stack, and the message names line and rule."""

from pathlib import Path

import pytest

from rekindle.embedded.failures import CannotStart
from rekindle.embedded.stack import running


async def test_a_wrong_rule_stops_the_start(tmp_path: Path) -> None:
    rules = tmp_path / "returns.toml"
    rules.write_text("salary_days = 180\nghosted_days = -1\n")

    with pytest.raises(CannotStart) as failure:
        async with running(data=tmp_path / "stack", extra_env={"ENGAGEMENT_RETURNS": str(rules)}):
            pytest.fail("it started")

    said = f"{failure.value} {failure.value.detail}"
    assert f"{rules}:2: ghosted_days: must be greater than or equal to 0" in said
