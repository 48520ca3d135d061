"""Parts are started, told ready, started again when they die, and never outlive their supervisor."""

import asyncio
import signal
import sys
from collections.abc import Awaitable, Callable
from dataclasses import replace
from pathlib import Path

import psutil
import pytest

from rekindle.embedded import supervisor
from rekindle.embedded.failures import CannotStart
from rekindle.embedded.part import Part, Process
from rekindle.embedded.supervisor import Plan, State, Supervisor
from tests.waiting import eventually

Ready = Callable[[int], Awaitable[bool]]


async def at_once(_pid: int) -> bool:
    return True


def python(folder: Path, code: str, *, name: str = "part", ready: Ready = at_once, stops_within: float = 5) -> Part:
    """A part that is a small Python program."""
    command = (sys.executable, "-c", f"import os, signal, sys, time\n{code}")
    return Part(name=name, command=command, log=folder / f"{name}.log", ready=ready, ready_within=5, stops_within=stops_within)


def once_logged(folder: Path, word: str, name: str = "part") -> Ready:
    async def ready(_pid: int) -> bool:
        log = folder / f"{name}.log"
        return log.exists() and word in log.read_text()

    return ready


async def test_a_part_that_dies_is_started_again_and_told(tmp_path: Path) -> None:
    printed: list[str] = []
    watched = Supervisor(printed.append)
    part = await watched.start(Plan(python(tmp_path, "signal.pause()")))
    first = part.pid

    part.signal(signal.SIGKILL)
    await part.wait_until(ready_after_restarts=1)

    assert part.pid != first
    assert part.state is State.READY
    assert any("part ended (killed by SIGKILL); starting it again in 0.3 s" in line for line in printed)
    await watched.stop()


def asked_often(monkeypatch: pytest.MonkeyPatch) -> None:
    """Questions every 20 ms; silent after 60 ms, killed after 120."""
    monkeypatch.setattr(supervisor, "ASK_EVERY", 0.02)
    monkeypatch.setattr(supervisor, "ANSWER_WITHIN", 0.02)
    monkeypatch.setattr(supervisor, "SILENT_AFTER", 0.06)
    monkeypatch.setattr(supervisor, "HUNG_AFTER", 0.12)


async def test_a_part_that_gives_no_answer_is_killed_and_started_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    asked_often(monkeypatch)
    printed: list[str] = []
    states: list[State] = []
    watched = Supervisor(printed.append, lambda: states.append(watched.parts["part"].state))
    hangs = asyncio.Event()

    async def answers() -> bool:
        if hangs.is_set():
            await asyncio.Event().wait()
        return True

    part = await watched.start(Plan(replace(python(tmp_path, "signal.pause()"), answers=answers)))
    hangs.set()
    await part.wait_until(ready_after_restarts=1)
    hangs.clear()
    await watched.stop()

    assert any("part gave no answer for" in line for line in printed)
    assert any("part ended (killed by SIGKILL)" in line for line in printed)
    assert states[:4] == [State.STARTING, State.READY, State.SILENT, State.RESTARTING]


async def test_a_part_that_stalls_for_a_while_is_ready_again_and_not_killed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked_often(monkeypatch)
    monkeypatch.setattr(supervisor, "HUNG_AFTER", 60)
    answering = True

    async def answers() -> bool:
        if not answering:
            raise ConnectionResetError
        return True

    watched = Supervisor(lambda _line: None)
    part = await watched.start(Plan(replace(python(tmp_path, "signal.pause()"), answers=answers)))
    pid = part.pid
    answering = False

    async def state() -> State:
        return part.state

    await eventually(state, lambda found: found is State.SILENT)
    answering = True
    await eventually(state, lambda found: found is State.READY)
    assert (part.pid, part.restarts) == (pid, 0)
    await watched.stop()


