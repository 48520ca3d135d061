"""uvicorn's HTTP protocol, with head and body of an answer in one write: a second write is a system call and a wake-up more."""

import asyncio
from typing import Any

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

_HEAD = b"HTTP/1."


class AnswerInOneWrite(HttpToolsProtocol):
    """Writes the head of an answer together with what follows at once; a head that nothing follows is written by itself."""

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]  # as uvicorn's own
        super().connection_made(JoiningTransport(transport, self.loop))


class JoiningTransport(asyncio.Transport):
    """A transport that holds back the head of an answer until the next write, but no longer than the event loop's turn."""

    def __init__(self, transport: asyncio.Transport, loop: asyncio.AbstractEventLoop) -> None:
        super().__init__()
        self._transport = transport
        self._loop = loop
        self._head = b""

    def write(self, data: Any) -> None:
        """Write after the head that is held, if one is; a head is held until the next write."""
        if self._head:
            head, self._head = self._head, b""
            self._transport.write(b"".join((head, data)))
        elif data[: len(_HEAD)] == _HEAD:
            self._head = data
            self._loop.call_soon(self._flush)
        else:
            self._transport.write(data)

    def _flush(self) -> None:
        if self._head:
            head, self._head = self._head, b""
            self._transport.write(head)

    def close(self) -> None:
        """Write what is held, and close."""
        self._flush()
        self._transport.close()

    def is_closing(self) -> bool:
        return self._transport.is_closing()

    def get_extra_info(self, name: str, default: Any = None) -> Any:
        return self._transport.get_extra_info(name, default)

    def pause_reading(self) -> None:
        self._transport.pause_reading()

    def resume_reading(self) -> None:
        self._transport.resume_reading()

    def set_protocol(self, protocol: asyncio.BaseProtocol) -> None:
        self._transport.set_protocol(protocol)
