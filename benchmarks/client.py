"""An HTTP client that costs little, so that what is measured is the server: HTTP/1.1, kept-alive connections, no more."""

import asyncio
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from functools import partial
from urllib.parse import urlsplit

IDLE_SECONDS = 4.0
"""A connection that was idle for longer is replaced before it is used: a server closes those, uvicorn after 5 s."""

Streams = tuple[asyncio.StreamReader, asyncio.StreamWriter]


class UnexpectedAnswer(RuntimeError):
    """The server answered otherwise than a measurement can count."""


@dataclass(slots=True)
class Connection:
    """One connection; one request at a time.

    A connection that was closed while it was idle is opened again before the next request is sent. A request that is on its
    way is never sent a second time: whether it was done would not be known.
    """

    connect: Callable[[], Awaitable[Streams]]
    head: bytes
    _streams: Streams | None = None
    _used_at: float = 0.0

    async def request(self, method: str, path: str, body: bytes = b"", *, headers: bytes = b"") -> tuple[int, bytes]:
        """Send and return status and body of the answer. Raises OSError or IncompleteReadError when the connection is lost.

        ``headers`` are further ones, each a line with its end.
        """
        reader, writer = await self.open()
        try:
            writer.write(b"%s %s HTTP/1.1\r\n%s%scontent-length: %d\r\n\r\n%s" % (
                method.encode(), path.encode(), self.head, headers, len(body), body,
            ))  # fmt: skip
            answered = await reader.readuntil(b"\r\n\r\n")
            status = int(answered[9:12])
            start = answered.lower().find(b"content-length:")
            length = 0 if start < 0 else int(answered[start + 15 : answered.index(b"\r\n", start)])
            answer = await reader.readexactly(length)
        except BaseException:
            self.close()
            raise
        self._used_at = time.monotonic()
        return status, answer

    async def demand(self, method: str, path: str, body: bytes = b"", *, status: int, headers: bytes = b"") -> bytes:
        """The answer's body. Raises UnexpectedAnswer for another status, and for a batch of which an item was refused."""
        found, answer = await self.request(method, path, body, headers=headers)
        if found != status or (status == 207 and b'"problem":{' in answer):
            raise UnexpectedAnswer(f"{method} {path} was answered {found}: {answer[:500].decode(errors='replace')}")
        return answer

    @property
    def is_usable(self) -> bool:
        """Whether it is open, and was not idle for so long that the server may close it while a request is on its way."""
        if self._streams is None or time.monotonic() - self._used_at > IDLE_SECONDS:
            return False
        reader, writer = self._streams
        return not (reader.at_eof() or writer.is_closing())

    async def open(self) -> Streams:
        """The connection's streams, opened again where they cannot be used."""
        if self._streams is None or not self.is_usable:
            self.close()
            self._streams = await self.connect()
            self._used_at = time.monotonic()
        return self._streams

    def close(self) -> None:
        """Close it; a later request opens it again."""
        if self._streams is not None:
            self._streams[1].close()
            self._streams = None


@asynccontextmanager
async def connections(url: str, token: str, count: int) -> AsyncIterator[list[Connection]]:
    """Open connections to a base URL, with the token in every request."""
    address = urlsplit(url)
    head = f"host: {address.netloc}\r\nauthorization: Bearer {token}\r\ncontent-type: application/json\r\n".encode()
    connect = partial(asyncio.open_connection, address.hostname, address.port, limit=2**24)
    opened = [Connection(connect, head) for _ in range(count)]
    try:
        for one in opened:
            await one.open()
        yield opened
    finally:
        for one in opened:
            one.close()


@dataclass
class Turns:
    """Connections that take turns, so that requests at a rate find one that is free."""

    opened: Sequence[Connection]
    _free: asyncio.Queue[Connection] = field(default_factory=asyncio.Queue)

    def __post_init__(self) -> None:
        for connection in self.opened:
            self._free.put_nowait(connection)

    @asynccontextmanager
    async def take(self) -> AsyncIterator[Connection]:
        """A free connection for the length of the block; waits for one."""
        connection = await self._free.get()
        try:
            yield connection
        finally:
            self._free.put_nowait(connection)


async def pace(rate: float, count: int, send: Callable[[int, float], Awaitable[object]]) -> None:
    """Call ``send`` with each number below ``count`` and the time at which it is due, however long the calls take.

    Times are those of ``time.perf_counter``. So what is measured from the due time on holds the wait for a free connection too.
    """
    began = time.perf_counter() + 0.1

    async def call(number: int, due: float) -> None:
        await send(number, due)

    async with asyncio.TaskGroup() as tasks:
        for number in range(count):
            due = began + number / rate
            if (early := due - time.perf_counter()) > 0:
                await asyncio.sleep(early)
            tasks.create_task(call(number, due))


async def post_all(opened: Sequence[Connection], path: str, bodies: Iterable[bytes], *, status: int) -> float:
    """Post all bodies over the connections, each as fast as it is answered; returns the seconds it took."""
    waiting = iter(bodies)

    async def drain(connection: Connection) -> None:
        for body in waiting:
            await connection.demand("POST", path, body, status=status)

    started = time.perf_counter()
    async with asyncio.TaskGroup() as tasks:
        for connection in opened:
            tasks.create_task(drain(connection))
    return time.perf_counter() - started
