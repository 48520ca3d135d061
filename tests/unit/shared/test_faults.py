"""Which faults may pass, so that the same work is done again instead of being given up."""

import asyncpg
import pytest
from sqlalchemy.exc import DBAPIError

from shared.db.engine import is_transient

PASSING = [
    asyncpg.ReadOnlySQLTransactionError,  # a standby answers until the new primary is there
    asyncpg.IdleInTransactionSessionTimeoutError,
    asyncpg.DeadlockDetectedError,
    asyncpg.LockNotAvailableError,
    asyncpg.QueryCanceledError,
    asyncpg.AdminShutdownError,
    asyncpg.DiskFullError,
    asyncpg.CannotConnectNowError,
]
LASTING = [asyncpg.UniqueViolationError, asyncpg.DataError, asyncpg.UndefinedTableError, asyncpg.InFailedSQLTransactionError]


@pytest.mark.parametrize("kind", PASSING)
def test_a_fault_of_the_server_may_pass(kind: type[asyncpg.PostgresError]) -> None:
    assert is_transient(kind("it faulted"))
    assert is_transient(_wrapped(kind))


@pytest.mark.parametrize("kind", LASTING)
def test_a_fault_of_the_work_does_not_pass(kind: type[asyncpg.PostgresError]) -> None:
    assert not is_transient(kind("it faulted"))
    assert not is_transient(_wrapped(kind))


@pytest.mark.parametrize("kind", [asyncpg.InterfaceError, asyncpg.InternalClientError, ConnectionResetError])
def test_a_fault_of_the_connection_may_pass(kind: type[Exception]) -> None:
    assert is_transient(kind("cannot switch to state 15; another operation (2) is in progress"))


def _wrapped(kind: type[asyncpg.PostgresError]) -> DBAPIError:
    """As SQLAlchemy gives it."""
    fault = kind("it faulted")
    return DBAPIError("SELECT 1", None, fault)
