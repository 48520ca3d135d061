"""What keeps the embedded stack from starting, in one sentence that says what to do."""

import errno
from pathlib import Path


class CannotStart(Exception):
    """The stack cannot start or go on. The message is one sentence for the person at the keyboard.

    ``detail`` holds the last log lines where they explain more.
    """

    def __init__(self, message: str, *, detail: str = "") -> None:
        super().__init__(message)
        self.detail = detail


def disk_full(folder: Path) -> CannotStart:
    """The sentence for a disk without space."""
    return CannotStart(f"The disk of {folder} is full: free at least 500 MB there, or choose another folder with --data DIR.")


def of_os_error(error: OSError, folder: Path) -> CannotStart:
    """Translate what the operating system refused."""
    if error.errno in {errno.ENOSPC, errno.EDQUOT}:
        return disk_full(folder)
    if error.errno in {errno.EACCES, errno.EPERM, errno.EROFS}:
        return CannotStart(f"{error.filename or folder} cannot be written: fix its permissions, or use --data DIR.")
    return CannotStart(f"The operating system refused {error.filename or folder}: {error.strerror or error}.")
