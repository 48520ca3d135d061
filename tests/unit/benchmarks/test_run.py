"""A run ends with a table and JSON, whatever failed in it."""

import asyncio
import json
from pathlib import Path

import pytest

from benchmarks import run as run_module
from benchmarks.__main__ import measure_groups
from benchmarks.figures import Figure
from benchmarks.meter import PartRestarted, Reading
from benchmarks.report import print_table, write_json
from benchmarks.run import Run


@pytest.fixture
def run(tmp_path: Path) -> Run:
    return Run(rounds=1, events=0, round_events=1, folder=tmp_path, say=lambda _text: None)


async def speed(run: Run) -> None:
    figure = Figure("speed", "ours ÷ theirs", 0.5)
    figure.add(3, 4)
    run.report(figure)


async def breaks(run: Run) -> None:
    await run.attempt("a part", lost())
    figure = Figure("half", "ours ÷ theirs", 0.5)
    figure.add(1, 4)
    run.report(figure)
    async with asyncio.TaskGroup() as tasks:
        tasks.create_task(lost())


async def lost() -> None:
    raise ConnectionResetError("the server went away")


async def test_a_group_that_fails_is_reported_and_the_others_are_measured(
    run: Run, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    await measure_groups(run, {"broken": breaks, "speed": speed})
    print_table(run.figures, run.failures)
    write_json(run.figures, run.failures, tmp_path / "out.json", {})

    assert [figure.name for figure in run.figures] == ["half", "speed"]
    assert [failure.name for failure in run.failures] == ["a part", "broken"]
    printed = capsys.readouterr().out
    assert "speed" in printed
    assert "FAILED broken: ConnectionResetError: the server went away" in printed
    written = json.loads((tmp_path / "out.json").read_text())
    assert [figure["figure"] for figure in written["figures"]] == ["half", "speed"]
    assert written["failed"][1] == {"name": "broken", "error": "ConnectionResetError: the server went away"}


async def test_a_group_that_hangs_is_ended(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(run_module, "ATTEMPT_SECONDS", 0.01)

    async def hangs(_run: Run) -> None:
        await asyncio.Event().wait()

    await measure_groups(run, {"hangs": hangs})

    assert [failure.error for failure in run.failures] == ["TimeoutError"]


async def test_only_what_is_asked_for_is_measured(run: Run) -> None:
    await measure_groups(run, {"broken": breaks, "speed": speed}, ["speed"])

    assert [figure.name for figure in run.figures] == ["speed"]
    assert not run.failures


def test_the_idle_stacks_share_is_taken_off() -> None:
    before = Reading(10.0, {"gateway": 1.0, "supervisor": 0.5}, {"gateway": 7})
    used = Reading(20.0, {"gateway": 3.0, "supervisor": 0.5}, {"gateway": 7}).since(before)

    assert used.cores == {"gateway": 0.2, "supervisor": 0.0}
    assert used.beyond(0.05, 100) == {"gateway": 20.0, "supervisor": 0.0, "idle": -5.0}


def test_a_part_that_was_started_again_makes_the_figure_fail() -> None:
    before = Reading(10.0, {"worker": 9.0}, {"worker": 7})

    with pytest.raises(PartRestarted, match="worker"):
        Reading(20.0, {"worker": 1.0}, {"worker": 8}).since(before)
