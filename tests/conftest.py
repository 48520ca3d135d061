"""Fixtures for all levels: a test's folder says its level, real stores are started once, nothing sleeps.

Unit tests cannot open sockets. Integration and contract tests share one PostgreSQL and one Kafka; each test gets its service's
database empty. The end-to-end tests have the whole running system (tests/e2e/conftest.py).
"""

import os
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings
from pytest_socket import disable_socket, enable_socket
from sqlalchemy import text
from xdist.remote import Producer
from xdist.scheduler import LoadScopeScheduling

from rekindle.embedded.stack import Stack, stores
from shared.db.engine import Sessions, connect
from shared.db.migrations import migrate

ROOT = Path(__file__).parent
# A busy machine is no failure; a build that judges a change tries the same examples each time, everybody else new ones.
settings.register_profile(
    "rekindle", deadline=None, suppress_health_check=[HealthCheck.too_slow], derandomize=bool(os.environ.get("CI"))
)
settings.load_profile("rekindle")

LEVELS = ("unit", "integration", "contract", "e2e", "chaos")
SHARED = {"integration": "stores", "contract": "stores", "e2e": "stack", "chaos": "chaos"}
"""What the tests of a level share: one process runs all of them. Unit tests share nothing but their file."""


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Mark each test with its level, and run the quick levels first.

    Where processes share the work, chaos follows the unit tests, because it takes longest. Unit tests are first in every process:
    while one runs, no socket can be opened, and stacks that were started before would need some.
    """
    for item in items:
        assert _level(item.nodeid) in LEVELS, f"{item.path} must lie in one of {LEVELS}"
        item.add_marker(_level(item.nodeid))
    levels = ("unit", "chaos", *LEVELS) if hasattr(config, "workerinput") else LEVELS
    items.sort(key=lambda item: levels.index(_level(item.nodeid)))


def _level(nodeid: str) -> str:
    """The folder below `tests` that a test lies in."""
    return nodeid.removeprefix("tests/").partition("/")[0]


class SharedOut(LoadScopeScheduling):  # type: ignore[misc]  # pytest-xdist's base class has no types
    """Gives each process whole levels of what shares a stack, and unit tests file by file, in the order of the tests."""

    def _split_scope(self, nodeid: str) -> str:
        return SHARED.get(_level(nodeid), nodeid.partition("::")[0])


def pytest_xdist_make_scheduler(config: pytest.Config, log: Producer) -> SharedOut:
    """How `-n` shares out the tests."""
    config.option.loadscopereorder = False
    return SharedOut(config, log)


@pytest.fixture(autouse=True)
def _no_sockets_in_unit_tests(request: pytest.FixtureRequest) -> Iterator[None]:
    if request.node.get_closest_marker("unit") is None:
        yield
        return
    disable_socket(allow_unix_socket=True)
    yield
    enable_socket()


@pytest.fixture(scope="session")
async def real_stores(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Stack]:
    """One PostgreSQL with all databases, migrated, and one Kafka with all topics."""
    async with stores(data=tmp_path_factory.mktemp("stores")) as stack:
        for service in ("candidates", "engagement", "analytics", "connectors", "gateway"):
            await migrate(stack.env[f"{service.upper()}_DATABASE_URL"], f"services.{service}")
        yield stack


_EMPTY = """
DO $$
DECLARE filled text;
BEGIN
    SELECT string_agg(oid::regclass::text, ', ') INTO filled FROM pg_class
    WHERE relnamespace = 'public'::regnamespace AND relkind = 'r' AND relname <> 'alembic_version' AND pg_relation_size(oid) > 0;
    IF filled IS NOT NULL THEN
        EXECUTE 'TRUNCATE ' || filled || ' CASCADE';
    END IF;
    PERFORM setval(seqrelid, seqstart, false) FROM pg_sequence WHERE pg_sequence_last_value(seqrelid) IS NOT NULL;
END $$
"""
"""Truncates the tables that have a page: a table costs as much to truncate when it is empty, and there are many."""


async def _emptied(stack: Stack, service: str) -> Sessions:
    sessions = connect(stack.env[f"{service.upper()}_DATABASE_URL"], pool_size=20)
    async with sessions.begin() as session:
        await session.execute(text(_EMPTY))
    return sessions


@pytest.fixture
async def candidates(real_stores: Stack) -> AsyncIterator[Sessions]:
    """The candidates database, empty."""
    sessions = await _emptied(real_stores, "candidates")
    yield sessions
    await sessions.close()


@pytest.fixture
async def engagement(real_stores: Stack) -> AsyncIterator[Sessions]:
    """The engagement database, empty."""
    sessions = await _emptied(real_stores, "engagement")
    yield sessions
    await sessions.close()


@pytest.fixture
async def analytics(real_stores: Stack) -> AsyncIterator[Sessions]:
    """The analytics database, empty."""
    sessions = await _emptied(real_stores, "analytics")
    yield sessions
    await sessions.close()


@pytest.fixture
async def connectors(real_stores: Stack) -> AsyncIterator[Sessions]:
    """The connectors database, empty."""
    sessions = await _emptied(real_stores, "connectors")
    yield sessions
    await sessions.close()


@pytest.fixture
async def gateway_database(real_stores: Stack) -> AsyncIterator[Sessions]:
    """The gateway's database, empty."""
    sessions = await _emptied(real_stores, "gateway")
    yield sessions
    await sessions.close()


@pytest.fixture
def kafka(real_stores: Stack) -> str:
    """The bootstrap servers of a real Apache Kafka with Rekindle's topics."""
    return real_stores.env["KAFKA_BOOTSTRAP_SERVERS"]
