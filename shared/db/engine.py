"""PostgreSQL: engines, sessions whose use is visible in their type, and faults that may pass."""

import asyncio
import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any, cast

import asyncpg
import orjson
from sqlalchemy import Connection, PoolProxiedConnection, event
from sqlalchemy.exc import DBAPIError, InterfaceError, InvalidatePoolError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeoutError
from sqlalchemy.ext.asyncio import AsyncEngine, AsyncSession, create_async_engine

from shared.db.asyncpg_connection import Driver, driver
from shared.db.notifier import Notifier
from shared.db.session import DriverSession

logger = logging.getLogger(__name__)

_TRANSIENT_CLASSES = ("08", "40", "53", "55", "57", "58", "XX")
"""SQLSTATE classes of faults that may pass: connection, rollback, resources, locks, operator intervention, system."""
_TRANSIENT_STATES = ("25006", "25P03", "25P04")
"""Faults that may pass, of a class that else does not: a server that is read-only for now, a transaction that stood too long."""


_NOTIFIES = "notifies"
_ON_DISK = "on disk"
_DEFINITE_AT_COMMIT = ("23", "40")
"""SQLSTATE classes with which a server refuses a COMMIT, so that it is known that nothing was stored."""
_ASK_FOR = 5.0
"""Seconds within which a server must say whether a commit was done."""


class CommitUnknownError(ConnectionError):
    """A commit was sent and not acknowledged, and the server could not be asked whether it was done."""


class Sessions:
    """Where transactions come from. Only use cases, the consume loop and the relay open them."""

    def __init__(self, engine: AsyncEngine) -> None:
        self.engine = engine
        self._notifier = Notifier(self.own_connection)

    @asynccontextmanager
    async def begin(self, *, waits_for_disk: bool = True, opening: str = "") -> AsyncIterator[AsyncSession]:
        """A transaction: committed at the end of the block, rolled back when the block raises. ``opening`` as in ``begin_raw``.

        Without ``waits_for_disk`` a server that crashes may lose what was committed within the last second, and everything that
        was committed after it. For what is done again then; a commit that others are told of waits all the same.

        Raises CommitUnknownError when the connection is lost with the acknowledgement of the commit.
        """
        async with self.begin_raw(opening if waits_for_disk else f"SET LOCAL synchronous_commit = off;{opening}") as transaction:
            session = DriverSession(self.engine, transaction.pooled)
            try:
                yield session
            finally:
                session.release()
            if not waits_for_disk and session.info.get(_ON_DISK):
                transaction.closing = "SET LOCAL synchronous_commit = on;"
        if session.info.get(_NOTIFIES):
            self.notify()

    @asynccontextmanager
    async def begin_raw(self, opening: str = "") -> AsyncIterator["RawTransaction"]:
        """A transaction on the driver's own connection, for what is done often: it costs a fraction of ``begin``.

        ``opening`` are statements without parameters that are sent together with BEGIN. When the acknowledgement of the commit
        is lost, the server is asked whether the transaction was committed: the block's work is done, or the fault is raised as if
        before the commit. Raises CommitUnknownError when nobody can say.
        """
        async with self._pooled() as pooled:
            connection = cast("Driver", pooled.driver_connection)
            transaction = RawTransaction(connection, pooled)
            try:
                await connection.execute(f"BEGIN;{opening}")
                yield transaction
            except BaseException:
                try:
                    if pooled.is_valid and connection.is_in_transaction():
                        await connection.execute("ROLLBACK")
                finally:
                    if pooled.is_valid and connection.is_in_transaction():
                        pooled.invalidate()
                raise
            fault: Exception | None = None
            try:
                await connection.execute(f"{transaction.closing}COMMIT")
            except Exception as error:  # noqa: BLE001 - whatever it is, it is raised below unless the commit was done
                if pooled.is_valid:
                    pooled.invalidate()
                fault = error
        # Asked for once the pool has the connection back: it may be the only one.
        if fault is not None and (_is_refusal(fault) or not await self._is_committed(transaction.id, fault)):
            raise fault
        if transaction.id is not None:
            self.notify()

    async def _is_committed(self, transaction: int | None, fault: BaseException) -> bool:
        """Whether a transaction whose commit was not acknowledged was committed. Raises CommitUnknownError."""
        deadline = asyncio.get_running_loop().time() + _ASK_FOR
        while transaction is not None and asyncio.get_running_loop().time() < deadline:
            try:
                async with self.engine.connect() as connection:
                    status = await connection.exec_driver_sql(f"SELECT pg_xact_status('{transaction}'::xid8)")
                    if (found := status.scalar()) in {"committed", "aborted"}:
                        return bool(found == "committed")
            except Exception as unanswered:
                if not is_transient(unanswered):
                    raise
            await asyncio.sleep(0.1)
        raise CommitUnknownError("the commit was not acknowledged") from fault

    @asynccontextmanager
    async def alone(self) -> AsyncIterator[Driver]:
        """The driver's connection outside of a transaction: each statement is one of its own, and takes one round trip."""
        async with self._pooled() as pooled:
            yield cast("Driver", pooled.driver_connection)

    @asynccontextmanager
    async def _pooled(self) -> AsyncIterator[PoolProxiedConnection]:
        """A connection of the pool as it is. SQLAlchemy's own around it would be given back in a task of its own."""
        pooled = await self.engine.raw_connection()
        try:
            yield pooled
        finally:
            pooled.close()  # to the pool; SQLAlchemy has begun nothing on it, so there is nothing to wait for

    async def fetch_alone(self, query: str, *values: Any) -> list[Any]:
        """The rows of one query that is a transaction of its own."""
        async with self.alone() as connection:
            return await connection.fetch(query, *values)

    @asynccontextmanager
    async def own_connection(self) -> AsyncIterator[Driver]:
        """A connection outside of the pool and of every transaction, for who holds it for long. It is closed at the end."""
        async with self.engine.connect() as pooled:
            connection = cast("Driver", (await pooled.get_raw_connection()).driver_connection)
            await pooled.run_sync(Connection.detach)
            yield connection

    @asynccontextmanager
    async def lent(self) -> AsyncIterator[AsyncSession]:
        """A session outside of any transaction, on a connection of the pool that is closed at the end.

        For who begins and commits by themselves, and keeps what stays with the connection, such as a cursor that is held.
        """
        async with self._pooled() as pooled:
            session = DriverSession(self.engine, pooled)
            try:
                yield session
            finally:
                session.release()
                pooled.invalidate()

    def notify(self) -> None:
        """Notify the listeners of the database of what was committed (``shared.db.notifier``). Never waits, never fails."""
        self._notifier.notify()

    async def close(self) -> None:
        """Close all connections."""
        await self._notifier.close()
        await self.engine.dispose()


