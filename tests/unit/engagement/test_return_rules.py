"""The file of intervals: its defaults, what it may say, and that a wrong one names file, line and rule."""

from dataclasses import fields
from datetime import timedelta
from pathlib import Path

import pytest

from services.engagement.domain.return_policy import ReturnPolicy
from services.engagement.main import create_app
from services.engagement.return_rules import SHIPPED, ReturnRules, return_policy
from services.engagement.settings import EngagementSettings
from services.engagement.use_cases.follow_policy import code_digest, fingerprint_of
from services.engagement.worker import parts
from shared.rule_file import RuleFileError
from shared.timestamps import UTC_ZONE


def written(folder: Path, content: str | bytes) -> Path:
    file = folder / "returns.toml"
    file.write_bytes(content if isinstance(content, bytes) else content.encode())
    return file


def test_the_shipped_file_names_every_interval_with_the_default_of_the_policy() -> None:
    assert return_policy(None, UTC_ZONE) == ReturnRules().policy(UTC_ZONE) == ReturnPolicy()
    text = SHIPPED.read_text()
    assert all(f"\n{one.name}_days = " in text for one in fields(ReturnPolicy) if one.name != "zone")


def test_a_file_changes_what_it_names_and_nothing_else(tmp_path: Path) -> None:
    policy = return_policy(written(tmp_path, "salary_days = 7\n"), UTC_ZONE)

    assert (policy.salary, policy.timing) == (timedelta(days=7), ReturnPolicy().timing)


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ("# ours\nsalary = 7\n", ":2: salary: is no key here; the keys are salary_days, "),
        ("salary_days = -1\n", ":1: salary_days: must be greater than or equal to 0"),
        ("\n\nsalary_days = 36501\n", ":3: salary_days: must be less than or equal to 36500"),
        ("salary_days = 1.5\n", ":1: salary_days: must be a valid integer"),
        ('salary_days = "7"\n', ":1: salary_days: must be a valid integer"),
        ("salary_days = true\n", ":1: salary_days: must be a valid integer"),
        ("salary_days = 1" + "0" * 40, ":1: salary_days: "),
        ("ghosted_days = 90\nghosted_at_most_days = 30\n", ":2: ghosted_at_most_days: must not be less than ghosted_days"),
        ("ghosted_days = 4000\n", ":1: ghosted_at_most_days: must not be less than ghosted_days, which is 4000"),
        ("[salary]\ndays = 7\n", ":1: salary: is no key here"),
        ("salary_days = 1\nsalary_days = 2\n", ":2: is not TOML: "),
        ("salary_days =\n", ":1: is not TOML: "),
        ("salary_days = 1\n\n[broken", ":3: is not TOML: "),
        (b"salary_days = 1\n# \xff\n", ":2: is not UTF-8"),
        ("#" * 1_000_001, ": holds 1,000,001 bytes"),
    ],
)
def test_a_wrong_file_names_line_and_rule(tmp_path: Path, content: str | bytes, said: str) -> None:
    file = written(tmp_path, content)

    with pytest.raises(RuleFileError) as refused:
        return_policy(file, UTC_ZONE)

    assert str(refused.value).startswith(f"{file}:")
    assert said in str(refused.value)


def test_every_fault_is_named_at_once_in_their_order(tmp_path: Path) -> None:
    file = written(tmp_path, "timing_days = -1\nwhat = 1\nsalary_days = 99999\n")

    with pytest.raises(RuleFileError) as refused:
        return_policy(file, UTC_ZONE)

    lines = str(refused.value).splitlines()
    assert [line.removeprefix(str(file)).split(": ")[:2] for line in lines] == [
        [":1", "timing_days"],
        [":2", "what"],
        [":3", "salary_days"],
    ]


def test_a_wrong_or_missing_file_stops_the_start_of_api_and_worker(tmp_path: Path) -> None:
    for file in (written(tmp_path, "salary_days = -1\n"), tmp_path / "missing.toml", tmp_path):
        settings = EngagementSettings(returns=file)
        with pytest.raises(RuleFileError):
            create_app(settings)
        with pytest.raises(RuleFileError):
            parts(settings)


def test_the_fingerprint_is_that_of_the_rules(tmp_path: Path) -> None:
    def of(content: str) -> str:
        return fingerprint_of(EngagementSettings(returns=written(tmp_path, content)).policy)

    assert of("") == of("salary_days = 180\n") == fingerprint_of(EngagementSettings().policy)
    assert of("") != of("salary_days = 181\n")


def test_changed_code_of_a_rule_changes_the_digest_and_what_is_said_about_it_does_not() -> None:
    rule = 'def cap(days: int) -> int:\n    """So many days."""\n    return 7 * days  # a week\n'

    assert code_digest([rule]) == code_digest([rule.replace("So many", "At least so many").replace("  # a week", "")])
    assert code_digest([rule]) != code_digest([rule.replace("7", "8")])
    assert code_digest([rule]) != code_digest([rule, rule])
