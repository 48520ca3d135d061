"""An HTTP client that costs little, so that what is measured is the server: HTTP/1.1, kept-alive connections, no more."""

import asyncio
import time
from collections.abc import AsyncIterator, Iterable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from urllib.parse import urlsplit


class UnexpectedAnswer(RuntimeError):
    """The server answered otherwise than a measurement can count."""


@dataclass(slots=True)
class Connection:
    """One connection; one request at a time."""

    reader: asyncio.StreamReader
    writer: asyncio.StreamWriter
    head: bytes

    async def request(self, method: str, path: str, body: bytes = b"") -> tuple[int, bytes]:
        """Send and return status and body of the answer."""
        self.writer.write(b"%s %s HTTP/1.1\r\n%scontent-length: %d\r\n\r\n%s" % (
            method.encode(), path.encode(), self.head, len(body), body,
        ))  # fmt: skip
        answered = await self.reader.readuntil(b"\r\n\r\n")
        status = int(answered[9:12])
        start = answered.lower().find(b"content-length:")
        length = 0 if start < 0 else int(answered[start + 15 : answered.index(b"\r\n", start)])
        return status, await self.reader.readexactly(length)

    async def demand(self, method: str, path: str, body: bytes = b"", *, status: int) -> bytes:
        """The answer's body. Raises UnexpectedAnswer for another status."""
        found, answer = await self.request(method, path, body)
        if found != status:
            raise UnexpectedAnswer(f"{method} {path} was answered {found}: {answer[:500].decode(errors='replace')}")
        return answer


@asynccontextmanager
async def connections(url: str, token: str, count: int) -> AsyncIterator[list[Connection]]:
    """Open connections to a base URL, with the token in every request."""
    address = urlsplit(url)
    head = f"host: {address.netloc}\r\nauthorization: Bearer {token}\r\ncontent-type: application/json\r\n".encode()
    opened: list[Connection] = []
    try:
        for _ in range(count):
            reader, writer = await asyncio.open_connection(address.hostname, address.port, limit=2**24)
            opened.append(Connection(reader, writer, head))
        yield opened
    finally:
        for one in opened:
            one.writer.close()


async def post_all(opened: Sequence[Connection], path: str, bodies: Iterable[bytes], *, status: int) -> float:
    """Post all bodies over the connections, each as fast as it is answered; returns the seconds it took."""
    waiting = iter(bodies)

    async def drain(connection: Connection) -> None:
        for body in waiting:
            await connection.demand("POST", path, body, status=status)

    started = time.perf_counter()
    await asyncio.gather(*[drain(connection) for connection in opened])
    return time.perf_counter() - started
