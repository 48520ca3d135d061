"""The data folder: what it holds, which version wrote it, and who uses it now."""

import contextlib
import fcntl
import json
import os
import secrets
import shutil
import time
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import IO, Any

from rekindle.embedded.failures import CannotStart, disk_full, of_os_error
from rekindle.embedded.ports import choose, is_free

LAYOUT = 1
POSTGRESQL_MAJOR = "18"
NEEDED_BYTES = 500 * 1024 * 1024
NEEDED_TO_GO_ON = 50 * 1024 * 1024
DEFAULT = Path(".rekindle")
BEFORE_THE_VERSION = frozenset({"lock", "logs", "ports.json", "lost+found"})
"""What may lie in a folder that no stack has signed yet."""


class DataFolder:
    """One stack's folder. Only the holder of `in_use()` writes to it."""

    def __init__(self, path: Path) -> None:
        self.path = path.expanduser().absolute()
        self.postgres = self.path / "postgres"
        self.kafka = self.path / "kafka"
        self.keys = self.path / "keys"
        self.files = self.path / "files"
        self.logs = self.path / "logs"
        self.version = self.path / "VERSION"
        self.run = self.path / "run.json"

    @contextlib.contextmanager
    def in_use(self) -> Iterator[None]:
        """Take the folder for this process. Raises CannotStart when another stack has it, or it cannot be used."""
        self.check_ours()
        try:
            self.path.mkdir(parents=True, exist_ok=True)
            lock = (self.path / "lock").open("a+")
        except OSError as error:
            raise of_os_error(error, self.path) from error
        with lock:
            if not _taken(lock):
                raise CannotStart(
                    f"{self.path} is in use by a stack that runs already: stop it with `rekindle down --data "
                    f"{self.path}`, or choose another folder with --data DIR."
                )
            self.check_space()
            yield

    def is_in_use(self) -> bool:
        """Whether a supervisor holds the folder now."""
        try:
            with (self.path / "lock").open("r") as lock:
                try:
                    fcntl.flock(lock, fcntl.LOCK_SH | fcntl.LOCK_NB)
                except OSError:
                    return True
        except OSError:
            return False
        return False

    def check_ours(self) -> None:
        """Raise CannotStart for a folder that holds something and was not made by a stack."""
        try:
            held = {entry.name for entry in self.path.iterdir()}
        except FileNotFoundError:
            return
        except OSError as error:
            raise of_os_error(error, self.path) from error
        if "VERSION" not in held and (others := sorted(held - BEFORE_THE_VERSION)):
            raise CannotStart(
                f"{self.path} holds other files ({', '.join(others[:3])}{', ...' if len(others) > 3 else ''}) and no data of "
                "Rekindle: choose an empty or a new folder with --data DIR."
            )

    def check_space(self, needed: int = NEEDED_BYTES) -> None:
        """Raise CannotStart when the disk has fewer bytes free than needed: to start on, or to go on."""
        if shutil.disk_usage(self.path).free < needed:
            raise disk_full(self.path)

    def check_version(self, kafka: str) -> None:
        """Refuse a folder that another version wrote; sign a new one."""
        ours = {"layout": str(LAYOUT), "postgresql": POSTGRESQL_MAJOR, "kafka": kafka}
        written = self._read(self.version)
        if written:
            for what, wanted in ours.items():
                found = str(written.get(what, "none"))
                if not _compatible(what, found, wanted):
                    raise CannotStart(
                        f"{self.path} was written with {what} {found} and this is {what} {wanted}: start it with the "
                        "version that wrote it, or choose another folder with --data DIR."
                    )
        if written != ours:
            self.write(self.version, ours)

    def remember(self, name: str, fresh: Mapping[str, Any]) -> dict[str, Any]:
        """Return what a file of the folder holds, with ``fresh`` for what it did not hold yet. Private to the owner."""
        path = self.path / f"{name}.json"
        held = {**fresh, **self._read(path)}
        self.write(path, held)
        return held

    def recall(self, name: str) -> dict[str, Any]:
        """Return what a file of the folder holds; empty when there is none."""
        return self._read(self.path / f"{name}.json")

    def port(self, name: str, *, preferred: int = 0) -> int:
        """A port for a part: the preferred one when it is free, else that of the last start, so that bookmarks keep working."""
        held = self.remember("ports", {})
        others = [int(port) for other, port in held.items() if other != name]
        last = int(held.get(name, 0))
        port = choose(preferred if preferred and is_free(preferred) else last, taken=others)
        self.write(self.path / "ports.json", {**held, name: port})
        return port

    def write(self, path: Path, content: Mapping[str, Any]) -> None:
        """Replace a file whole, readable by the owner only."""
        draft = path.with_name(f".{path.name}.{secrets.token_hex(4)}")
        try:
            descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
            with os.fdopen(descriptor, "w") as file:
                json.dump(content, file, indent=2)
            draft.replace(path)
        except OSError as error:
            draft.unlink(missing_ok=True)
            raise of_os_error(error, self.path) from error

    def running(self) -> dict[str, Any]:
        """What the running stack wrote about itself; empty when none runs."""
        return self._read(self.run) if self.is_in_use() else {}

    def left_behind(self) -> dict[str, Any]:
        """What a stack wrote that ended without cleaning up. For the holder of the folder."""
        return self._read(self.run)

    def _read(self, path: Path) -> dict[str, Any]:
        try:
            held = json.loads(path.read_text())
        except FileNotFoundError:
            return {}
        except OSError as error:
            raise of_os_error(error, self.path) from error
        except ValueError as error:
            raise CannotStart(f"{path} is damaged ({error}): restore it, or choose another folder with --data DIR.") from error
        return held if isinstance(held, dict) else {}


def _taken(lock: IO[str]) -> bool:
    # `is_in_use` holds the lock for an instant while it looks, so one refusal is not an answer.
    for _ in range(5):
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            time.sleep(0.05)
        else:
            return True
    return False


def _compatible(what: str, found: str, wanted: str) -> bool:
    if what != "kafka":
        return found == wanted
    # Kafka reads what an older release of the same major version wrote, never what a newer one did.
    try:
        theirs, ours = ([int(number) for number in version.split(".")] for version in (found, wanted))
    except ValueError:
        return False
    return theirs[0] == ours[0] and theirs <= ours
