"""Events reach a consumer exactly once and in the order of their stream, whatever is repeated, missing or unreadable."""

from functools import partial
from typing import Any
from uuid import uuid4

import pytest
from aiokafka import AIOKafkaConsumer, TopicPartition
from aiokafka.errors import KafkaConnectionError
from sqlalchemy import text

from shared.db.engine import Sessions
from shared.db.locks import RELAY
from shared.events import Topic
from shared.ids import shard_of
from shared.inbox.dead_letters import DeadLetterError, replay, waiting
from shared.reconciliation.shard_totals import TotalsPublisher
from tests.contract.bus import SHARDS, Ledger, accept, consuming, publish, publish_raw, relaying, responded
from tests.waiting import eventually


async def dead_letters(sessions: Sessions, group: str, shard: int, since: int = 0) -> list[str]:
    async with sessions.begin() as session:
        found = await session.scalars(
            text(
                "SELECT error FROM dead_letters WHERE group_name = :group AND partition = :shard AND record_offset >= :since "
                "ORDER BY id"
            ),
            {"group": group, "shard": shard, "since": since},
        )
        return list(found)


async def end_of(kafka: str, shard: int) -> int:
    """The offset that the next record of a shard will have."""
    partition = TopicPartition(Topic.ENGAGEMENT, shard)
    async with AIOKafkaConsumer(bootstrap_servers=kafka) as consumer:
        return int((await consumer.end_offsets([partition]))[partition])


async def test_committed_events_arrive_once_and_in_order(engagement: Sessions, ledger: Ledger, kafka: str, group: str) -> None:
    streams = [uuid4() for _ in range(20)]
    async with relaying(engagement, kafka), consuming(ledger, kafka, group):
        for sequence in range(1, 6):
            await accept(engagement, *[responded(stream, sequence) for stream in streams])

        for stream in streams:
            await eventually(partial(ledger.of, stream), lambda found: len(found) == 5)

    assert [await ledger.of(stream) for stream in streams] == [[1, 2, 3, 4, 5]] * len(streams)


async def _leaders(sessions: Sessions) -> set[int]:
    """The connections that lead, by the process of the server."""
    async with sessions.begin() as session:
        query = text(
            "SELECT DISTINCT pid FROM pg_locks WHERE locktype = 'advisory' AND classid = 0 AND objid = :lock AND granted"
        )
        return set(await session.scalars(query, {"lock": RELAY}))


