"""The reference page of the API: one file of the npm package that package-lock.json names, fetched once and verified.

``make setup`` runs this, so that a start fetches nothing. Standard library alone, with node's npm (``rekindle.embedded.node``).
"""

import base64
import gzip
import hashlib
import json
import subprocess
import sys
import tarfile
import tempfile
from pathlib import Path

from rekindle.embedded.node import CannotUseNode, commands, environment
from tools.documents.node import LOCK, ROOT

PACKAGE = "@scalar/api-reference"
MEMBER = "package/dist/browser/standalone.js"
SCRIPT = ROOT / "services" / "gateway" / "page" / "reference.js.gz"
STAMP = SCRIPT.with_name("reference.js.integrity")
SECONDS = 120


def pinned() -> tuple[str, str]:
    """The version and the integrity (``sha512-<base64>``) in the lock file."""
    entry = json.loads(LOCK.read_text())["packages"][f"node_modules/{PACKAGE}"]
    return entry["version"], entry["integrity"]


def is_current() -> bool:
    """Whether the file is there and of the version in the lock."""
    return SCRIPT.exists() and STAMP.exists() and STAMP.read_text() == pinned()[1]


def fetch() -> None:
    """Put the file where the gateway serves it from. Raises CannotUseNode, which says why it could not."""
    version, integrity = pinned()
    node, npm = commands()
    with tempfile.TemporaryDirectory() as folder:
        command = [*npm, "pack", f"{PACKAGE}@{version}", "--pack-destination", folder, "--ignore-scripts", "--silent"]
        done = subprocess.run(
            command, cwd=ROOT, env=environment(node), capture_output=True, text=True, timeout=SECONDS, check=False
        )
        archives = list(Path(folder).glob("*.tgz"))
        if done.returncode != 0 or not archives:
            said = (done.stderr or done.stdout).strip().splitlines()
            raise CannotUseNode(f"npm did not bring {PACKAGE} (it said: {said[-1] if said else 'nothing'}).")
        store(archives[0].read_bytes(), integrity)


def store(archive: bytes, integrity: str) -> None:
    """Unpack the one file of an archive that has this integrity. Raises CannotUseNode for another archive."""
    found = "sha512-" + base64.b64encode(hashlib.sha512(archive).digest()).decode()
    if found != integrity:
        raise CannotUseNode(f"{PACKAGE} is not what package-lock.json says: {found} instead of {integrity}.")
    with tempfile.SpooledTemporaryFile() as file:
        file.write(archive)
        file.seek(0)
        with tarfile.open(fileobj=file, mode="r:gz") as unpacked:
            script = unpacked.extractfile(MEMBER)
            if script is None:
                raise CannotUseNode(f"{PACKAGE} holds no {MEMBER}.")
            SCRIPT.write_bytes(gzip.compress(script.read(), mtime=0))
    STAMP.write_text(integrity)


def main() -> int:
    """Fetch the file unless it is there. A failure is a sentence and no more: everything else works without the page."""
    try:
        if not is_current():
            fetch()
    except (CannotUseNode, OSError, subprocess.TimeoutExpired) as problem:
        print(f"/docs has no page yet: {problem} Run `make setup` again with a network.", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
