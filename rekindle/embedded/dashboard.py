"""The dashboard's files: made from its sources when those changed, beside the start of everything else.

`python -m rekindle.embedded.dashboard` makes them, and says what went wrong where the page at the address says it too.
"""

import asyncio
import fcntl
import gzip
import hashlib
import os
import shutil
import subprocess
import sys
from pathlib import Path

from rekindle.embedded.node import CannotUseNode, environment, installed
from rekindle.embedded.supervisor import Say

FOLDER = Path(__file__).resolve().parent.parent.parent / "services" / "dashboard"
SOURCES = ("src", "public", "index.html", "package.json", "package-lock.json", "vite.config.ts", "tsconfig.json")
COMPRESSED = frozenset({".js", ".css", ".html", ".svg"})


def built(folder: Path = FOLDER) -> Path:
    """Where the files lie that the gateway serves."""
    return folder / "dist"


def failure(folder: Path = FOLDER) -> Path:
    """Where it is written why they could not be made."""
    return folder / ".build_failed"


def digest(folder: Path = FOLDER) -> str:
    """The digest of everything that decides what the files are."""
    sources = hashlib.sha256()
    for name in SOURCES:
        path = folder / name
        for file in sorted(path.rglob("*")) if path.is_dir() else [path]:
            if file.is_file():
                sources.update(str(file.relative_to(folder)).encode() + b"\0" + file.read_bytes())
    return sources.hexdigest()


def is_current(folder: Path = FOLDER) -> bool:
    """Whether the files are there and made of these sources. Where there are no sources, what is there is taken as it is."""
    if not (folder / "package.json").exists():
        return True
    stamp = built(folder) / ".built"
    return stamp.exists() and stamp.read_text() == digest(folder)


def build(folder: Path = FOLDER) -> None:
    """Make the files unless they are current. Raises CannotUseNode with one sentence; then those of before stay."""
    if is_current(folder):
        return
    with (folder / ".build.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not is_current(folder):
            _build(folder)


def _build(folder: Path) -> None:
    node = installed(folder, omit="dev")
    fresh = folder / "dist.new"
    command = [*node, "node_modules/vite/bin/vite.js", "build", "--outDir", str(fresh), "--emptyOutDir", "--logLevel", "warn"]
    done = subprocess.run(command, cwd=folder, env=environment(node), capture_output=True, text=True, check=False)
    if done.returncode != 0:
        said = (done.stderr or done.stdout).strip()
        print(said, file=sys.stderr)
        raise CannotUseNode(f"The dashboard could not be built (it said: {said.splitlines()[-1] if said else 'nothing'}).")
    for file in fresh.rglob("*"):
        if file.suffix in COMPRESSED:
            file.with_name(f"{file.name}.gz").write_bytes(gzip.compress(file.read_bytes(), 9, mtime=0))
    (fresh / ".built").write_text(digest(folder))
    shutil.rmtree(built(folder), ignore_errors=True)
    fresh.rename(built(folder))


async def build_beside(log: Path, say: Say) -> None:
    """Make the files in a process of low priority, and say when they are there. Nobody waits for it, and nothing else fails."""
    if is_current():
        return
    say("building the dashboard beside the rest; its address says so until it is there")
    with log.open("ab") as output:
        process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "rekindle.embedded.dashboard"), stdin=asyncio.subprocess.DEVNULL, stdout=output, stderr=output
        )
    try:
        status = await process.wait()
    except asyncio.CancelledError:
        process.terminate()
        raise
    say("the dashboard is built" if status == 0 else f"the dashboard could not be built: {log} says why")


def main() -> int:
    """Make the files; the exit status says whether they are there."""
    os.nice(5)
    failure().unlink(missing_ok=True)
    try:
        build()
    except (CannotUseNode, OSError) as problem:
        print(problem, file=sys.stderr)
        failure().write_text(str(problem))
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
