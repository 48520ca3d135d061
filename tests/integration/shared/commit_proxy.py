"""A proxy in front of PostgreSQL that loses answers: the server does what it was asked, and nobody hears of it.

It reads as much of the protocol as it takes to know which statement an answer belongs to.
"""

import asyncio
import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from urllib.parse import urlsplit, urlunsplit

_NO_TYPE = frozenset({80877103, 80877104})
"""Codes of the requests for encryption, which come before the start-up message and, like it, have no type."""


@dataclass
class CommitProxy:
    """Passes bytes on, until it is told to lose the answer to a statement and the connection with it."""

    host: str
    port: int
    url: str = ""
    """The database's URL, with the proxy in the server's place."""
    lost: int = 0
    """How many answers were lost."""
    refuses: bool = False
    """Whether new connections are closed at once, as if the server were not reachable."""
    refuses_after_losing: bool = False
    """Whether it refuses from the first lost answer on."""
    _losing: list[re.Pattern[str]] = field(default_factory=list)
    _tasks: set[asyncio.Task[None]] = field(default_factory=set)

    def lose_answer_to(self, pattern: str = "COMMIT") -> None:
        """Lose the next answer to a statement that matches a regular expression; once for each call."""
        self._losing.append(re.compile(pattern, re.DOTALL))

    def is_losing(self, statements: list[str]) -> bool:
        """Whether one of the statements is one whose answer is to be lost; from then on it no longer is."""
        for wanted in self._losing:
            if any(wanted.fullmatch(statement) for statement in statements):
                self._losing.remove(wanted)
                self.lost += 1
                self.refuses = self.refuses or self.refuses_after_losing
                return True
        return False

    async def accept(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Serve one client until either side ends."""
        task = asyncio.current_task()
        assert task is not None
        self._tasks.add(task)
        try:
            if not self.refuses:
                with suppress(OSError, asyncio.IncompleteReadError):
                    await _Link(self, reader, writer).run()
        finally:
            writer.close()
            self._tasks.discard(task)

    async def close(self) -> None:
        """End all connections."""
        for task in list(self._tasks):
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)


class _Link:
    """One client's connection to the server."""

    def __init__(self, proxy: CommitProxy, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._proxy = proxy
        self._client = (reader, writer)
        self._prepared: dict[bytes, str] = {}
        self._bound: dict[bytes, str] = {}
        self._asked: list[str] = []
        """The statements since the server was last ready."""
        self._is_lost = False

    async def run(self) -> None:
        server = await asyncio.open_connection(self._proxy.host, self._proxy.port)
        both = [asyncio.ensure_future(self._to_server(server[1])), asyncio.ensure_future(self._to_client(server[0]))]
        try:
            await asyncio.wait(both, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for one in both:
                one.cancel()
            await asyncio.gather(*both, return_exceptions=True)
            server[1].close()

    async def _to_server(self, server: asyncio.StreamWriter) -> None:
        reader, _ = self._client
        while True:
            length = await reader.readexactly(4)
            content = await reader.readexactly(int.from_bytes(length) - 4)
            server.write(length + content)
            if int.from_bytes(content[:4]) not in _NO_TYPE:
                break
        while True:
            kind, length = await reader.readexactly(1), await reader.readexactly(4)
            content = await reader.readexactly(int.from_bytes(length) - 4)
            self._note(kind, content)
            if self._proxy.is_losing(self._asked):
                self._is_lost = True
            server.write(kind + length + content)
            await server.drain()

    def _note(self, kind: bytes, content: bytes) -> None:
        if kind == b"Q":
            self._asked.append(content[:-1].decode())
        elif kind == b"P":
            name, statement, _ = content.split(b"\0", 2)
            self._prepared[name] = statement.decode()
        elif kind == b"B":
            portal, name, _ = content.split(b"\0", 2)
            self._bound[portal] = self._prepared.get(name, "")
        elif kind == b"E":
            self._asked.append(self._bound.get(content.split(b"\0", 1)[0], ""))

    async def _to_client(self, server: asyncio.StreamReader) -> None:
        _, writer = self._client
        has_begun = False
        while True:
            kind = await server.readexactly(1)
            if not has_begun and kind in {b"N", b"S"}:  # the answer to a request for encryption has no length
                writer.write(kind)
                continue
            has_begun = True
            length = await server.readexactly(4)
            content = await server.readexactly(int.from_bytes(length) - 4)
            is_ready = kind == b"Z"
            if is_ready:
                self._asked.clear()
            if not self._is_lost:
                writer.write(kind + length + content)
                await writer.drain()
            elif is_ready:
                return


@asynccontextmanager
async def commit_proxy(database_url: str) -> AsyncIterator[CommitProxy]:
    """A proxy in front of the database's server."""
    parts = urlsplit(database_url)
    assert parts.hostname is not None
    proxy = CommitProxy(parts.hostname, parts.port or 5432)
    server = await asyncio.start_server(proxy.accept, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    credentials = parts.netloc.rpartition("@")[0]
    proxy.url = urlunsplit(parts._replace(netloc=f"{credentials}@127.0.0.1:{port}"))
    try:
        yield proxy
    finally:
        server.close()
        await proxy.close()
