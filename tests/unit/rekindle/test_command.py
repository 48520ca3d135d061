"""The `rekindle` command: help that reads well, misuse told apart from problems."""

from pathlib import Path

import pytest
from typer.testing import CliRunner

from rekindle.cli import main as cli
from rekindle.cli.logs import show_logs
from rekindle.embedded.folder import DataFolder

COMMANDS = (["up"], ["status"], ["down"], ["logs"], ["doctor"], ["token", "create"])


@pytest.mark.parametrize("command", [[], *COMMANDS])
def test_every_command_explains_itself(command: list[str]) -> None:
    shown = CliRunner().invoke(cli.app, [*command, "--help"])

    assert shown.exit_code == 0
    assert "Usage: rekindle" in shown.stdout


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
