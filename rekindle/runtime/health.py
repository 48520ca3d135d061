"""Health and metrics of a process that serves no API: a few answers over HTTP, without a framework."""

import asyncio
import json
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager

from prometheus_client import CONTENT_TYPE_LATEST, Gauge, generate_latest

from shared.observability.heartbeats import SILENT_AFTER, silences

REQUEST_SECONDS = 5.0
PART_SILENCE = Gauge("rekindle_part_silence_seconds", "Seconds since a part of the worker gave its last sign of life.", ["part"])


@asynccontextmanager
async def serve_health(host: str, port: int, *, is_stopping: Callable[[], bool]) -> AsyncIterator[None]:
    """Answer /health/live, /health/ready and /metrics for the length of the block.

    It is ready while it is not stopping and no part has been silent for too long; the answer holds the silence of each part.
    """

    async def handle(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            async with asyncio.timeout(REQUEST_SECONDS):
                line = await reader.readline()
            path = line.split(b" ")[1] if line.count(b" ") >= 2 else b""
            writer.write(answer(path.partition(b"?")[0], silences(), stopping=is_stopping()))
            async with asyncio.timeout(REQUEST_SECONDS):
                await writer.drain()
        except (TimeoutError, OSError, ValueError):
            return  # whoever asked has gone or never asked; nothing is owed to them
        finally:
            writer.close()

    server = await asyncio.start_server(handle, host, port)
    async with server:
        yield


def answer(path: bytes, silent: Mapping[str, float], *, stopping: bool) -> bytes:
    """The response to a GET of a path, where the parts have been silent for so many seconds."""
    kind = "application/json"
    if path == b"/health/live":
        status, body = "200 OK", b'{"status":"live"}'
    elif path == b"/health/ready":
        ready = not stopping and all(seconds < SILENT_AFTER for seconds in silent.values())
        status = "200 OK" if ready else "503 Service Unavailable"
        rounded = {part: round(seconds, 1) for part, seconds in sorted(silent.items())}
        body = json.dumps({"status": "ready" if ready else "not ready", "silent_seconds": rounded}).encode()
    elif path == b"/metrics":
        PART_SILENCE.clear()
        for part, seconds in silent.items():
            PART_SILENCE.labels(part).set(seconds)
        status, kind, body = "200 OK", CONTENT_TYPE_LATEST, generate_latest()
    else:
        status, body = "404 Not Found", b'{"status":"not found"}'
    head = f"HTTP/1.1 {status}\r\nContent-Type: {kind}\r\nContent-Length: {len(body)}\r\nConnection: close\r\n\r\n"
    return head.encode() + body
