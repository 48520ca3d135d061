"""The bytes of files, each called by its SHA-256: in a folder, or in a bucket of any store that speaks S3.

Where there is an object, it is whole. It is written before any row names it, and removed after the last one has gone
(``use_cases/sweep_files.py``).
"""

import asyncio
import os
from contextlib import suppress
from pathlib import Path
from urllib.parse import unquote, urlsplit

import obstore
from obstore.exceptions import BaseError
from obstore.store import LocalStore, ObjectStore, S3Store

from shared.errors import Unavailable

RETRIES = 3
TIMEOUT = "20s"
"""Of one request to a bucket."""


REMOVED_WITHIN = 10.0
"""Seconds, tries again included: the part of a worker that removes objects must not seem to hang."""


class StoreUnavailable(Unavailable):
    """The store does not answer, or lets us do nothing."""

    code = "file_store_unavailable"
    title = "Files cannot be kept or shown now"


class FileStore:
    """Where objects are: ``file:///folder``, which is made where it is missing, or ``s3://bucket/prefix``.

    A bucket's endpoint, region and keys are those of the usual variables: AWS_ENDPOINT_URL, AWS_REGION, AWS_ACCESS_KEY_ID ...
    """

    def __init__(self, url: str) -> None:
        self._url = url
        parts = urlsplit(url)
        self._folder = Path(unquote(parts.path)) if parts.scheme == "file" else None
        self._opened: ObjectStore | None = None

    def _store(self) -> ObjectStore:
        """The store, opened when it is first needed."""
        if self._opened is None:
            if self._folder is not None:
                self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
                self._opened = LocalStore(self._folder)
            else:
                is_plain = os.environ.get("AWS_ENDPOINT_URL", "").startswith("http:")
                self._opened = S3Store.from_url(
                    self._url,
                    client_options={"timeout": TIMEOUT, "allow_http": is_plain},
                    retry_config={"max_retries": RETRIES},
                )
        return self._opened

    async def put(self, digest: bytes, content: bytes) -> None:
        """Store an object; again, it is the same. It survives a loss of power. Raises StoreUnavailable."""
        try:
            await obstore.put_async(self._store(), _path(digest), content)
            if self._folder is not None:
                await asyncio.to_thread(_sync, self._folder / _path(digest))
        except (BaseError, OSError) as error:
            raise StoreUnavailable(f"The file could not be stored: {type(error).__name__}.") from error

    async def read(self, digest: bytes) -> bytes | None:
        """An object; None where there is none, as after a backup of the database alone was restored. Raises StoreUnavailable."""
        try:
            found = await obstore.get_async(self._store(), _path(digest))
            return bytes(await found.bytes_async())
        except FileNotFoundError:
            return None
        except (BaseError, OSError) as error:
            raise StoreUnavailable(f"The file could not be read: {type(error).__name__}.") from error

    async def remove(self, digest: bytes) -> None:
        """Remove an object, and what is left of it where its writer was killed; where there is none, nothing.

        Raises StoreUnavailable.
        """
        try:
            if self._folder is not None:
                await asyncio.to_thread(_remove_staged, self._folder / _path(digest))
            with suppress(FileNotFoundError):
                async with asyncio.timeout(REMOVED_WITHIN):
                    await obstore.delete_async(self._store(), _path(digest))
        except (BaseError, OSError) as error:
            raise StoreUnavailable(f"The file could not be removed: {type(error).__name__}.") from error


def _path(digest: bytes) -> str:
    name = digest.hex()
    return f"{name[:2]}/{name}"


def _remove_staged(path: Path) -> None:
    """Remove the copies of an object beside it that a folder's store writes first, as ``<name>#<number>``."""
    for one in path.parent.glob(f"{path.name}#*"):
        one.unlink(missing_ok=True)


def _sync(path: Path) -> None:
    """Have the disk hold a file, and its folder's entry of it."""
    for one in (path, path.parent):
        descriptor = os.open(one, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)
