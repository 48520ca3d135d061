"""The client of the benchmarks outlives connections that the server closed while they were idle."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

import pytest

from benchmarks import client
from benchmarks.client import Connection, Turns, UnexpectedAnswer, pace
from tests.waiting import eventually

OK = b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok"


@dataclass
class Server:
    """Answers each request of a connection with what it is given, and closes the connection after the last answer."""

    path: Path
    answers: list[list[bytes]] = field(default_factory=list)
    """Of each connection in turn."""
    connections: int = 0
    requests: int = 0
    closed: asyncio.Event = field(default_factory=asyncio.Event)

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        answers = self.answers[self.connections]
        self.connections += 1
        for answer in answers:
            await reader.readuntil(b"\r\n\r\n")
            self.requests += 1
            writer.write(answer)
        writer.close()
        await writer.wait_closed()
        self.closed.set()

    def connection(self) -> Connection:
        return Connection(partial(asyncio.open_unix_connection, self.path), b"host: bench\r\n")


@pytest.fixture
async def server(tmp_path: Path) -> AsyncIterator[Server]:
    made = Server(tmp_path / "server")
    async with await asyncio.start_unix_server(made.serve, made.path):
        yield made


async def usable(connection: Connection) -> bool:
    return connection.is_usable


async def test_a_connection_that_was_closed_while_idle_is_opened_again(server: Server) -> None:
    server.answers = [[OK], [OK]]
    connection = server.connection()

    await connection.demand("POST", "/", status=200)
    await server.closed.wait()
    await eventually(partial(usable, connection), lambda found: not found)
    answer = await connection.demand("POST", "/", status=200)
    connection.close()

    assert (answer, server.connections, server.requests) == (b"ok", 2, 2)


async def test_a_connection_that_was_idle_for_long_is_replaced_before_the_server_closes_it(
    server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    server.answers = [[OK, OK], [OK]]
    connection = server.connection()

    await connection.demand("POST", "/", status=200)
    monkeypatch.setattr(client, "IDLE_SECONDS", -1.0)
    await connection.demand("POST", "/", status=200)
    connection.close()

    assert server.connections == 2


@pytest.mark.parametrize("cut", [b"", OK[:20], OK[:-1]], ids=["before the answer", "within its head", "within its body"])
async def test_a_request_that_may_have_been_taken_is_never_sent_again(server: Server, cut: bytes) -> None:
    server.answers = [[cut], [OK]]
    connection = server.connection()

    with pytest.raises((asyncio.IncompleteReadError, OSError)):
        await connection.demand("POST", "/", status=200)
    assert (server.connections, server.requests) == (1, 1)

    assert await connection.demand("POST", "/", status=200) == b"ok"  # the next request has a connection of its own
    connection.close()


async def test_a_batch_of_which_an_item_was_refused_is_no_success(server: Server) -> None:
    body = b'{"items":[{"status":422,"problem":{"title":"wrong"}}]}'
    server.answers = [[b"HTTP/1.1 207 Multi-Status\r\ncontent-length: %d\r\n\r\n%s" % (len(body), body)]]
    connection = server.connection()

    with pytest.raises(UnexpectedAnswer, match="wrong"):
        await connection.demand("POST", "/", status=207)
    connection.close()


async def test_what_is_late_is_measured_from_when_it_was_due(server: Server) -> None:
    server.answers = [[OK] * 20]
    turns = Turns([server.connection()])
    dues: list[float] = []

    async def send(_number: int, due: float) -> None:
        async with turns.take() as connection:
            await connection.demand("GET", "/", status=200)
        dues.append(due)

    await pace(1000, 20, send)
    turns.opened[0].close()

    assert [round((due - dues[0]) * 1000) for due in dues] == list(range(20))
    assert server.connections == 1