async def test_a_relay_that_met_a_fault_leads_again_on_another_connection(
    engagement: Sessions, ledger: Ledger, kafka: str, group: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    stream = uuid4()
    before: set[int] = set()
    announce = TotalsPublisher.announce

    async def fault_once(totals: TotalsPublisher, *of: Any) -> None:
        if not before:
            before.update(await _leaders(engagement))
            raise KafkaConnectionError("the broker went away")
        await announce(totals, *of)

    monkeypatch.setattr(TotalsPublisher, "announce", fault_once)
    # So many connections have been opened that the one which led is not the next to be given.
    async with engagement.begin() as one, engagement.begin() as other:
        await one.execute(text("SELECT 1"))
        await other.execute(text("SELECT 1"))
    async with relaying(engagement, kafka), consuming(ledger, kafka, group):
        await eventually(lambda: _leaders(engagement), lambda leaders: bool(before and leaders - before))
        await accept(engagement, responded(stream, 1))

        assert await eventually(lambda: ledger.of(stream), lambda found: found == [1]) == [1]


async def test_what_the_relay_publishes_twice_is_applied_once(ledger: Ledger, kafka: str, group: str) -> None:
    stream = uuid4()
    events = [responded(stream, sequence) for sequence in (1, 2, 3)]
    async with consuming(ledger, kafka, group):
        await publish(kafka, *events[:2], *events, *events)

        await eventually(lambda: ledger.of(stream), lambda found: 3 in found)

    assert await ledger.of(stream) == [1, 2, 3]


async def test_an_event_that_comes_too_early_waits_for_those_before_it(ledger: Ledger, kafka: str, group: str) -> None:
    stream, other = uuid4(), uuid4()
    async with consuming(ledger, kafka, group):
        await publish(kafka, responded(stream, 1), responded(stream, 4), responded(stream, 3), responded(other, 1))
        await eventually(lambda: ledger.of(other), lambda found: found == [1])
        await eventually(lambda: ledger.of(stream), lambda found: found == [1])

        await publish(kafka, responded(stream, 2))

        assert await eventually(lambda: ledger.of(stream), lambda found: len(found) == 4) == [1, 2, 3, 4]

    async with ledger.sessions.begin() as session:
        assert await session.scalar(text("SELECT count(*) FROM inbox_parked")) == 0


async def test_unreadable_records_go_to_the_dead_letters_and_harm_nothing_else(ledger: Ledger, kafka: str, group: str) -> None:
    stream = uuid4()
    shard = shard_of(stream, SHARDS)
    good = responded(stream, 1).headers()
    since = await end_of(kafka, shard)
    async with consuming(ledger, kafka, group):
        await publish(kafka, responded(stream, 1))
        await publish_raw(kafka, shard, b"\xff\xfe not json", [])
        await publish_raw(kafka, shard, b"{", [h for h in good if h[0] != "ce_sequence"] + [("ce_sequence", b"99")])
        await publish_raw(kafka, shard, b"[]", good)  # its place in the stream is taken: it says nothing new
        await publish_raw(kafka, shard, b"[]", responded(stream, 2).headers())
        await publish_raw(kafka, shard, b'{"words": "many"}', responded(stream, 3).headers())
        await publish(kafka, responded(stream, 4))

        await eventually(lambda: ledger.of(stream), lambda found: 4 in found)

    assert await ledger.of(stream) == [1, 4]
    assert len(await dead_letters(ledger.sessions, group, shard, since)) == 4


async def test_an_event_that_cannot_be_applied_leaves_a_hole_and_the_rest_of_its_batch_counts(
    ledger: Ledger, kafka: str, group: str
) -> None:
    stream = uuid4()
    events = [responded(stream, sequence) for sequence in (1, 2, 3)]
    ledger.refuses.add(events[1].id)
    shard = shard_of(stream, SHARDS)
    since = await end_of(kafka, shard)
    await publish(kafka, *events)

    async with consuming(ledger, kafka, group):
        await eventually(lambda: ledger.of(stream), lambda found: 3 in found)

    assert await ledger.of(stream) == [1, 3]
    (error,) = await dead_letters(ledger.sessions, group, shard, since)
    assert error.startswith("ValueError() at "), "by type and place: a message may hold a value"


async def test_a_consumer_goes_on_where_its_group_stands(ledger: Ledger, kafka: str, group: str) -> None:
    stream = uuid4()
    async with consuming(ledger, kafka, group):
        await publish(kafka, responded(stream, 1))
        await eventually(lambda: ledger.of(stream), lambda found: found == [1])

    await publish(kafka, responded(stream, 2))
    async with consuming(ledger, kafka, group):
        assert await eventually(lambda: ledger.of(stream), lambda found: len(found) == 2) == [1, 2]


async def test_totals_reveal_what_a_topic_has_lost(engagement: Sessions, ledger: Ledger, kafka: str, group: str) -> None:
    stream = uuid4()
    await accept(engagement, responded(stream, 1), responded(stream, 2))
    async with engagement.begin() as session:  # the tail was lost: counted as published, and not on the broker
        await session.execute(text("DELETE FROM outbox"))
        await session.execute(
            text("INSERT INTO outbox_totals (topic, shard, total) VALUES (:topic, :shard, 100000)"),
            {"topic": Topic.ENGAGEMENT, "shard": shard_of(stream, SHARDS)},
        )

    async def lacking() -> int:
        async with ledger.sessions.begin() as session:
            return int(
                await session.scalar(
                    text(
                        "SELECT coalesce(sum(greatest(announced - counted, 0)), 0) FROM inbox_offsets WHERE group_name = :group"
                    ),
                    {"group": group},
                )
                or 0
            )

    async with relaying(engagement, kafka), consuming(ledger, kafka, group):
        assert await eventually(lacking, lambda lack: lack > 0) > 0


async def test_a_replayed_dead_letter_counts_once(ledger: Ledger, kafka: str, group: str) -> None:
    stream = uuid4()
    events = [responded(stream, sequence) for sequence in (1, 2, 3)]
    ledger.refuses.add(events[1].id)
    await publish(kafka, *events, *events)
    async with consuming(ledger, kafka, group):
        await eventually(lambda: ledger.of(stream), lambda found: 3 in found)
    numbers = [one.id for one in await waiting(ledger.sessions) if one.error.startswith("ValueError")]
    ledger.refuses.clear()

    await replay(ledger.sessions, ledger, numbers[0])
    with pytest.raises(DeadLetterError, match="was replayed"):
        await replay(ledger.sessions, ledger, numbers[0])

    assert len(numbers) == 1
    assert await ledger.of(stream) == [1, 3, 2]
