"""The driver's own connection, for what is done often or to many rows: COPY, rows without a wrapping, several writes at once.

Errors are asyncpg's own; ``shared.db.engine.is_transient`` knows them.
"""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import lru_cache, partial
from itertools import chain
from typing import Any, Protocol

from sqlalchemy.ext.asyncio import AsyncSession

DRIVER = "driver"
"""The place of the driver's connection in a session's ``info``."""


class Driver(Protocol):
    """What is used of asyncpg's connection."""

    async def fetch(self, query: str, *values: Any) -> list[Any]:
        """The rows of a query; values stand for $1, $2 ... Its plan is kept with the connection."""

    async def fetchval(self, query: str, *values: Any) -> Any:
        """The first value of the first row, or None."""

    def cursor(self, query: str, *values: Any) -> Any:
        """Awaited in a transaction: a cursor, whose ``fetch(n)`` awaits the next rows."""

    async def execute(self, query: str, *values: Any) -> str:
        """Run a statement; without values there may be several."""

    async def copy_records_to_table(self, table_name: str, *, records: Sequence[tuple[Any, ...]], columns: Sequence[str]) -> str:
        """Insert rows by COPY."""

    async def add_listener(self, channel: str, callback: Callable[..., None]) -> None:
        """LISTEN, and have each notification call back."""

    def is_closed(self) -> bool:
        """Whether the connection is lost."""

    def is_in_transaction(self) -> bool:
        """Whether a transaction was begun."""


async def driver(session: AsyncSession) -> Driver:
    """asyncpg's connection, inside the session's transaction."""
    connection: Driver = session.info[DRIVER]
    return connection


@dataclass(frozen=True, slots=True)
class Write:
    """A statement that changes rows, and the values of its parameters $1, $2 ..."""

    sql: str
    values: tuple[Any, ...]
    only_inserts: bool = False
    """It inserts what its arrays hold and reads no table, so that its plan is the same however many rows there are."""

    @property
    def planned_once(self) -> "Write":
        """The same write, in the form for which PostgreSQL keeps the plan, where there is one."""
        sql, values = planned_once(self.sql, self.values, only_inserts=self.only_inserts)
        return Write(sql, values)


def inserting(table: str, columns: Sequence[tuple[str, str]], rows: Sequence[tuple[Any, ...]]) -> Write:
    """The rows as one insert; ``columns`` are names and types, in the order of the rows' values."""
    source, values = as_rows(columns, list(zip(*rows, strict=True)))
    return Write(_inserting(table, tuple(name for name, _ in columns), source), values, only_inserts=True)


@lru_cache(maxsize=256)
def _inserting(table: str, names: tuple[str, ...], source: str) -> str:
    return f"INSERT INTO {table} ({', '.join(names)}) {source}"


def as_rows(columns: Sequence[tuple[str, str]], values: Sequence[Sequence[Any]]) -> tuple[str, tuple[Any, ...]]:
    """A SELECT of rows, and the values of its parameters: what each column holds. JSON is given as text. There is a row at least.

    What all rows have in common is sent once: to encode and read an array of it costs a good part of a whole write.
    """
    alike = tuple(column.count(column[0]) == len(column) for column in values)
    if all(alike) and len(values[0]) > 1:
        alike = (False, *alike[1:])
    taken = tuple(column[0] if is_alike else list(column) for column, is_alike in zip(values, alike, strict=True))
    return _as_rows(tuple(columns), alike), taken


@lru_cache(maxsize=256)
def _as_rows(columns: tuple[tuple[str, str], ...], alike: tuple[bool, ...]) -> str:
    """A SELECT whose values are scalars where the rows are ``alike``, and else arrays."""
    arrays, given = [], []
    for number, ((name, kind), is_alike) in enumerate(zip(columns, alike, strict=True), 1):
        sent, cast = ("text", "::jsonb") if kind == "jsonb" else (kind, "")
        given.append(f"${number}::{sent}{cast} AS {name}" if is_alike else f"one.{name}{cast} AS {name}")
        if not is_alike:
            arrays.append((f"${number}::{sent}[]", name))
    select = f"SELECT {', '.join(given)}"
    if not arrays:
        return select
    return f"{select} FROM unnest({', '.join(array for array, _ in arrays)}) AS one ({', '.join(name for _, name in arrays)})"


async def write_together(connection: Driver, writes: Sequence[Write]) -> int:
    """Do writes that are independent of each other in one round trip; returns PostgreSQL's id of the transaction.

    They see the same state, none what another one changes, and are done in no particular order.
    """
    writes = [write.planned_once for write in writes]
    query = _combined(tuple((write.sql, len(write.values)) for write in writes))
    return int(await connection.fetchval(query, *chain.from_iterable(write.values for write in writes)))


def planned_once(query: str, values: tuple[Any, ...], *, only_inserts: bool = False) -> tuple[str, tuple[Any, ...]]:
    """The same query and values, with arrays of one value written as that value, where no array holds more.

    PostgreSQL keeps the plan of a statement only where one for arrays of any length costs no more than one for those given.
    That is seldom so for few rows, and to plan a statement again costs more than to run it for one row. Where a query
    ``only_inserts``, the length of longer arrays is hidden, to the same effect; elsewhere a plan for any length may be a bad one.
    """
    arrays = _arrays(query)
    if any(len(values[number - 1]) > 1 for number in arrays):
        return (_with_hidden(query) if only_inserts else query), values
    single = frozenset(number for number in arrays if values[number - 1])
    taken = tuple(value[0] if number in single else value for number, value in enumerate(values, 1))
    return _with_single(query, single), taken


@lru_cache(maxsize=256)
def _with_hidden(query: str) -> str:
    """The query with the length of its arrays hidden from the planner, which looks into no subquery."""
    return _ARRAY.sub(r"(SELECT \g<0>)", query)


_PARAMETER = re.compile(r"\$(\d+)")
_ARRAY = re.compile(r"\$(\d+)::(\w+)\[\]")


@lru_cache(maxsize=256)
def _arrays(query: str) -> dict[int, str]:
    """The types of the elements of the parameters that are arrays, by number; each is given a type once at least."""
    return {int(number): kind for number, kind in _ARRAY.findall(query)}


@lru_cache(maxsize=256)
def _with_single(query: str, single: frozenset[int]) -> str:
    """The query with some of its arrays made of one value each."""
    arrays = _arrays(query)

    def write(parameter: re.Match[str]) -> str:
        number = int(parameter[1])
        return f"ARRAY[${number}::{arrays[number]}]" if number in single else parameter[0]

    return re.sub(r"\$(\d+)(?:::\w+\[\])?", write, query)


@lru_cache(maxsize=256)
def _combined(writes: tuple[tuple[str, int], ...]) -> str:
    """One statement of several, each with the number of its parameters."""
    parts: list[str] = []
    before = 0
    for number, (sql, parameters) in enumerate(writes):
        numbered = _PARAMETER.sub(partial(_renumber, before), sql)
        parts.append(f"write_{number} AS ({numbered})")
        before += parameters
    return f"WITH {', '.join(parts)} SELECT pg_current_xact_id()::text"


def _renumber(before: int, parameter: re.Match[str]) -> str:
    return f"${int(parameter[1]) + before}"
