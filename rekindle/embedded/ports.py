"""Ports of this machine: which are free and which one to take.

Ports are chosen below the range that the kernel hands to outgoing connections: a client that knocks on a server's port
there while the server is down can be connected to itself, and then holds the port that the server needs.
"""

import asyncio
import random
import socket
from collections.abc import Iterable

from rekindle.embedded.failures import CannotStart

LOOPBACK = "127.0.0.1"
CHOICE = range(15_000, 32_000)


def is_free(port: int) -> bool:
    """Whether a server could listen on this port now."""
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((LOOPBACK, port))
        except OSError:
            return False
    return True


def choose(preferred: int = 0, *, taken: Iterable[int] = ()) -> int:
    """Return the preferred port when it is free, else another one that is."""
    avoid = set(taken)
    if preferred and preferred not in avoid and is_free(preferred):
        return preferred
    for port in random.sample(CHOICE, 500):
        if port not in avoid and is_free(port):
            return port
    raise CannotStart("No free port was found between 15000 and 32000: stop some of the servers on this machine.")


def demand(port: int) -> int:
    """Return this very port, or a free one for 0. Raises CannotStart when it is taken."""
    if port == 0:
        return choose()
    if not is_free(port):
        raise CannotStart(f"Port {port} is taken by another program: stop that one, or choose another with --port N.")
    return port


async def answers(port: int) -> bool:
    """Whether something accepts connections on this port."""
    try:
        async with asyncio.timeout(2):
            _, writer = await asyncio.open_connection(LOOPBACK, port)
    except (OSError, TimeoutError):
        return False
    writer.close()
    return True


def listens(pid: int, port: int) -> bool:
    """Whether it is this process that listens on the port, not one of another stack that took it first."""
    import psutil

    try:
        found = psutil.Process(pid).net_connections(kind="tcp")
    except psutil.NoSuchProcess:
        return False
    except psutil.AccessDenied:
        return True  # the system does not say whose it is
    return any(one.status == psutil.CONN_LISTEN and one.laddr.port == port for one in found)


async def replies(port: int, request: bytes) -> bool:
    """Whether a server on this port says anything to a request. Raises OSError where it cannot be reached; may wait for ever."""
    reader, writer = await asyncio.open_connection(LOOPBACK, port)
    try:
        writer.write(request)
        return bool(await reader.read(1))
    finally:
        writer.close()


async def http_status(port: int, path: str) -> int:
    """Return the status with which a GET is answered; 0 when nothing answers."""
    request = f"GET {path} HTTP/1.1\r\nHost: {LOOPBACK}\r\nConnection: close\r\n\r\n".encode()
    try:
        async with asyncio.timeout(2):
            reader, writer = await asyncio.open_connection(LOOPBACK, port)
        try:
            writer.write(request)
            async with asyncio.timeout(10):
                line = await reader.readline()
        finally:
            writer.close()
        return int(line.split()[1])
    except (OSError, TimeoutError, IndexError, ValueError):
        return 0
