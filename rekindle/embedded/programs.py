"""The project's own programs as parts: gateway, worker, and short ones that run to their end."""

import asyncio
import os
import sys
from collections.abc import Mapping, Sequence

from rekindle.embedded.failures import CannotStart
from rekindle.embedded.folder import DataFolder
from rekindle.embedded.part import Part, Process, last_lines
from rekindle.embedded.ports import http_status, listens

PYTHON = (sys.executable, "-P", "-u")
"""-P: a folder of the user's that happens to be named as one of our packages is not ours."""
SHORT_SECONDS = 180.0


def gateway(folder: DataFolder, environment: Mapping[str, str], port: int) -> Part:
    """The program that puts all services behind one port."""
    return _served(folder, "gateway", ("-m", "rekindle.runtime.serve", "--port", str(port)), environment, port)


def worker(folder: DataFolder, environment: Mapping[str, str], port: int, only: str | None = None) -> Part:
    """The program that runs relays, consumers and clocks: all, or one of them."""
    arguments = ("-m", "rekindle.runtime.worker", "--port", str(port), *(("--only", only) if only else ()))
    return _served(folder, only or "worker", arguments, environment, port)


def _served(folder: DataFolder, name: str, arguments: Sequence[str], environment: Mapping[str, str], port: int) -> Part:
    async def answers() -> bool:
        return await http_status(port, "/health/live") == 200

    async def is_live(pid: int) -> bool:
        return await answers() and listens(pid, port)

    return Part(
        name=name,
        command=(*PYTHON, *arguments),
        log=folder.logs / f"{name}.log",
        ready=is_live,
        answers=answers,
        environment=environment,
        stops_within=20,
    )


async def run_to_end(folder: DataFolder, name: str, module: str, environment: Mapping[str, str]) -> None:
    """Run a short program. Raises CannotStart with the end of its log when it fails."""
    log = folder.logs / f"{name}.log"
    part = Part(name=name, command=(*PYTHON, "-m", module), log=log, ready=_at_once, environment=environment)
    process = await Process.start(part)
    try:
        async with asyncio.timeout(SHORT_SECONDS):
            status = await process.wait()
    except TimeoutError:
        raise CannotStart(f"`python -m {module}` did not end within {SHORT_SECONDS:.0f} s: see {log}.") from None
    finally:
        await process.stop()
    if status != 0:
        folder.check_space()
        raise CannotStart(f"`python -m {module}` failed: its log {log} says why.", detail=last_lines(log))


async def part_names(environment: Mapping[str, str]) -> list[str]:
    """The names of all parts of the worker, as the services declare them."""
    process = await asyncio.create_subprocess_exec(
        *(*PYTHON, "-m", "rekindle.runtime.worker", "--list"),
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
        env={**os.environ, **environment},
    )
    output, errors = await process.communicate()
    if process.returncode != 0:
        raise CannotStart("The worker cannot name its parts.", detail=errors.decode(errors="replace")[-1500:])
    return output.decode().split()


async def _at_once(_pid: int) -> bool:
    return True
