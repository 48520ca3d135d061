"""The part of `requirements.lock` that the services need to run, with its hashes: `python runtime_requirements.py > needed.lock`.

Without tests, tools and the embedded stores. Uses the standard library alone, and only what lies in the current folder, so
that the image can be built before anything is installed.
"""

import re
import sys
import tomllib
from collections.abc import Iterator
from pathlib import Path

_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]*")


def _name(text: str) -> str:
    """The normalised name at the beginning of a requirement (PEP 503)."""
    found = _NAME.match(text)
    return re.sub(r"[-_.]+", "-", found[0]).lower() if found else ""


def _entries(lock: str) -> Iterator[tuple[str, str, set[str]]]:
    """Each entry of the lock: name, text, and the names of those that need it."""
    for entry in re.split(r"\n(?=[A-Za-z0-9])", lock):
        if entry.startswith("#"):
            continue
        via = re.search(r"# via (.*)", entry)
        yield _name(entry), entry.rstrip("\n"), {_name(parent.strip()) for parent in via[1].split(",")} if via else set()


def needed(project: str, lock: str) -> str:
    """The entries that the project's own dependencies need, directly or through others."""
    entries = list(_entries(lock))
    wanted = {_name(requirement) for requirement in tomllib.loads(project)["project"]["dependencies"]}
    found = 0
    while found != len(wanted):
        found = len(wanted)
        wanted |= {name for name, _, via in entries if via & wanted}
    return "".join(f"{text}\n" for name, text, _ in entries if name in wanted)


if __name__ == "__main__":
    sys.stdout.write(needed(Path("pyproject.toml").read_text(), Path("requirements.lock").read_text()))
