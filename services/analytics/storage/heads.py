"""How far the projector has come in each partition."""

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession


async def next_offsets(session: AsyncSession, group: str) -> dict[tuple[str, int], int]:
    """The offset after the last record applied, by topic and partition, of all that the group was ever given."""
    rows = await session.execute(
        text("SELECT topic, partition, next_offset FROM inbox_offsets WHERE group_name = :group"), {"group": group}
    )
    return {(topic, partition): offset for topic, partition, offset in rows}
