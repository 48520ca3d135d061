"""Keep `requirements.lock` what `pyproject.toml` resolves to.

`python -m tools.requirements` writes it, `--check` compares. Its first line holds a digest of the declared
dependencies, so that a forgotten update is found without a network too.
"""

import argparse
import hashlib
import json
import shutil
import subprocess
import sys
import tempfile
import tomllib
from pathlib import Path

from tools import bootstrap

ROOT = bootstrap.ROOT
LOCK = bootstrap.LOCK
COMPILE = (
    *("pip", "compile", "pyproject.toml", "--all-extras", "--universal", "--python-version", "3.11", "--quiet"),
    *("--generate-hashes", "--no-emit-index-url", "--no-emit-find-links", "--no-header", "--annotation-style=line"),
)


class CannotResolve(Exception):
    """The dependencies could not be resolved; carries uv's words."""


def heading() -> str:
    """Return the lock's first line, which names the declarations it was made from."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())
    declared = [project["build-system"], project["project"]["requires-python"], project["project"]["dependencies"]]
    declared.append(project["project"]["optional-dependencies"])
    digest = hashlib.sha256(json.dumps(declared, sort_keys=True).encode()).hexdigest()
    return f"# Made by `make lock` from pyproject.toml, dependencies {digest[:32]}\n"


def resolve(*, upgrade: bool) -> str:
    """Return the lock's text, keeping the versions that it already has unless upgrading."""
    with tempfile.TemporaryDirectory() as folder:
        output = Path(folder) / "requirements.lock"
        if LOCK.exists() and not upgrade:
            shutil.copy(LOCK, output)
        command = [str(bootstrap.VENV / "bin" / "uv"), *COMPILE, "--output-file", str(output)]
        done = subprocess.run(command, cwd=ROOT, env=bootstrap.index_environment(), capture_output=True, text=True, check=False)
        if done.returncode != 0:
            raise CannotResolve(done.stderr.strip())
        return heading() + output.read_text()


def check() -> str | None:
    """Return what is wrong with the lock, or None."""
    current = LOCK.read_text() if LOCK.exists() else ""
    if not current.startswith(heading()):
        return "requirements.lock was not made from this pyproject.toml: run `make lock` and commit it."
    try:
        resolved = resolve(upgrade=False)
    except CannotResolve as problem:
        print(f"requirements.lock: compared by digest only, as the package index gave no answer: {problem}")
        return None
    if resolved != current:
        return "requirements.lock is not what pyproject.toml resolves to: run `make lock` and commit it."
    return None


def main() -> int:
    """Write or check the lock; the exit status says whether that worked."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--check", action="store_true", help="compare instead of writing")
    parser.add_argument("--upgrade", action="store_true", help="take the newest versions that fit")
    asked = parser.parse_args()
    try:
        if asked.check:
            problem = check()
            print(problem or "requirements.lock is current", file=sys.stderr if problem else sys.stdout)
            return 1 if problem else 0
        LOCK.write_text(resolve(upgrade=asked.upgrade))
    except CannotResolve as problem:
        print(f"The dependencies could not be resolved: {problem}", file=sys.stderr)
        return 1
    print(f"wrote {LOCK.name}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
