"""The consume loop works at once when something comes, gathers what comes soon after, and stops when it is told to."""

import asyncio
import time
from contextlib import AsyncExitStack
from functools import partial
from uuid import UUID, uuid4

from shared.ids import shard_of
from tests.contract.bus import SHARDS, Ledger, consuming, publish, responded
from tests.waiting import eventually

LONG = 30.0
"""A window that no test waits for."""


def one_of_each_shard() -> list[UUID]:
    """A new stream for each partition."""
    found: dict[int, UUID] = {}
    while len(found) < SHARDS:
        stream = uuid4()
        found[shard_of(stream, SHARDS)] = stream
    return list(found.values())


async def test_an_idle_consumer_works_at_once(ledger: Ledger, kafka: str, group: str) -> None:
    stream = uuid4()
    async with consuming(ledger, kafka, group, window=LONG):
        await publish(kafka, responded(stream, 1))

        assert await eventually(partial(ledger.of, stream), lambda found: found == [1], seconds=LONG / 2) == [1]


async def test_what_comes_within_the_window_is_one_batch(ledger: Ledger, kafka: str, group: str) -> None:
    streams = [uuid4() for _ in range(20)]
    async with consuming(ledger, kafka, group, window=2):
        await publish(kafka, responded(streams[0], 1))
        await eventually(partial(ledger.of, streams[0]), lambda found: found == [1])
        for stream in streams[1:]:
            await publish(kafka, responded(stream, 1))
        for stream in streams:
            await eventually(partial(ledger.of, stream), lambda found: found == [1])

    assert sum(ledger.batches) == len(streams)
    assert len(ledger.batches) <= 4


async def test_a_group_for_which_nobody_waits_lets_several_windows_pass(ledger: Ledger, kafka: str, group: str) -> None:
    streams = [uuid4() for _ in range(20)]
    async with consuming(ledger, kafka, group, window=0.2, windows=10):
        await publish(kafka, responded(streams[0], 1))
        await eventually(partial(ledger.of, streams[0]), lambda found: found == [1])
        for stream in streams[1:]:
            await publish(kafka, responded(stream, 1))
        for stream in streams:
            await eventually(partial(ledger.of, stream), lambda found: found == [1])

    assert sum(ledger.batches) == len(streams)
    assert len(ledger.batches) <= 4


async def test_a_backlog_waits_for_no_window(ledger: Ledger, kafka: str, group: str) -> None:
    stream = uuid4()
    await publish(kafka, *[responded(stream, sequence) for sequence in range(1, 101)])
    async with consuming(ledger, kafka, group, window=LONG, max_records=10):
        found = await eventually(partial(ledger.of, stream), lambda found: len(found) == 100, seconds=LONG / 2)

    assert found == list(range(1, 101))
    assert max(ledger.batches) <= 10


async def test_a_backlog_of_several_partitions_is_applied_by_two_transactions_side_by_side(
    ledger: Ledger, kafka: str, group: str
) -> None:
    streams = one_of_each_shard()
    await publish(kafka, *[responded(stream, sequence) for stream in streams for sequence in range(1, 21)])
    async with consuming(ledger, kafka, group, max_records=20):
        for stream in streams:
            assert await eventually(partial(ledger.of, stream), lambda found: len(found) == 20) == list(range(1, 21))

    assert ledger.most_at_once == 2
    assert max(ledger.batches) <= 20


async def test_a_fault_in_one_of_two_transactions_loses_nothing_and_repeats_nothing(
    ledger: Ledger, kafka: str, group: str
) -> None:
    streams = one_of_each_shard()
    events = [responded(stream, sequence) for stream in streams for sequence in range(1, 21)]
    ledger.loses_connection_at = events[-1].id
    await publish(kafka, *events)
    async with consuming(ledger, kafka, group, max_records=20):
        for stream in streams:
            assert await eventually(partial(ledger.of, stream), lambda found: len(found) >= 20) == list(range(1, 21))

    assert ledger.loses_connection_at is None


async def test_a_request_to_stop_ends_the_window_and_the_wait_for_records(ledger: Ledger, kafka: str, group: str) -> None:
    stream = uuid4()
    async with AsyncExitStack() as exits:
        for window in (LONG, 0.0):
            await exits.enter_async_context(consuming(ledger, kafka, f"{group}.{window}", window=window))
        await publish(kafka, responded(stream, 1))
        await eventually(partial(ledger.of, stream), lambda found: len(found) == 2)
        began = time.monotonic()

    assert time.monotonic() - began < 5
    assert len(asyncio.all_tasks()) < 20
