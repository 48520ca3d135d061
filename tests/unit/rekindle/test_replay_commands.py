"""The commands that post, publish and fold again explain themselves, and tell misuse from problems."""

from pathlib import Path

import pytest
import typer
from typer.testing import CliRunner

from rekindle.cli import dead_letters, duplicates, import_people, rebuild, replay, republish
from rekindle.embedded.failures import CannotStart

COMMANDS = (
    ["import"],
    ["duplicates", "scan"],
    ["replay"],
    ["republish"],
    ["rebuild"],
    ["rebuild", "analytics"],
    ["rebuild", "queue"],
    ["dead-letters"],
    ["dead-letters", "list"],
    ["dead-letters", "show"],
    ["dead-letters", "replay"],
)


@pytest.fixture
def app(monkeypatch: pytest.MonkeyPatch) -> typer.Typer:
    """A command with nothing but the extensions, in an environment that names no database and no API."""
    for service in ("CANDIDATES", "ENGAGEMENT", "ANALYTICS", "CONNECTORS"):
        monkeypatch.delenv(f"{service}_DATABASE_URL", raising=False)
    for name in ("REKINDLE_URL", "REKINDLE_TOKEN", "REKINDLE_DATA"):
        monkeypatch.delenv(name, raising=False)
    app = typer.Typer(name="rekindle")
    for module in (import_people, duplicates, replay, republish, rebuild, dead_letters):
        module.register(app)
    return app


@pytest.mark.parametrize("command", COMMANDS, ids=" ".join)
def test_every_command_explains_itself(app: typer.Typer, command: list[str]) -> None:
    shown = CliRunner().invoke(app, [*command, "--help"])

    assert shown.exit_code == 0
    assert "Usage: " in shown.stdout


@pytest.mark.parametrize(
    "arguments",
    [
        ["import"],
        ["replay", "log.csv"],
        ["replay", "--mapping", "mapping.toml"],
        ["replay", "log.csv", "--mapping", "mapping.toml", "--rate", "0"],
        ["republish", "--topic", "rekindle.control.v1"],
        ["rebuild", "candidates"],
        ["dead-letters", "show"],
        ["dead-letters", "show", "12"],
        ["dead-letters", "show", "connectors:12"],
        ["dead-letters", "show", "analytics:99999999999999999999"],
        ["dead-letters", "replay"],
        ["dead-letters", "replay", "analytics:1", "--all"],
        ["dead-letters", "list", "--service", "connectors"],
    ],
    ids=" ".join,
)
def test_misuse_ends_with_2_in_our_own_words(app: typer.Typer, arguments: list[str], tmp_path: Path) -> None:
    outcome = CliRunner().invoke(app, arguments)

    assert outcome.exit_code == 2
    assert "Value error" not in outcome.output


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["import", "people.csv"], "Nothing runs on"),
        (["import", "people.csv", "--mapping", "nowhere.json"], "cannot be read as JSON"),
        (["duplicates", "scan"], "Nothing runs on"),
        (["replay", "log.csv", "--mapping", "mapping.toml"], "Nothing runs on"),
        (["replay", "log.csv", "--mapping", "mapping.toml", "--url", "here", "--token", "t"], "begins with http://"),
        (["republish"], "CANDIDATES_DATABASE_URL is not set"),
        (["rebuild", "analytics"], "ANALYTICS_DATABASE_URL is not set"),
        (["rebuild", "queue"], "ENGAGEMENT_DATABASE_URL is not set"),
        (["dead-letters", "list"], "CANDIDATES_DATABASE_URL is not set"),
        (["dead-letters", "show", "analytics:1"], "ANALYTICS_DATABASE_URL is not set"),
        (["dead-letters", "replay", "analytics:1"], "ANALYTICS_DATABASE_URL is not set"),
    ],
)
def test_without_a_stack_each_says_what_to_do(app: typer.Typer, arguments: list[str], said: str, tmp_path: Path) -> None:
    outcome = CliRunner().invoke(app, [*arguments, "--data", str(tmp_path)])

    assert isinstance(outcome.exception, CannotStart)
    assert said in str(outcome.exception)
