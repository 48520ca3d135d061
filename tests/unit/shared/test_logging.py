"""No line of a log holds a value: not the message of an exception, not what its frames hold, not what a library logs of it."""

import asyncio
import io
import json
import logging
import sys
from collections.abc import Iterator
from pathlib import Path
from uuid import uuid4

import asyncpg
import httpx
import pytest
from sqlalchemy.exc import IntegrityError

from shared.errors import NotFound
from shared.observability.describing import describe
from shared.observability.logging import configure_logging, request_id_var

WORD = f"zqxj{uuid4().hex[:12]}"


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


@pytest.fixture(params=[io.StringIO, Terminal], ids=["file", "terminal"])
def written(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Iterator[io.StringIO]:
    """What is logged, in the form for a file and in that for a terminal."""
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level
    stream = request.param()
    monkeypatch.setattr(sys, "stderr", stream)
    configure_logging("DEBUG")
    yield stream
    root.handlers[:], root.level = handlers, level


def violated() -> IntegrityError:
    """What SQLAlchemy raises where a row is there already; PostgreSQL quotes it."""
    quoting = asyncpg.UniqueViolationError(f"duplicate key: Key (reference)=({WORD}) already exists.")
    quoting.constraint_name, quoting.table_name = "candidates_reference_key", "candidates"
    adapted = RuntimeError(str(quoting))
    adapted.__cause__ = quoting
    return IntegrityError("INSERT INTO candidates", {"reference": WORD}, adapted, hide_parameters=True)


ERRORS: list[Exception] = [
    ValueError(WORD),
    KeyError(WORD),
    violated(),
    NotFound(f"There is no {WORD}."),
    RuntimeError({"name": WORD}),
]


def fail(error: Exception, name: str = WORD) -> None:
    """Raise it with a cause, from a frame that holds the word."""
    secret = {name: name}
    try:
        secret[f"{name} {name}"]
    except LookupError as cause:
        raise error from cause


@pytest.mark.parametrize("error", ERRORS, ids=lambda one: type(one).__name__)
def test_an_exception_is_told_without_its_values(written: io.StringIO, error: Exception) -> None:
    logger = logging.getLogger("of.the.test")
    with pytest.raises(type(error)) as caught:
        fail(error)
    logger.error("it failed", exc_info=caught.value)
    logger.warning("trying again: %r, %s", caught.value, caught.value)
    logging.getLogger("uvicorn.error").error("Exception in ASGI application\n", exc_info=caught.value)

    said = written.getvalue()
    assert WORD not in said
    assert "it failed" in said
    assert type(error).__name__ in said
    assert "KeyError" in said, "the cause"
    assert "test_logging.py" in said


async def test_asyncio_quotes_nothing(written: io.StringIO) -> None:
    context = {"message": "Task exception was never retrieved", "exception": ValueError(WORD), "future": WORD}
    asyncio.get_running_loop().default_exception_handler(context)

    assert "never retrieved" in written.getvalue()
    assert WORD not in written.getvalue()


def test_what_helps_is_told() -> None:
    assert describe(ConnectionRefusedError(111, "Connect call failed ('127.0.0.1', 5432)")).endswith("5432))")
    assert "All connection attempts failed" in describe(httpx.ConnectError("All connection attempts failed"))
    assert "code=not_found" in describe(NotFound("x"))
    assert describe(violated()) == (
        "IntegrityError(sqlstate=23505, table_name=candidates, constraint_name=candidates_reference_key)"
    )


def test_where_it_was_raised_is_a_module_and_no_path_of_the_machine() -> None:
    with pytest.raises(FileNotFoundError) as missing:
        Path(f"/{WORD}/rules.toml").read_text()
    with pytest.raises(ValueError) as raised:  # noqa: PT011 - whatever it says
        fail(ValueError(WORD))

    assert describe(missing.value).startswith("FileNotFoundError([Errno 2] No such file or directory) at pathlib:")
    assert describe(raised.value).startswith(f"ValueError() at {__name__}:")


def test_a_line_carries_the_request_s_id(monkeypatch: pytest.MonkeyPatch) -> None:
    stream = io.StringIO()
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level
    monkeypatch.setattr(sys, "stderr", stream)
    configure_logging("INFO", service="gateway")
    token = request_id_var.set("mine-1")
    try:
        logging.getLogger("of.the.test").info("something")
    finally:
        request_id_var.reset(token)
        root.handlers[:], root.level = handlers, level

    line = json.loads(stream.getvalue())
    assert (line["event"], line["request_id"], line["service"]) == ("something", "mine-1", "gateway")
