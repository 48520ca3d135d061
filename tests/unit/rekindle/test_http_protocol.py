"""Head and body of an answer are one write; nothing waits longer than the event loop's turn, and the order stays."""

import asyncio

from rekindle.runtime.http_protocol import JoiningTransport

HEAD = b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\n"


class Written(asyncio.Transport):
    """Keeps what is written."""

    def __init__(self) -> None:
        super().__init__()
        self.writes: list[bytes] = []

    def write(self, data: object) -> None:
        assert isinstance(data, bytes)
        self.writes.append(data)

    def close(self) -> None:
        self.writes.append(b"closed")


def joining() -> tuple[JoiningTransport, Written]:
    written = Written()
    return JoiningTransport(written, asyncio.get_running_loop()), written


async def test_head_and_body_are_one_write() -> None:
    transport, written = joining()

    transport.write(HEAD)
    transport.write(b"ok")
    transport.write(b"more")
    await asyncio.sleep(0)

    assert written.writes == [HEAD + b"ok", b"more"]


async def test_a_head_that_nothing_follows_is_written_in_the_same_turn() -> None:
    transport, written = joining()

    transport.write(HEAD)
    await asyncio.sleep(0)

    assert written.writes == [HEAD]


async def test_a_body_that_looks_like_a_head_keeps_its_place() -> None:
    transport, written = joining()

    transport.write(HEAD)
    transport.write(memoryview(b"HTTP/1. is how an answer begins"))
    transport.write(HEAD)
    transport.write(HEAD)
    await asyncio.sleep(0)

    assert b"".join(written.writes) == HEAD + b"HTTP/1. is how an answer begins" + HEAD + HEAD


async def test_what_is_held_is_written_before_the_connection_is_closed() -> None:
    transport, written = joining()

    transport.write(HEAD)
    transport.close()
    await asyncio.sleep(0)

    assert written.writes == [HEAD, b"closed"]
