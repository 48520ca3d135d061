"""A file of rules with an error stops the start of the whole stack, and the message names line and rule."""

from pathlib import Path

import pytest

from rekindle.embedded.failures import CannotStart
from rekindle.embedded.stack import running


@pytest.mark.parametrize(
    ("variable", "text", "rule"),
    [
        ("ENGAGEMENT_RETURNS", "salary_days = 180\nghosted_days = -1\n", "2: ghosted_days: must be greater than or equal to 0"),
        (
            "CANDIDATES_RETENTION",
            '[[rules]]\nname = "All"\nmonths = 0\n',
            "3: rules.0.months: must be greater than or equal to 1",
        ),
        ("REKINDLE_RATES", 'source = "a bank"\nas_of = 2026-01-02\nbase = "XXY"\n[rates]\n', "3: base: "),
    ],
)
async def test_a_wrong_rule_stops_the_start_before_anything_is_started(
    tmp_path: Path, variable: str, text: str, rule: str
) -> None:
    rules = tmp_path / "rules.toml"
    rules.write_text(text)

    with pytest.raises(CannotStart) as failure:
        async with running(data=tmp_path / "stack", extra_env={variable: str(rules)}):
            pytest.fail("it started")

    said = f"{failure.value} {failure.value.detail}"
    assert f"{rules}:{rule}" in said
    assert variable in said
    assert not list((tmp_path / "stack").glob("**/*.log"))
