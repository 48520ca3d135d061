"""How far the projector has come in each partition."""

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession


async def next_offsets(session: AsyncSession, group: str) -> dict[tuple[str, int], int]:
    """The offset after the last record applied, by topic and partition, of all that the group was ever given."""
    rows = await session.execute(
        text("SELECT topic, partition, next_offset FROM inbox_offsets WHERE group_name = :group"), {"group": group}
    )
    return {(topic, partition): offset for topic, partition, offset in rows}


async def applied(session: AsyncSession, group: str) -> str:
    """The same as one text that is another after each change of the numbers, with how often the tables were made anew."""
    query = """
        SELECT concat(
            (SELECT max(epoch) FROM epochs), ' ',
            (SELECT string_agg(concat_ws(' ', topic, partition, next_offset), ',' ORDER BY topic, partition)
             FROM inbox_offsets WHERE group_name = :group)
        )
    """
    return str(await session.scalar(text(query), {"group": group}))
