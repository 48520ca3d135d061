"""The queue's tables are what its migration makes."""

from typing import Any

from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import Connection

from services.engagement.storage.queue_tables import queue_items, queue_log
from shared.db import Sessions

OURS = frozenset({queue_items.name, queue_log.name})


def differences(connection: Connection) -> list[Any]:
    def is_ours(item: Any, name: str | None, kind: str, *_: object) -> bool:
        return name in OURS if kind == "table" else item.table.name in OURS

    # Comments on columns are for readers of the code; the database does without them.
    context = MigrationContext.configure(connection, opts={"include_object": is_ours})
    return [found for found in compare_metadata(context, queue_items.metadata) if not _is_comment(found)]


def _is_comment(found: Any) -> bool:
    return isinstance(found, list) and all(change[0] == "modify_comment" for change in found)


async def test_the_tables_are_what_the_migration_makes(engagement: Sessions) -> None:
    async with engagement.engine.connect() as connection:
        assert await connection.run_sync(differences) == []
