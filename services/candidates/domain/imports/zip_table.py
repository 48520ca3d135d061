"""A ZIP archive of resumes: each file is a row with a result, whatever becomes of it."""

import io
import time
import zipfile
import zlib
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from itertools import islice
from typing import BinaryIO

from services.candidates.domain.imports.resume_table import COLUMNS, ResumeReader, resume_row
from services.candidates.domain.imports.rows import BadRow, FileRefused, Format, Row, RowError, Table
from services.candidates.domain.resumes.document import ZIP
from services.candidates.domain.resumes.docx import DOCUMENT
from shared.isolated import MIB, Unreadable

AT_ONCE = 2
LARGEST_MIB = 20
"""Of one file of an archive, unpacked."""
MOST_PACKED = 200
"""Times its packed size that a file may have unpacked, beyond a MiB: more is a bomb."""
ARCHIVE_READS = 4
"""Times the seconds for one file that a whole archive may take."""
TOO_LATE = "is not read: the files before it took too long; send them in several archives"
_PACKINGS = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)
"""Those of which Python unpacks no more than it is asked for."""
NESTED = "is an archive in an archive, which is not opened"
_ARCHIVES = (b"\x1f\x8b", b"Rar!", b"7z\xbc\xaf\x27\x1c", b"BZh", b"\xfd7zXZ")
_LEFT_OUT = ("__MACOSX/", "Thumbs.db", ".DS_Store", "desktop.ini")


def zip_table(file: BinaryIO, resumes: ResumeReader) -> Table:
    """The resumes of an archive, each read in a process of its own; a row's line is its file's place in the archive, from 1.

    Raises FileRefused for an archive that unpacks to too much, or of too many files.
    """
    with zipfile.ZipFile(file) as archive:
        infos = [one for one in archive.infolist() if not one.is_dir() and not _is_left_out(one.filename)]
        if not infos:
            raise FileRefused.of("file", "is an archive without a file")
        if len(infos) > resumes.files:
            raise FileRefused.of("file", f"is an archive of {len(infos)} files; at most {resumes.files} are read")
        unpacked = resumes.isolation.memory_mib
        if sum(one.file_size for one in infos) > unpacked * MIB:
            raise FileRefused.of("file", f"unpacks to more than {unpacked} MiB")
    return Table(Format("zip of resumes"), COLUMNS, _rows(file, infos, resumes))


def _rows(file: BinaryIO, infos: list[zipfile.ZipInfo], resumes: ResumeReader) -> Iterator[Row | BadRow]:
    """A few files at a time, so that no more are held; what is left when the archive has taken too long is not read."""
    late = time.monotonic() + ARCHIVE_READS * resumes.isolation.seconds
    with zipfile.ZipFile(file) as archive, ThreadPoolExecutor(AT_ONCE) as readers:
        files = _unpacked(archive, infos)
        while some := list(islice(files, AT_ONCE)):
            if time.monotonic() > late:
                yield from (BadRow(line, RowError(TOO_LATE)) for line, _ in some)
            else:
                yield from readers.map(lambda one: _read(resumes, infos[one[0] - 1].filename, *one), some)


def _is_left_out(name: str) -> bool:
    """What an operating system adds to an archive."""
    return name.startswith(_LEFT_OUT) or name.rpartition("/")[2].startswith((".", *_LEFT_OUT))


def _unpacked(archive: zipfile.ZipFile, infos: list[zipfile.ZipInfo]) -> Iterator[tuple[int, bytes | RowError]]:
    """Each file with its place, or why it is not unpacked. No more is unpacked than may be, whatever the directory says."""
    for line, info in enumerate(infos, 1):
        if info.flag_bits & 1:
            yield line, RowError("is protected by a password; save it without one")
        elif info.compress_type not in _PACKINGS:
            yield line, RowError("is packed in a way that is not read; use the usual one, Deflate")
        elif info.file_size > max(MIB, MOST_PACKED * info.compress_size):
            yield line, RowError(f"unpacks to more than {MOST_PACKED} times its size")
        else:
            try:
                with archive.open(info) as member:
                    content = member.read(LARGEST_MIB * MIB + 1)
            except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, OSError):
                yield line, RowError("cannot be unpacked")
                continue
            yield line, content if len(content) <= LARGEST_MIB * MIB else RowError(f"is larger than {LARGEST_MIB} MiB")


def _read(resumes: ResumeReader, name: str, line: int, content: bytes | RowError) -> Row | BadRow:
    if isinstance(content, RowError):
        return BadRow(line, content)
    if content.startswith(_ARCHIVES) or (content.startswith(ZIP) and DOCUMENT.encode() not in content):
        return BadRow(line, RowError(NESTED))
    try:
        _, resume = resumes.read(io.BytesIO(content))
    except Unreadable as error:
        return BadRow(line, RowError(str(error)))
    return resume_row(line, resume, resumes.sent(name, lambda: content))
