"""A session within a transaction of the driver's own connection, which costs a fraction of one that SQLAlchemy begins."""

from functools import cached_property
from typing import Any

from sqlalchemy import Connection, PoolProxiedConnection
from sqlalchemy.ext.asyncio import AsyncEngine, AsyncSession
from sqlalchemy.orm import Session

from shared.db.asyncpg_connection import DRIVER


class DriverSession(AsyncSession):
    """A session whose transaction others begin and end, with statements of the driver's own connection.

    What SQLAlchemy needs is made when a statement is first run through it, for most transactions run none.
    """

    def __init__(self, engine: AsyncEngine, pooled: PoolProxiedConnection) -> None:
        """A session on a connection that was taken from the engine's pool and is in a transaction; it opens nothing."""
        self._engine = engine
        self._pooled = pooled
        self._info: dict[Any, Any] = {DRIVER: pooled.driver_connection}

    @property
    def info(self) -> dict[Any, Any]:
        """What belongs to the transaction, noted by whoever takes part in it."""
        return self._info

    @cached_property
    def sync_session(self) -> Session:  # type: ignore[override]  # made on first use
        """SQLAlchemy's part, on the same connection and in the same transaction."""
        adapter: Any = self._pooled.dbapi_connection
        adapter._transaction = self  # noqa: SLF001 - so that SQLAlchemy begins none of its own; nobody ends it through it
        return Session(bind=Connection(self._engine.sync_engine, self._pooled), expire_on_commit=False)

    @property
    def _proxied(self) -> Session:  # type: ignore[override]
        return self.sync_session

    def release(self) -> None:
        """Have SQLAlchemy let go of the connection, which goes back to the pool: the transaction is over."""
        if "sync_session" in self.__dict__:
            adapter: Any = self._pooled.dbapi_connection
            if adapter is not None:
                adapter._transaction = None  # noqa: SLF001 - else the pool would roll back what is over
