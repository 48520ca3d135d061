"""Dead letters: none stops the consumer, none is kept twice, and none undoes the newer version that replaced it."""

from collections.abc import Sequence
from dataclasses import replace as changed
from datetime import UTC, datetime
from uuid import UUID, uuid4

import pytest
from aiokafka import TopicPartition
from aiokafka.structs import ConsumerRecord
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from shared.db.engine import Sessions
from shared.events import Event, PositionChanged, Topic
from shared.inbox import repository as inbox_storage
from shared.inbox.dead_letters import DeadLetterError, discard, one, replay, waiting
from shared.inbox.processor import MAX_FAILURES, Applied, Batch, Handler, TooManyFailuresError, apply
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


def _version(position: UUID, version: int) -> Event:
    return Event.of(
        PositionChanged(position_id=position),
        id=uuid4(),
        source="rekindle",
        subject=position,
        sequence=version,
        time=datetime(2026, 1, 1, tzinfo=UTC),
    )


async def _apply(sessions: Sessions, handler: Handler, *events: Event) -> Applied:
    """Have the group read the records of these events, after those that it has read."""
    async with sessions.begin() as session:
        place = (await inbox_storage.positions(session, GROUP, [PARTITION]))[PARTITION]
    records = [
        ConsumerRecord(
            topic=PARTITION.topic,
            partition=PARTITION.partition,
            offset=place.next_offset + number,
            timestamp=0,
            timestamp_type=0,
            key=event.key,
            value=event.value,
            checksum=None,
            serialized_key_size=0,
            serialized_value_size=0,
            headers=event.headers(),
        )
        for number, event in enumerate(events)
    ]
    return await apply(GROUP, handler, sessions, [Batch(PARTITION, place, [parse_record(record) for record in records])])


async def test_a_newer_version_is_not_undone_by_an_older_one_from_the_dead_letters(analytics: Sessions) -> None:
    versions, position = Versions(), uuid4()
    versions.refuses.add(1)
    await _apply(analytics, versions, _version(position, 1))
    await _apply(analytics, versions, _version(position, 2))
    versions.refuses.clear()
    (letter,) = await waiting(analytics)

    with pytest.raises(DeadLetterError, match="version 2, which replaces it"):
        await replay(analytics, versions, letter.id)

    assert versions.last == {position: 2}


async def test_sequences_that_no_stream_has_are_dead_letters_and_stop_nobody(analytics: Sessions) -> None:
    versions, position = Versions(), uuid4()
    for other in (uuid4(), uuid4(), position):
        await _apply(analytics, versions, _version(other, 1 if other == position else 2**63 - 1))

    assert versions.last == {position: 1}
    assert [letter.error for letter in await waiting(analytics)] == ["ce_sequence must be from 1 to 2^40 - 1"] * 2


async def test_the_newest_version_is_applied_from_the_dead_letters(analytics: Sessions) -> None:
    versions, position = Versions(), uuid4()
    await _apply(analytics, versions, _version(position, 1))
    versions.refuses.add(2)
    await _apply(analytics, versions, _version(position, 2))
    versions.refuses.clear()
    (letter,) = await waiting(analytics)

    await replay(analytics, versions, letter.id)

    assert versions.last == {position: 2}
    assert await waiting(analytics) == []


async def test_an_unreadable_record_that_is_published_again_stays_one_dead_letter(analytics: Sessions) -> None:
    versions, position = Versions(), uuid4()
    unreadable = changed(_version(position, 1), value=b"{")
    for _ in range(2):
        await _apply(analytics, versions, unreadable)
    without_place = changed(unreadable, id=uuid4(), sequence=None)
    for _ in range(2):
        await _apply(analytics, versions, without_place)

    assert [letter.left_hole for letter in await waiting(analytics)] == [True, False]


async def test_an_event_that_failed_and_is_published_again_stays_one_dead_letter(analytics: Sessions) -> None:
    versions, event = Versions(), _version(uuid4(), 1)
    versions.refuses.add(1)
    for _ in range(2):
        await _apply(analytics, versions, event)

    assert len(await waiting(analytics)) == 1


async def test_a_discarded_dead_letter_is_listed_no_more_and_cannot_be_replayed(analytics: Sessions) -> None:
    versions, event = Versions(), _version(uuid4(), 1)
    versions.refuses.add(1)
    await _apply(analytics, versions, event)
    (letter,) = await waiting(analytics)

    await discard(analytics, letter.id, "a test of the sender")
    versions.refuses.clear()
    await _apply(analytics, versions, event)

    assert await waiting(analytics) == []
    for again in (replay(analytics, versions, letter.id), discard(analytics, letter.id, "once more")):
        with pytest.raises(DeadLetterError, match=r"was discarded at .*: a test of the sender"):
            await again
    with pytest.raises(DeadLetterError, match="there is no dead letter"):
        await discard(analytics, letter.id + 1, "not there")
    async with analytics.begin() as session:
        assert (await one(session, letter.id)).discard_reason == "a test of the sender"


async def test_what_fails_changes_nothing_and_what_came_with_it_is_applied(analytics: Sessions) -> None:
    """The handler's own writes are undone with the event that failed, although no savepoint was made before it did."""
    events = [_version(uuid4(), version) for version in (1, 2, 3)]

    async def note(session: AsyncSession, given: Sequence[Event]) -> None:
        for event in given:
            await session.execute(
                text("INSERT INTO inbox_parked VALUES ('seen', 'seen', :stream, :sequence, '[]')"),
                {"stream": event.subject, "sequence": event.sequence},
            )
            if event.sequence == 2:
                raise ValueError("refused by the test")

    applied = await _apply(analytics, note, *events)

    async with analytics.begin() as session:
        seen = await session.scalars(text("SELECT sequence FROM inbox_parked WHERE group_name = 'seen' ORDER BY 1"))
        assert list(seen) == [1, 3]
    (letter,) = await waiting(analytics)
    assert letter.error.startswith("ValueError() at "), "where, but not the message, which may quote what it stumbled over"
    assert applied.dead[PARTITION.topic] == 1


async def test_a_handler_that_fails_on_most_events_stops_the_consumer_and_changes_nothing(analytics: Sessions) -> None:
    versions = Versions()
    versions.refuses.add(1)

    with pytest.raises(TooManyFailuresError):
        await _apply(analytics, versions, *[_version(uuid4(), 1) for _ in range(MAX_FAILURES)])

    async with analytics.begin() as session:
        place = (await inbox_storage.positions(session, GROUP, [PARTITION]))[PARTITION]
    assert place == inbox_storage.ConsumerPosition(0, None, 0)
    assert await waiting(analytics) == []


async def test_a_replay_that_moves_a_stream_is_seen_by_the_consumer_that_had_read_its_position(analytics: Sessions) -> None:
    versions, position = Versions(), uuid4()
    broken = _version(position, 1)
    await _apply(analytics, versions, changed(broken, sequence=None))
    (letter,) = await waiting(analytics)
    async with analytics.begin() as session:
        place = (await inbox_storage.positions(session, GROUP, [PARTITION]))[PARTITION]
        await session.execute(  # as if a newer release read the sequence
            text("UPDATE dead_letters SET headers = CAST(:headers AS jsonb), stream = :stream, sequence = 1"),
            {"headers": inbox_storage.headers_to_json(broken.headers()), "stream": position},
        )
    await replay(analytics, versions, letter.id)

    applied = await apply(GROUP, versions, analytics, [Batch(PARTITION, place, [])])

    assert applied.lost == [PARTITION]
