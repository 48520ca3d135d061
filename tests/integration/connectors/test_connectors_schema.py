"""The migrations make the very tables that the code describes."""

from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import Connection

from services.connectors.storage.tables import metadata
from shared.db.engine import Sessions


def differences(connection: Connection) -> list[object]:
    return list(compare_metadata(MigrationContext.configure(connection), metadata))


async def test_the_migrated_database_is_what_the_code_describes(connectors: Sessions) -> None:
    async with connectors.engine.connect() as connection:
        found = await connection.run_sync(differences)

    assert [one for one in found if "alembic_version" not in str(one)] == []
