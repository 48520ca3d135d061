"""A PostgreSQL that crashes: the projector's commits do not wait for the disk, and nothing is counted twice or left out."""

from collections.abc import AsyncIterator, Sequence
from pathlib import Path

import pytest
from aiokafka import TopicPartition
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from rekindle.embedded.stack import Stack, stores
from services.analytics.consumers.projector import projector
from services.analytics.settings import AnalyticsSettings
from shared.db.engine import Sessions, connect
from shared.db.migrations import migrate
from shared.events import Event, Topic
from shared.inbox import repository
from shared.inbox.dead_letters import replay, waiting
from shared.inbox.processor import Batch, apply
from shared.inbox.repository import ConsumerPosition
from shared.kafka.consumed_record import ConsumedRecord
from tests.integration.analytics.deliveries import from_scratch
from tests.unit.analytics.histories import History

PARTITION = TopicPartition(Topic.ENGAGEMENT.value, 0)


@pytest.fixture
async def stack(tmp_path: Path) -> AsyncIterator[Stack]:
    """A PostgreSQL of the test's own, which it kills; what is committed without waiting stays in memory for long."""
    async with stores(data=tmp_path, kafka=False, postgres_settings={"wal_writer_delay": "10s"}) as started:
        await migrate(started.env["ANALYTICS_DATABASE_URL"], "services.analytics")
        yield started


async def test_what_a_crash_takes_is_rows_and_position_together(stack: Stack) -> None:
    settings = AnalyticsSettings(database_url=stack.env["ANALYTICS_DATABASE_URL"])
    projecting, history = projector(settings), History()
    events = [history.fact(kind, who=f"p{number}") for number in range(50) for kind in ("sourced", "contacted", "responded")]
    records = [_record(offset, event) for offset, event in enumerate(events)]

    async def read(sessions: Sessions, position: ConsumerPosition, some: Sequence[ConsumedRecord]) -> ConsumerPosition | None:
        applied = await apply(projecting.group, projecting.handler, sessions, [Batch(PARTITION, position, list(some))])
        return applied.positions.get(PARTITION)

    sessions = connect(settings.database_url)
    believed = await _position(sessions, projecting.group)
    for begin in range(0, 100, 5):
        found = await read(sessions, believed, records[begin : begin + 5])
        assert found is not None
        believed = found
    restarts = await stack.kill("postgres")
    await stack.recovered("postgres", restarts)
    await sessions.close()

    sessions = connect(settings.database_url)
    kept = await _position(sessions, projecting.group)
    assert kept.next_offset < believed.next_offset
    assert await _facts(sessions) == kept.counted == kept.next_offset
    assert await read(sessions, believed, records[100:]) is None
    assert await read(sessions, kept, records[kept.next_offset :]) is not None
    assert await _facts(sessions) == len(events)
    assert (await from_scratch(sessions)).was_equal
    await sessions.close()


async def test_a_replayed_dead_letter_stays_replayed(stack: Stack) -> None:
    settings = AnalyticsSettings(database_url=stack.env["ANALYTICS_DATABASE_URL"])
    projecting, fact = projector(settings), History().fact("contacted")
    sessions = connect(settings.database_url)

    async def refuse(_session: AsyncSession, _events: Sequence[Event]) -> None:
        raise ValueError("refused by the test")

    batch = Batch(PARTITION, await _position(sessions, projecting.group), [_record(0, fact)])
    await apply(projecting.group, refuse, sessions, [batch])
    (letter,) = await waiting(sessions)
    await replay(sessions, projecting.handler, letter.id)
    restarts = await stack.kill("postgres")
    await stack.recovered("postgres", restarts)
    await sessions.close()

    sessions = connect(settings.database_url)
    assert await waiting(sessions) == []
    assert await _facts(sessions) == 1
    await sessions.close()


def _record(offset: int, event: Event) -> ConsumedRecord:
    return ConsumedRecord(offset, 0, event.key, event.headers(), event.value, event)


async def _position(sessions: Sessions, group: str) -> ConsumerPosition:
    async with sessions.begin() as session:
        return (await repository.positions(session, group, [PARTITION]))[PARTITION]


async def _facts(sessions: Sessions) -> int:
    async with sessions.begin() as session:
        return int(await session.scalar(text("SELECT count(*) FROM facts")) or 0)
