"""What the command shows while it works, where its errors are no terminal."""

import pytest

from rekindle.cli.screen import Screen


def test_each_tenth_is_a_line_with_the_time_left(capsys: pytest.CaptureFixture[str]) -> None:
    screen = Screen()
    for done in range(0, 1001, 7):
        screen.progress("rows", done, 1000)
    screen.progress("rows", 1000, 1000)

    lines = [line.partition("  ")[2].strip() for line in capsys.readouterr().err.splitlines()]
    assert len(lines) == 11
    assert "rows: 0 %" in lines[0]
    assert "rows: 10 %, about 0 s left" in lines[1]
    assert lines[-1].endswith("rows: 100 %")


def test_a_count_is_a_line_every_few_seconds(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    now = 100.0
    monkeypatch.setattr("rekindle.cli.screen.time.monotonic", lambda: now)
    screen = Screen()
    for done in range(0, 400, 10):
        now += 0.25
        screen.count(f"{done} events")

    assert [line.split()[2] for line in capsys.readouterr().err.splitlines()] == ["70", "150", "230", "310", "390"]


def test_a_terminal_shows_a_bar_with_percentage(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setattr("sys.stderr.isatty", lambda: True)
    screen = Screen()

    screen.progress("rows", 50, 100)
    screen.progress("rows", 100, 100)

    shown = capsys.readouterr().err
    assert "rows" in shown
    assert "100%" in shown