async def test_pauses_between_restarts_grow(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(supervisor, "FIRST_PAUSE", 0.01)
    printed: list[str] = []
    watched = Supervisor(printed.append)
    counter = tmp_path / "starts"
    code = f"open({str(counter)!r}, 'a').write('x')\nprint('up', flush=True)\nsys.exit(3) if False else os._exit(3)"
    part = await watched.start(Plan(python(tmp_path, code)))

    async def restarts() -> int:
        return part.restarts

    await eventually(restarts, lambda count: count >= 3)
    await watched.stop()

    pauses = [line.rsplit(" ", 2)[-2] for line in printed if "starting it again" in line]
    assert pauses[:3] == ["0.0", "0.0", "0.0"] or pauses == sorted(pauses, key=float)
    assert any("exit status 3" in line for line in printed)


async def test_steps_before_and_after_run_at_every_start(tmp_path: Path) -> None:
    steps: list[str] = []

    async def before() -> None:
        steps.append("before")

    async def after() -> None:
        steps.append("after")

    watched = Supervisor(lambda _line: None)
    part = await watched.start(Plan(python(tmp_path, "signal.pause()"), before, after))
    part.signal(signal.SIGKILL)
    await part.wait_until(ready_after_restarts=1)
    await watched.stop()

    assert steps == ["before", "after"] * 2


async def test_a_part_that_does_not_start_shows_the_end_of_its_log(tmp_path: Path) -> None:
    async def never(_pid: int) -> bool:
        return False

    watched = Supervisor(lambda _line: None)

    with pytest.raises(CannotStart, match=r"part did not start \(exit status 7\)") as failure:
        await watched.start(Plan(python(tmp_path, "print('no such setting'); sys.exit(7)", ready=never)))
    assert failure.value.detail == "no such setting"
    assert watched.parts["part"].state is State.STOPPED


async def test_parts_stop_in_reverse_order(tmp_path: Path) -> None:
    ended = tmp_path / "ended"
    watched = Supervisor(lambda _line: None)
    for name in ("store", "broker", "gateway"):
        code = (
            f"def end(*_): open({str(ended)!r}, 'a').write('{name} '); sys.exit(0)\n"
            "signal.signal(signal.SIGTERM, end)\nprint('up', flush=True)\nsignal.pause()"
        )
        await watched.start(Plan(python(tmp_path, code, name=name, ready=once_logged(tmp_path, "up", name))))

    await watched.stop()

    assert ended.read_text().split() == ["gateway", "broker", "store"]


async def test_a_deaf_part_is_killed_and_a_stalled_one_ends(tmp_path: Path) -> None:
    code = "signal.signal(signal.SIGTERM, signal.SIG_IGN)\nprint('up', flush=True)\ntime.sleep(60)"
    deaf = await Process.start(python(tmp_path, code, ready=once_logged(tmp_path, "up"), stops_within=0.2))
    await deaf.wait_ready()
    stalled = await Process.start(python(tmp_path, "time.sleep(60)", name="stalled"))
    stalled.signal(signal.SIGSTOP)

    await asyncio.gather(deaf.stop(), stalled.stop())

    assert deaf.status == -signal.SIGKILL
    assert stalled.status == -signal.SIGTERM


async def test_a_halted_part_stays_stopped_until_it_is_started_again(tmp_path: Path) -> None:
    watched = Supervisor(lambda _line: None)
    part = await watched.start(Plan(python(tmp_path, "signal.pause()")))

    await part.stop()
    stopped = part.state
    assert stopped is State.STOPPED
    assert not psutil.pid_exists(part.pid)

    await part.start()
    assert part.state is State.READY
    assert psutil.pid_exists(part.pid)
    await watched.stop()


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux ends children with their parent")
async def test_parts_die_with_a_supervisor_that_is_killed(tmp_path: Path) -> None:
    code = (
        "import asyncio, pathlib, sys\n"
        "from tests.integration.rekindle.test_supervision import python\n"
        "from rekindle.embedded.part import Process\n"
        "async def main():\n"
        "    process = await Process.start(python(pathlib.Path(sys.argv[1]), 'time.sleep(60)'))\n"
        "    print(process.pid, flush=True)\n"
        "    await process.wait()\n"
        "asyncio.run(main())\n"
    )
    parent = await asyncio.create_subprocess_exec(*(sys.executable, "-c", code, str(tmp_path)), stdout=asyncio.subprocess.PIPE)
    assert parent.stdout is not None
    child = int(await parent.stdout.readline())
    assert psutil.pid_exists(child)
    parent.kill()
    await parent.wait()

    async def lives() -> bool:
        return psutil.pid_exists(child) and psutil.Process(child).status() != psutil.STATUS_ZOMBIE

    await eventually(lives, lambda living: not living, seconds=10)
