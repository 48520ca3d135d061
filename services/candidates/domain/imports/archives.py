"""What is in a ZIP archive, as its directory says, before anything of it is unpacked."""

import io
import struct
import zipfile
from typing import BinaryIO

from services.candidates.domain.imports.rows import FileRefused

_END = b"PK\x05\x06"
_LARGE_END = b"PK\x06\x07"
_TAIL = 22 + 65_535
MOST_DIRECTORY = 4 * 1024 * 1024
"""Bytes of a directory: some 40,000 parts."""


def names_in(file: BinaryIO) -> set[str]:
    """The names of the parts of an archive. Raises FileRefused where it is broken, or its directory too large to look at."""
    size = file.seek(0, io.SEEK_END)
    file.seek(max(0, size - _TAIL))
    tail = file.read()
    end = tail.rfind(_END)
    if end < 0 or len(tail) - end < 22:
        raise FileRefused.of("file", "is no ZIP archive that can be read")
    (length,) = struct.unpack("<L", tail[end + 12 : end + 16])
    if length > MOST_DIRECTORY or _LARGE_END in tail[max(0, end - 20) : end]:
        raise FileRefused.of("file", "is an archive of too many parts")
    try:
        with zipfile.ZipFile(file) as archive:
            return set(archive.namelist())
    except (zipfile.BadZipFile, ValueError, NotImplementedError) as error:
        raise FileRefused.of("file", "is no ZIP archive that can be read") from error
