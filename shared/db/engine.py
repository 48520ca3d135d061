"""PostgreSQL: engines, sessions whose use is visible in their type, and faults that may pass."""

import asyncio
import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import asyncpg
import orjson
from sqlalchemy import event
from sqlalchemy.exc import DBAPIError, InterfaceError, InvalidatePoolError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeoutError
from sqlalchemy.ext.asyncio import AsyncEngine, AsyncSession, async_sessionmaker, create_async_engine

logger = logging.getLogger(__name__)

_TRANSIENT_CLASSES = ("08", "40", "53", "55", "57", "58", "XX")
"""SQLSTATE classes of faults that may pass: connection, rollback, resources, locks, operator intervention, system."""
_TRANSIENT_STATES = ("25006", "25P03", "25P04")
"""Faults that may pass, of a class that else does not: a server that is read-only for now, a transaction that stood too long."""


class Sessions:
    """Where transactions come from. Only use cases, the consume loop and the relay open them."""

    def __init__(self, engine: AsyncEngine) -> None:
        self.engine = engine
        self._make = async_sessionmaker(engine, expire_on_commit=False)

    @asynccontextmanager
    async def begin(self) -> AsyncIterator[AsyncSession]:
        """A transaction: committed at the end of the block, rolled back when the block raises."""
        async with self._make.begin() as session:
            yield session

    async def close(self) -> None:
        """Close all connections."""
        await self.engine.dispose()


def connect(url: str, *, pool_size: int = 5, name: str = "rekindle") -> Sessions:
    """Sessions on a database. Connections are opened on first use.

    A transaction that stands idle for 15 seconds is ended by the server, so that a stalled process holds no lock for longer.
    """
    engine = create_async_engine(
        url,
        pool_size=pool_size,
        max_overflow=0,
        pool_timeout=15,
        hide_parameters=True,  # faults are logged and kept as dead letters; what people are called belongs in neither
        json_serializer=lambda value: orjson.dumps(value).decode(),
        json_deserializer=orjson.loads,
        connect_args={
            "timeout": 10,
            "server_settings": {
                "application_name": name,
                "idle_in_transaction_session_timeout": "15s",
                "lock_timeout": "30s",
                "statement_timeout": "60s",
                "jit": "off",
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
    if isinstance(error, asyncpg.InterfaceError):
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
