"""Read what strangers wrote in a process of its own: little time, little memory, no network, no files, no secrets.

The process gets the file and writes what it read. After its imports, and after ``prepare`` of the module where there is one, it
can open nothing: neither a file nor a socket. Its environment is empty. What it dies of is its caller's to say, never its
caller's end.
"""

import codecs
import importlib
import json
import logging
import resource
import signal
import subprocess
import sys
import tempfile
import traceback
from collections.abc import Callable
from dataclasses import dataclass
from typing import BinaryIO, TypeAlias

Reading: TypeAlias = Callable[..., None]
"""Takes the file, what its answer is written to, and options as JSON values. Raises Unreadable."""

logger = logging.getLogger(__name__)

MIB = 1024 * 1024
_UNREADABLE, _OUT_OF_MEMORY, _FAILED = 3, 4, 5
_WAITED = 2.0
"""Times the processor's seconds that the process may take by the clock."""
_MOST_SAID = 2000
_ENCODINGS = ("utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "cp1252", "cp437", "latin-1", "punycode", "idna")
"""What Python loads from files when it is first used; cp437 is that of names in archives."""
_PROGRAM = f"import sys; from {__name__} import run; run(*sys.argv[1:])"


class Unreadable(Exception):
    """The file cannot be read; the message is the rule that it breaks, and holds no value."""


@dataclass(frozen=True, slots=True)
class Isolation:
    """The limits of a process that reads a file."""

    seconds: int
    """Of the processor; by the clock it may take twice as many."""
    memory_mib: int
    written_mib: int = 1024
    """What it may write."""

    def read(self, reading: Reading, file: BinaryIO, **options: object) -> BinaryIO:
        """What ``reading``, a function of a module, writes of this file. Raises Unreadable; blocks."""
        command = [sys.executable, "-c", _PROGRAM, reading.__module__, reading.__name__]
        limits = [str(one) for one in (self.seconds, self.memory_mib, self.written_mib)]
        answer = tempfile.TemporaryFile()  # noqa: SIM115 - its reader closes it
        with _with_descriptor(file) as given:
            try:
                done = subprocess.run(  # noqa: S603 - this program, with a function of ours
                    [*command, *limits, json.dumps(options)],
                    stdin=given,
                    stdout=answer,
                    stderr=subprocess.PIPE,
                    timeout=_WAITED * self.seconds + 10,
                    check=False,
                    env={"PYTHONPATH": ":".join(filter(None, sys.path))},
                )
            except subprocess.TimeoutExpired:
                answer.close()
                raise Unreadable(self._too_slow) from None
        if done.returncode != 0:
            answer.close()
            raise Unreadable(self._rule(done.returncode, done.stderr[:_MOST_SAID].decode(errors="replace")))
        answer.seek(0)
        return answer

    @property
    def _too_slow(self) -> str:
        return f"takes longer to read than {self.seconds} seconds"

    def _rule(self, status: int, said: str) -> str:
        if status == _UNREADABLE:
            return said
        if status in {-signal.SIGXCPU, -signal.SIGKILL}:
            return self._too_slow
        if status == _OUT_OF_MEMORY or "memory allocation of" in said:
            return f"needs more than {self.memory_mib} MiB of memory to read"
        if status == -signal.SIGXFSZ:
            return f"holds more than {self.written_mib} MiB"
        logger.warning("the reader of a file ended with status %s: %s", status, said if status == _FAILED else "")
        return f"cannot be read: its reader ended with status {status}"


def _with_descriptor(file: BinaryIO) -> BinaryIO:
    """A copy of the file that a process can be given."""
    copy = tempfile.TemporaryFile()  # noqa: SIM115 - the caller closes it
    file.seek(0)
    while piece := file.read(MIB):
        copy.write(piece)
    copy.seek(0)
    return copy


def run(module: str, name: str, seconds: str, memory: str, written: str, options: str) -> None:
    """Within the process: read standard input with a function, and write its answer to standard output."""
    its_module = importlib.import_module(module)
    reading: Reading = getattr(its_module, name)
    for encoding in _ENCODINGS:
        codecs.lookup(encoding)
    getattr(its_module, "prepare", lambda: None)()
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    resource.setrlimit(resource.RLIMIT_CPU, (int(seconds), int(seconds) + 1))
    resource.setrlimit(resource.RLIMIT_AS, (int(memory) * MIB,) * 2)
    resource.setrlimit(resource.RLIMIT_FSIZE, (int(written) * MIB,) * 2)
    signal.signal(signal.SIGXFSZ, signal.SIG_DFL)
    resource.setrlimit(resource.RLIMIT_NOFILE, (0, 0))
    try:
        reading(sys.stdin.buffer, sys.stdout.buffer, **json.loads(options))
        sys.stdout.buffer.flush()
    except Unreadable as error:
        sys.stderr.write(str(error))
        sys.exit(_UNREADABLE)
    except MemoryError:
        sys.exit(_OUT_OF_MEMORY)
    except Exception as error:  # noqa: BLE001 - whatever it is, its message may hold what the file holds
        place = traceback.extract_tb(error.__traceback__)[-1]
        sys.stderr.write(f"{type(error).__name__} at {place.filename}:{place.lineno}")
        sys.exit(_FAILED)
