"""How far the projector has come in each stream."""

from collections.abc import Sequence

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from services.analytics.domain.awaited import Awaited


async def not_reached(session: AsyncSession, group: str, awaited: Sequence[Awaited]) -> list[Awaited]:
    """Those of the awaited that the group has not applied yet."""
    rows = await session.execute(
        text(
            """
            SELECT nth FROM unnest(CAST(:topics AS text[]), CAST(:streams AS uuid[]), CAST(:sequences AS bigint[]))
                WITH ORDINALITY AS wanted (topic, stream, sequence, nth)
            WHERE NOT EXISTS (
                SELECT FROM inbox_heads AS head WHERE head.group_name = :group AND head.topic = wanted.topic
                    AND head.stream = wanted.stream AND head.sequence >= wanted.sequence
            )
            ORDER BY nth
            """
        ),
        {
            "group": group,
            "topics": [one.topic.value for one in awaited],
            "streams": [one.stream for one in awaited],
            "sequences": [one.sequence for one in awaited],
        },
    )
    return [awaited[nth - 1] for (nth,) in rows]


async def next_offsets(session: AsyncSession, group: str) -> dict[tuple[str, int], int]:
    """The offset after the last record applied, by topic and partition, of all that the group was ever given."""
    rows = await session.execute(
        text("SELECT topic, partition, next_offset FROM inbox_offsets WHERE group_name = :group"), {"group": group}
    )
    return {(topic, partition): offset for topic, partition, offset in rows}
