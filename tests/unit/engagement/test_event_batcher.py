"""Requests that come together are stored together, and each is told of its own events alone."""

import asyncio
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any, cast

import pytest

from services.engagement.domain.incoming import Incoming, incoming
from services.engagement.domain.outcomes import Accepted, Outcome
from services.engagement.settings import EngagementSettings
from services.engagement.use_cases import event_batcher
from services.engagement.use_cases.event_batcher import EventBatcher
from shared.db.engine import Sessions
from shared.errors import Unavailable
from shared.events import PursuitContacted
from shared.events.vocabulary import Channel


def event(name: str) -> Incoming:
    return incoming(
        PursuitContacted(channel=Channel.EMAIL),
        source="ats",
        external_id=name,
        subject="ats:ada",
        time=None,
        received_at=datetime(2026, 6, 1, tzinfo=UTC),
    )


class Store:
    """Stands for ``ingest_events``: fails whenever one of the events is called poison."""

    def __init__(self, fault: type[Exception] = RuntimeError) -> None:
        self.transactions: list[list[str]] = []
        self.fault = fault

    async def __call__(self, _sessions: Any, events: Sequence[Incoming], **_: Any) -> list[Outcome]:
        self.transactions.append([one.external_id for one in events])
        await asyncio.get_running_loop().run_in_executor(None, int)
        if any(one.external_id == "poison" for one in events):
            raise self.fault("it does not go in")
        return [Accepted(one.candidate_id, 1, (one.external_id,)) for one in events]


def batcher(monkeypatch: pytest.MonkeyPatch, store: Store) -> EventBatcher:
    monkeypatch.setattr(event_batcher, "ingest_events", store)
    return EventBatcher(cast("Sessions", None), EngagementSettings())


def names(outcomes: Sequence[Outcome]) -> list[str]:
    return [one.references[0] for one in outcomes if isinstance(one, Accepted)]


async def test_each_request_gets_its_own_outcomes(monkeypatch: pytest.MonkeyPatch) -> None:
    store = Store()
    gather = batcher(monkeypatch, store)
    wanted = [[f"{number}-{item}" for item in range(number % 3 + 1)] for number in range(40)]
    results = await asyncio.gather(*[gather.ingest([event(name) for name in request]) for request in wanted])

    assert [names(outcomes) for outcomes in results] == wanted
    assert len(store.transactions) < 10


async def test_a_request_alone_waits_for_nobody(monkeypatch: pytest.MonkeyPatch) -> None:
    store = Store()

    assert names(await batcher(monkeypatch, store).ingest([event("one")])) == ["one"]
    assert store.transactions == [["one"]]


async def test_a_request_that_comes_as_another_is_told_is_stored_too(monkeypatch: pytest.MonkeyPatch) -> None:
    gather = batcher(monkeypatch, Store())

    async with asyncio.timeout(10):
        results = [await gather.ingest([event(str(number))]) for number in range(20)]

    assert [names(one) for one in results] == [[str(number)] for number in range(20)]


async def test_nobody_waits_for_a_transaction_that_waits_itself(monkeypatch: pytest.MonkeyPatch) -> None:
    waits, free = asyncio.Event(), asyncio.Event()

    class Locked(Store):
        async def __call__(self, _sessions: Any, events: Sequence[Incoming], **more: Any) -> list[Outcome]:
            if events[0].external_id == "locked":
                waits.set()
                await free.wait()
            return await super().__call__(_sessions, events, **more)

    monkeypatch.setattr(event_batcher, "LANE_BUSY_FOR", 0.0)
    gather = batcher(monkeypatch, Locked())
    locked = asyncio.create_task(gather.ingest([event("locked")]))

    async with asyncio.timeout(10):
        await waits.wait()
        other = await gather.ingest([event("other")])
        free.set()

    assert names(other) == ["other"]
    assert names(await locked) == ["locked"]


async def test_what_cannot_be_stored_harms_no_other_request(monkeypatch: pytest.MonkeyPatch) -> None:
    gather = batcher(monkeypatch, Store())
    results = await asyncio.gather(
        *[gather.ingest([event(name)]) for name in ("a", "b", "poison", "c", "d")], return_exceptions=True
    )

    assert [names(one) if isinstance(one, list) else repr(one) for one in results] == [
        ["a"],
        ["b"],
        "RuntimeError('it does not go in')",
        ["c"],
        ["d"],
    ]


async def test_a_fault_of_the_database_is_told_to_all_it_concerns(monkeypatch: pytest.MonkeyPatch) -> None:
    store = Store(Unavailable)
    gather = batcher(monkeypatch, store)
    results = await asyncio.gather(*[gather.ingest([event(name)]) for name in ("a", "poison", "b")], return_exceptions=True)

    assert any(isinstance(one, Unavailable) for one in results)
    assert sum(len(names) for names in store.transactions) == 3
