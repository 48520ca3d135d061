"""A stack as a user has it: started by `make run` in a process of its own, measured from outside."""

import asyncio
import json
import os
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from benchmarks.meter import child_processes, tree
from rekindle.embedded.folder import DataFolder
from rekindle.embedded.ports import choose

ROOT = Path(__file__).resolve().parents[1]
_NOT_A_USERS = frozenset({"MAKEFLAGS", "MFLAGS", "MAKELEVEL", "PYTHONDONTWRITEBYTECODE"})
"""Variables of whoever measures: the outer make's, and one without which a second start finds its modules compiled."""


@dataclass(slots=True)
class Detached:
    """A stack on a data folder, started and stopped by the user's own commands."""

    data: Path
    port: int
    url: str = ""
    token: str = ""

    @classmethod
    def on(cls, data: Path) -> "Detached":
        """A stack on a folder, on a free port."""
        return cls(data, choose())

    async def start(self) -> float:
        """`make run` until it says that everything is ready; returns the seconds that takes."""
        started = time.perf_counter()
        options = f"--data {self.data} --detach --json"
        output = await _run("make", "--no-print-directory", "run", f"PORT={self.port}", f"RUN={options}")
        taken = time.perf_counter() - started
        ready = json.loads(next(line for line in reversed(output.splitlines()) if line.startswith("{")))
        self.url, self.token = ready["url"], ready["token"]
        return taken

    async def stop(self) -> None:
        """`rekindle down`."""
        await _run(str(ROOT / ".venv" / "bin" / "rekindle"), "down", "--data", str(self.data))

    @property
    def state(self) -> dict[str, Any]:
        """What the supervisor writes down about the stack."""
        found: dict[str, Any] = json.loads(DataFolder(self.data).run.read_text())
        return found

    @property
    def env(self) -> dict[str, str]:
        """The environment of the stack's parts."""
        return dict(self.state["env"])

    def memory(self) -> dict[str, float]:
        """MB of each part, by name, the supervisor included: shared pages are divided among those who share them (PSS)."""
        state = self.state
        parts = {name: part["pid"] for name, part in state["parts"].items()}
        children = child_processes()
        found = {name: sum(_megabytes(pid) for pid in tree(root, children)) for name, root in parts.items()}
        found["supervisor"] = _megabytes(state["supervisor"])
        return found


async def _run(*command: str) -> str:
    environment = {name: value for name, value in os.environ.items() if name not in _NOT_A_USERS}
    process = await asyncio.create_subprocess_exec(
        *command,
        cwd=ROOT,
        env=environment,
        stdin=asyncio.subprocess.DEVNULL,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )
    output, errors = await process.communicate()
    if process.returncode != 0:
        raise RuntimeError(f"`{' '.join(command)}` failed: {errors.decode(errors='replace')[-2000:]}")
    return output.decode()


def _megabytes(pid: int) -> float:
    """The proportional set size of a process; its resident size where that cannot be read; 0 when it has ended."""
    for file, name in (("smaps_rollup", "Pss:"), ("status", "VmRSS:")):
        try:
            lines = Path(f"/proc/{pid}/{file}").read_text().splitlines()
        except OSError:
            continue
        for line in lines:
            if line.startswith(name):
                return int(line.split()[1]) / 1024
    return 0.0
