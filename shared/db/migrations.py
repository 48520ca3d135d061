"""Bringing a service's database to its newest revision, with Alembic."""

from importlib.resources import files
from typing import TYPE_CHECKING, Any, cast

from sqlalchemy import Connection

from shared.db.engine import connect
from shared.db.locks import MIGRATION

if TYPE_CHECKING:
    from alembic.script import ScriptDirectory


async def migrate(url: str, package: str, *, to: str = "") -> str:
    """Bring a service's database to its newest revision, or to an older one; returns it. Safe to run twice and at the same time.

    ``package`` is the service's, for example ``services.candidates``; its Alembic scripts are in ``<package>/migrations``.
    """
    sessions = connect(url, pool_size=1, name="rekindle migrate")
    try:
        async with sessions.engine.connect() as connection:
            return await connection.run_sync(_upgrade, package, to)
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


def _upgrade(connection: Connection, package: str, to: str) -> str:
    from alembic.config import Config
    from alembic.runtime.environment import EnvironmentContext

    scripts = _scripts(package)
    head = to or cast("str", scripts.get_current_head())
    # One migration at a time: a second process waits here, then finds nothing to do.
    connection.exec_driver_sql("SET lock_timeout = 0")
    connection.exec_driver_sql("SET statement_timeout = 0")
    connection.exec_driver_sql(f"SELECT pg_advisory_lock({MIGRATION})")
    connection.commit()
    try:
        with EnvironmentContext(Config(), scripts, fn=_steps(scripts, head)) as environment:
            environment.configure(connection=connection, target_metadata=None, transaction_per_migration=False)
            with environment.begin_transaction():
                environment.run_migrations()
        connection.commit()
    finally:
        connection.rollback()
        connection.exec_driver_sql(f"SELECT pg_advisory_unlock({MIGRATION})")
        connection.commit()
    return head


def _steps(scripts: "ScriptDirectory", head: str) -> Any:
    def steps(revision: Any, _context: Any) -> Any:
        return scripts._upgrade_revs(head, revision)  # noqa: SLF001 - what alembic's own upgrade command calls

    return steps
