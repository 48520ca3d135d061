"""The `rekindle` command: help that reads well, misuse told apart from problems."""

import json
from collections.abc import Iterator
from importlib.metadata import version
from pathlib import Path

import pytest
from typer.main import get_command
from typer.testing import CliRunner

from rekindle.cli import main as cli
from rekindle.cli.doctor import Finding, examine, partitions_in_words
from rekindle.cli.logs import show_logs
from rekindle.cli.measured import findings_in
from rekindle.embedded.failures import CannotStart
from rekindle.embedded.folder import DataFolder
from rekindle.runtime.registry import Service


def commands(command: object, path: tuple[str, ...] = ()) -> Iterator[tuple[str, ...]]:
    """The path of a command and of all below it."""
    yield path
    for name, below in getattr(command, "commands", {}).items():
        yield from commands(below, (*path, name))


@pytest.mark.parametrize("command", list(commands(get_command(cli.app))), ids=lambda path: " ".join(path) or "rekindle")
def test_every_command_explains_itself_in_80_columns(command: tuple[str, ...], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "80")

    shown = CliRunner().invoke(cli.app, [*command, "--help"])

    usage, *lines = shown.stdout.splitlines()
    assert shown.exit_code == 0
    assert usage.startswith(" ".join(["Usage: rekindle", *command]))
    assert max(map(len, lines)) <= 80
    assert not [line for line in lines if line.endswith("...")], "a summary is cut off"
    assert not [line for line in lines if line.lstrip().startswith("-") and "<" in line], "an option's value has no name"


def test_partitions_are_counted_by_topic() -> None:
    assert partitions_in_words([12, 12, 1]) == "2 topics of 12 partitions, 1 topic of 1 partition"


@pytest.mark.parametrize(
    "arguments",
    [
        ["no-such-command"],
        ["up", "--port", "70000"],
        ["up", "--no-such-option"],
        ["token", "create", "--name", "ats"],
        ["token", "create", "--name", "ats", "--scope", "everything"],
        ["token", "create", "--name", "ats", "--scope", "admin", "--expires-in", "soon"],
    ],
)
def test_misuse_ends_with_2(arguments: list[str]) -> None:
    assert CliRunner().invoke(cli.app, arguments).exit_code == 2


def test_a_problem_is_one_line_on_stderr_and_1(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.delenv("REKINDLE_DEPLOYMENT", raising=False)
    command = ["rekindle", "token", "create", "--name", "ats", "--scope", "admin", "--data", str(tmp_path)]
    monkeypatch.setattr("sys.argv", command)

    with pytest.raises(SystemExit) as ended:
        cli.main()

    assert ended.value.code == 1
    shown = capsys.readouterr()
    assert shown.out == ""
    assert shown.err.startswith("Error: ")
    assert "rekindle up" in shown.err
    assert len(shown.err.splitlines()) == 1


def test_the_version_is_told() -> None:
    shown = CliRunner().invoke(cli.app, ["--version"])

    assert (shown.exit_code, shown.stdout) == (0, f"rekindle {version('rekindle')}\n")


@pytest.mark.parametrize("detach", [[], ["--detach"]])
def test_a_folder_of_other_files_is_refused_and_left_alone(tmp_path: Path, detach: list[str]) -> None:
    (tmp_path / "thesis.tex").write_text("")

    shown = CliRunner().invoke(cli.app, ["up", "--data", str(tmp_path), "--port", "0", *detach])

    assert shown.exit_code == 1
    assert [path.name for path in tmp_path.iterdir()] == ["thesis.tex"]


def test_logs_of_a_folder_where_nothing_ran_and_of_a_part_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(CannotStart, match="has no logs: nothing has been started there yet"):
        show_logs(DataFolder(tmp_path), None, lines=1, follow=False)
    (tmp_path / "logs").mkdir()
    (tmp_path / "logs" / "kafka.log").write_text("")
    with pytest.raises(CannotStart, match="Nothing called kafak has a log in"):
        show_logs(DataFolder(tmp_path), "kafak", lines=1, follow=False)


def test_doctor_in_a_container_checks_what_the_environment_names(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.delenv("REKINDLE_URL", raising=False)
    for service in ("CANDIDATES", "ANALYTICS", "CONNECTORS"):
        monkeypatch.delenv(f"{service}_DATABASE_URL", raising=False)
    monkeypatch.setenv("ENGAGEMENT_DATABASE_URL", "postgresql+asyncpg://engagement@postgres/engagement")

    async def database(service: Service, environment: dict[str, str]) -> list[Finding]:
        return [Finding(f"database {service.name}", environment[service.database_variable], "look at it.")]

    monkeypatch.setattr("rekindle.cli.doctor._database", database)

    assert examine(DataFolder(tmp_path), as_json=True) == 1

    printed = json.loads(capsys.readouterr().out)
    assert printed["well"] is False
    assert [check["name"] for check in printed["checks"]] == ["broker", "database engagement"]
    assert all(check["advice"] for check in printed["checks"])


def test_what_is_measured_is_said_in_words() -> None:
    page = 'rekindle_outbox_oldest_seconds{service="a"} 0\nrekindle_consumer_lag{group="g"} 20000\n'

    outbox, lag = findings_in(page)

    assert outbox == ("outbox", "the oldest event not yet published is 0 s old", "")
    assert lag[1] == '20000 records not yet applied (group="g")'


def test_an_erasure_that_is_pending_for_more_than_a_day_is_a_problem() -> None:
    page = 'rekindle_erasure_pending_seconds{awaited="analytics"} 0\nrekindle_erasure_pending_seconds{awaited="engagement"} %d\n'

    (young,), (old,) = findings_in(page % 86_400), findings_in(page % 90_001)

    assert young == ("erasures", "the oldest erasure that is not confirmed is 24 hours old", "")
    assert old[1] == 'the oldest erasure that is not confirmed is 25 hours old (awaited="engagement")'
    assert "GET /v1/erasures?status=pending" in old[2]


def test_status_and_down_of_nothing(tmp_path: Path) -> None:
    runner = CliRunner()

    assert runner.invoke(cli.app, ["status", "--data", str(tmp_path)]).exit_code == 1
    assert runner.invoke(cli.app, ["down", "--data", str(tmp_path)]).exit_code == 0


def test_logs_show_the_end_of_each_part(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    folder = DataFolder(tmp_path)
    folder.logs.mkdir()
    (folder.logs / "kafka.log").write_text("old\nnew\n")
    (folder.logs / "gateway.log").write_text('{"service": "analytics"}\n{"service": "candidates"}\n')

    show_logs(folder, None, lines=1, follow=False)
    assert capsys.readouterr().out.splitlines() == ['gateway | {"service": "candidates"}', "kafka   | new"]

    show_logs(folder, "analytics", lines=5, follow=False)
    assert capsys.readouterr().out.splitlines() == ['gateway | {"service": "analytics"}']
