"""How far the projector has come in each partition."""

from shared.db.asyncpg_connection import Driver


async def next_offsets(connection: Driver, group: str) -> dict[tuple[str, int], int]:
    """The offset after the last record applied, by topic and partition, of all that the group was ever given."""
    rows = await connection.fetch("SELECT topic, partition, next_offset FROM inbox_offsets WHERE group_name = $1", group)
    return {(topic, partition): offset for topic, partition, offset in rows}
