"""PostgreSQL: engines, sessions whose use is visible in their type, faults that may pass, and migrations."""

import asyncio
import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from importlib.resources import files
from typing import TYPE_CHECKING, Any, cast

import asyncpg
import orjson
from sqlalchemy import Connection, event
from sqlalchemy.exc import DBAPIError, InterfaceError, InvalidatePoolError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeoutError
from sqlalchemy.ext.asyncio import AsyncEngine, AsyncSession, async_sessionmaker, create_async_engine

if TYPE_CHECKING:
    from alembic.script import ScriptDirectory

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


async def migrate(url: str, package: str) -> str:
    """Bring a service's database to its newest revision; returns that revision. Safe to run twice and at the same time.

    ``package`` is the service's, for example ``services.candidates``; its Alembic scripts are in ``<package>/migrations``.
    """
    sessions = connect(url, pool_size=1, name="rekindle migrate")
    try:
        async with sessions.engine.connect() as connection:
            return await connection.run_sync(_upgrade, package)
    finally:
        await sessions.close()


def _scripts(package: str) -> "ScriptDirectory":
    from alembic.config import Config  # Alembic is only loaded by who migrates
    from alembic.script import ScriptDirectory

    config = Config()
    config.set_main_option("script_location", str(files(package) / "migrations"))
    return ScriptDirectory.from_config(config)


def head_revision(package: str) -> str:
    """The newest revision that the code of a service knows."""
    return cast("str", _scripts(package).get_current_head())


def _upgrade(connection: Connection, package: str) -> str:
    from alembic.config import Config
    from alembic.runtime.environment import EnvironmentContext

    scripts = _scripts(package)
    head = cast("str", scripts.get_current_head())
    # One migration at a time: a second process waits here, then finds nothing to do.
    connection.exec_driver_sql("SET lock_timeout = 0")
    connection.exec_driver_sql("SET statement_timeout = 0")
    connection.exec_driver_sql("SELECT pg_advisory_lock(7234501)")
    connection.commit()
    try:
        with EnvironmentContext(Config(), scripts, fn=_steps(scripts, head)) as environment:
            environment.configure(connection=connection, target_metadata=None, transaction_per_migration=False)
            with environment.begin_transaction():
                environment.run_migrations()
        connection.commit()
    finally:
        connection.rollback()
        connection.exec_driver_sql("SELECT pg_advisory_unlock(7234501)")
        connection.commit()
    return head


def _steps(scripts: "ScriptDirectory", head: str) -> Any:
    def steps(revision: Any, _context: Any) -> Any:
        return scripts._upgrade_revs(head, revision)  # noqa: SLF001 - what alembic's own upgrade command calls

    return steps


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
