"""Health and metrics of a process that serves no API: a few answers over HTTP, without a framework."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

from prometheus_client import CONTENT_TYPE_LATEST, generate_latest

REQUEST_SECONDS = 5.0


@asynccontextmanager
async def serve_health(host: str, port: int, *, is_ready: Callable[[], bool]) -> AsyncIterator[None]:
    """Answer /health/live, /health/ready and /metrics for the length of the block."""

    async def handle(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            line = await asyncio.wait_for(reader.readline(), REQUEST_SECONDS)
            path = line.split(b" ")[1] if line.count(b" ") >= 2 else b""
            writer.write(_answer(path.partition(b"?")[0], ready=is_ready()))
            await asyncio.wait_for(writer.drain(), REQUEST_SECONDS)
        except (TimeoutError, OSError, ValueError):
            return  # whoever asked has gone or never asked; nothing is owed to them
        finally:
            writer.close()

    server = await asyncio.start_server(handle, host, port)
    async with server:
        yield


def _answer(path: bytes, *, ready: bool) -> bytes:
    kind = "application/json"
    if path == b"/health/live":
        status, body = "200 OK", b'{"status":"live"}'
    elif path == b"/health/ready":
        status, body = ("200 OK", b'{"status":"ready"}') if ready else ("503 Unavailable", b'{"status":"not ready"}')
    elif path == b"/metrics":
        status, kind, body = "200 OK", CONTENT_TYPE_LATEST, generate_latest()
    else:
        status, body = "404 Not Found", b'{"status":"there is nothing here"}'
    head = f"HTTP/1.1 {status}\r\nContent-Type: {kind}\r\nContent-Length: {len(body)}\r\nConnection: close\r\n\r\n"
    return head.encode() + body
