"""What went wrong, in words that hold no value of a record: for logs, dead letters and whatever else outlives a request.

The message of an exception may hold what it stumbled over: a name, an address, the key that is there already. So an exception
is described by its type, the codes of the database, and the place in the code (a module and a line, no path of the machine); in
full only where the message is the network's.
"""

import asyncio
import traceback

from shared.errors import DomainError

_SPOKEN_BY_THE_NETWORK = ("aiokafka.", "httpx", "httpcore", "ssl")
"""Modules whose exceptions speak of addresses and states of connections alone."""

_CODES = ("sqlstate", "schema_name", "table_name", "column_name", "constraint_name")
"""What PostgreSQL says of an error beside its message and detail, which may quote a row."""


def describe(error: BaseException) -> str:
    """An exception in one line, without values."""
    names = [f"{name}={value}" for name in _CODES if (value := _of_database(error, name))]
    is_of_network = type(error).__module__.startswith(_SPOKEN_BY_THE_NETWORK)
    if isinstance(error, OSError) and error.filename is not None:
        names.append(f"[Errno {error.errno}] {error.strerror}")
    elif is_of_network or isinstance(error, OSError | TimeoutError | asyncio.CancelledError):
        names.append(str(error))
    elif isinstance(error, DomainError):
        names.append(f"code={error.code}")
    return f"{type(error).__name__}({', '.join(names)}){_place(error)}"


def describe_in_full(error: BaseException) -> str:
    """An exception with its causes and where each was raised, as a traceback is written, without values."""
    parts: list[str] = []
    seen: set[int] = set()
    current: BaseException | None = error
    while current is not None and id(current) not in seen:
        seen.add(id(current))
        parts.append("".join(traceback.format_tb(current.__traceback__)) + describe(current))
        current = current.__cause__ or (None if current.__suppress_context__ else current.__context__)
    return "\n\ncaused by\n\n".join(parts)


def _of_database(error: BaseException, name: str) -> str | None:
    """A code of the database's error, which SQLAlchemy wraps twice."""
    found: BaseException | None = error
    for _ in range(3):
        if found is None:
            return None
        if isinstance(value := getattr(found, name, None), str):
            return value
        found = getattr(found, "orig", None) or found.__cause__
    return None


def _place(error: BaseException) -> str:
    frames = list(traceback.walk_tb(error.__traceback__))
    return "" if not frames else f" at {frames[-1][0].f_globals.get('__name__')}:{frames[-1][1]}"