def notify_after_commit(session: AsyncSession) -> None:
    """Notify the listeners of the database once the session's transaction is committed (``shared.db.notifier``)."""
    session.info[_NOTIFIES] = True
    wait_for_disk(session)


def wait_for_disk(session: AsyncSession) -> None:
    """Have the commit wait for the disk in any case, because others are told of it."""
    session.info[_ON_DISK] = True


@asynccontextmanager
async def savepoint(session: AsyncSession) -> AsyncIterator[None]:
    """A part of the session's transaction that is undone when the block raises, and the rest is not."""
    connection = await driver(session)
    await connection.execute("SAVEPOINT part")
    try:
        yield
    except Exception as fault:
        if not is_transient(fault):
            await connection.execute("ROLLBACK TO part; RELEASE part")
        raise
    await connection.execute("RELEASE part")


@dataclass(slots=True)
class RawTransaction:
    """A transaction on asyncpg's connection."""

    connection: Driver
    pooled: PoolProxiedConnection
    id: int | None = None
    """PostgreSQL's id of the transaction, noted by whoever writes, so that its end can be asked for."""
    closing: str = ""
    """Statements without parameters that are sent together with COMMIT."""


def _is_refusal(fault: BaseException) -> bool:
    """Whether the server itself refused the commit."""
    state = str(getattr(fault, "sqlstate", None) or getattr(getattr(fault, "orig", None), "sqlstate", None) or "")
    return state.startswith(_DEFINITE_AT_COMMIT)


def connect(url: str, *, pool_size: int = 5, name: str = "rekindle") -> Sessions:
    """Sessions on a database. Connections are opened on first use.

    A process that is stalled in a transaction holds its locks for 15 seconds: the server ends a transaction that stands idle
    for so long, and a connection whose client takes nothing of a result. One that is stalled while it sends a statement holds
    them for a minute, the limit of a statement.
    """
    engine = create_async_engine(
        url,
        pool_size=pool_size,
        max_overflow=0,
        pool_use_lifo=True,
        pool_timeout=15,
        hide_parameters=True,  # faults are logged and kept as dead letters; what people are called belongs in neither
        json_serializer=lambda value: orjson.dumps(value).decode(),
        json_deserializer=orjson.loads,
        connect_args={
            "timeout": 10,
            "server_settings": {
                "application_name": name,
                "idle_in_transaction_session_timeout": "15s",
                "tcp_user_timeout": "15s",
                "lock_timeout": "30s",
                "statement_timeout": "60s",
                "jit": "off",
                # Tables lie in memory or on an SSD; else a plan that is kept from when a table was small reads all of it.
                "random_page_cost": "1.1",
                "TimeZone": "UTC",
            },
        },
    )
    event.listen(engine.sync_engine, "checkout", _refuse_closed)
    return Sessions(engine)


def _refuse_closed(connection: Any, *_: object) -> None:
    """Have the pool replace its connections when the server has closed one: the driver knows without asking the server.

    A ping would cost three round trips before every transaction.
    """
    if connection.driver_connection.is_closed():
        raise InvalidatePoolError


def is_transient(error: BaseException) -> bool:
    """Whether a fault is the database's or the network's, so that the same work may succeed later."""
    if isinstance(error, InterfaceError | PoolTimeoutError | OSError | TimeoutError | asyncpg.PostgresConnectionError):
        return True
    # A connection that breaks while the driver is sending leaves it in a state of its own, which it reports instead of the loss.
    if isinstance(error, asyncpg.InterfaceError | asyncpg.InternalClientError):
        return True
    if isinstance(error, asyncpg.PostgresError):  # by those who use the driver itself
        return str(error.sqlstate or "").startswith(_TRANSIENT_CLASSES + _TRANSIENT_STATES)
    if isinstance(error, DBAPIError):
        if error.connection_invalidated:
            return True
        state = getattr(error.orig, "sqlstate", None)
        if state is not None:
            return str(state).startswith(_TRANSIENT_CLASSES + _TRANSIENT_STATES)
        return isinstance(error, OperationalError)
    return False


async def wait_until_reachable(sessions: Sessions, *, seconds: float = 60) -> None:
    """Return once the database answers. Raises the last fault after ``seconds``."""
    deadline = asyncio.get_running_loop().time() + seconds
    while True:
        try:
            async with sessions.engine.connect() as connection:
                await connection.exec_driver_sql("SELECT 1")
                return
        except Exception as error:
            if not is_transient(error) or asyncio.get_running_loop().time() > deadline:
                raise
            logger.info("the database does not answer yet: %s", error)
            await asyncio.sleep(0.2)
