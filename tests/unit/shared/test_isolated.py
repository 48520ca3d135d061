"""A file is read in a process of its own, within its limits."""

import io
import os
import socket
from collections.abc import Callable
from pathlib import Path
from typing import BinaryIO

import pytest

from shared.isolated import Isolation, Unreadable

LIMITS = Isolation(seconds=1, memory_mib=256, written_mib=1)


def upper(file: BinaryIO, answer: BinaryIO, *, mark: str) -> None:
    answer.write(file.read().upper() + mark.encode())


def refuse(file: BinaryIO, answer: BinaryIO) -> None:
    raise Unreadable("is not what it seems")


def loop(file: BinaryIO, answer: BinaryIO) -> None:
    while True:
        pass


def hoard(file: BinaryIO, answer: BinaryIO) -> None:
    held = [bytearray(1024 * 1024) for _ in range(1024)]
    answer.write(bytes(len(held)))


def write_much(file: BinaryIO, answer: BinaryIO) -> None:
    answer.writelines(bytes(1024 * 1024) for _ in range(8))


def crash(file: BinaryIO, answer: BinaryIO) -> None:
    os.abort()


def call_out(file: BinaryIO, answer: BinaryIO) -> None:
    try:
        socket.socket()
    except OSError as error:
        raise Unreadable(f"socket: {error.strerror}") from error


def look_around(file: BinaryIO, answer: BinaryIO) -> None:
    try:
        Path("/etc/passwd").read_bytes()
    except OSError as error:
        raise Unreadable(f"file: {error.strerror}, {sorted(os.environ.keys() - {'LC_CTYPE'})}") from error


def test_it_answers_what_it_read() -> None:
    with LIMITS.read(upper, io.BytesIO(b"ada"), mark="!") as answer:
        assert answer.read() == b"ADA!"


@pytest.mark.parametrize(
    ("reading", "rule"),
    [
        (refuse, "is not what it seems"),
        (loop, "takes longer to read than 1 seconds"),
        (hoard, "needs more than 256 MiB of memory to read"),
        (write_much, "holds more than 1 MiB"),
        (crash, "cannot be read: its reader ended with status -6"),
        (call_out, "socket: Too many open files"),
        (look_around, "file: Too many open files, ['PYTHONPATH']"),
    ],
)
def test_what_it_may_not_do_is_the_rule_that_the_file_breaks(reading: Callable[..., None], rule: str) -> None:
    with pytest.raises(Unreadable) as caught:
        LIMITS.read(reading, io.BytesIO(b"ada"))

    assert str(caught.value).startswith(rule)
