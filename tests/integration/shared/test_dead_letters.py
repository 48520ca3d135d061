"""Dead letters of compacted topics: none stops the consumer, and none undoes the newer version that replaced it."""

from collections.abc import Sequence
from datetime import UTC, datetime
from uuid import UUID, uuid4

import pytest
from aiokafka import TopicPartition
from aiokafka.structs import ConsumerRecord
from sqlalchemy.ext.asyncio import AsyncSession

from shared.db.engine import Sessions
from shared.events import Event, PositionChanged, Topic
from shared.inbox import repository as inbox_storage
from shared.inbox.dead_letters import CannotReplay, replay, waiting
from shared.inbox.processor import Batch, apply
from shared.kafka.consumed_record import parse_record

GROUP = "test.versions"
PARTITION = TopicPartition(Topic.POSITIONS, 0)


class Versions:
    """The version of each position that was applied last."""

    def __init__(self) -> None:
        self.last: dict[UUID, int] = {}
        self.refuses: set[int] = set()

    async def __call__(self, _session: AsyncSession, events: Sequence[Event]) -> None:
        for event in events:
            assert event.subject is not None
            assert event.sequence is not None
            if event.sequence in self.refuses:
                raise ValueError("refused by the test")
            self.last[event.subject] = event.sequence


async def _apply(sessions: Sessions, versions: Versions, position: UUID, version: int) -> None:
    event = Event.of(
        PositionChanged(position_id=position),
        id=uuid4(),
        source="rekindle",
        subject=position,
        sequence=version,
        time=datetime(2026, 1, 1, tzinfo=UTC),
    )
    async with sessions.begin() as session:
        place = (await inbox_storage.positions(session, GROUP, [PARTITION]))[PARTITION]
    record = ConsumerRecord(
        topic=PARTITION.topic,
        partition=PARTITION.partition,
        offset=place.next_offset,
        timestamp=0,
        timestamp_type=0,
        key=event.key,
        value=event.value,
        checksum=None,
        serialized_key_size=0,
        serialized_value_size=0,
        headers=event.headers(),
    )
    await apply(GROUP, versions, sessions, [Batch(PARTITION, place, [parse_record(record)])])


async def test_a_newer_version_is_not_undone_by_an_older_one_from_the_dead_letters(analytics: Sessions) -> None:
    versions, position = Versions(), uuid4()
    versions.refuses.add(1)
    await _apply(analytics, versions, position, 1)
    await _apply(analytics, versions, position, 2)
    versions.refuses.clear()
    (letter,) = await waiting(analytics)

    with pytest.raises(CannotReplay, match="version 2, which replaces it"):
        await replay(analytics, versions, letter.id)

    assert versions.last == {position: 2}


async def test_sequences_that_no_stream_has_are_dead_letters_and_stop_nobody(analytics: Sessions) -> None:
    versions, position = Versions(), uuid4()
    for other in (uuid4(), uuid4(), position):
        await _apply(analytics, versions, other, 1 if other == position else 2**63 - 1)

    assert versions.last == {position: 1}
    assert [letter.error for letter in await waiting(analytics)] == ["ce_sequence must be from 1 to 2^40 - 1"] * 2


async def test_the_newest_version_is_applied_from_the_dead_letters(analytics: Sessions) -> None:
    versions, position = Versions(), uuid4()
    await _apply(analytics, versions, position, 1)
    versions.refuses.add(2)
    await _apply(analytics, versions, position, 2)
    versions.refuses.clear()
    (letter,) = await waiting(analytics)

    await replay(analytics, versions, letter.id)

    assert versions.last == {position: 2}
    assert await waiting(analytics) == []
