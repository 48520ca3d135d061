"""An acknowledgement of a commit that is lost on the way: what was committed is found again, and nothing is done twice."""

from collections.abc import AsyncIterator
from datetime import timedelta
from uuid import UUID, uuid4

import pytest
from sqlalchemy import text

from services.engagement.domain.queue import Moved, QueueStatus
from services.engagement.settings import EngagementSettings
from services.engagement.storage.queue import Wanted
from services.engagement.use_cases.claim_items import claim_items
from services.engagement.use_cases.complete_item import complete_item
from services.engagement.use_cases.event_batcher import EventBatcher
from shared.db.engine import Sessions, connect
from shared.events.vocabulary import QueueOutcome
from tests.integration.engagement.posting import Ats
from tests.integration.engagement.queue_desk import Desk, at
from tests.integration.shared.commit_proxy import CommitProxy, commit_proxy
from tests.unit.engagement.test_event_batcher import event as incoming_event

DUE = at("2026-09-01")


@pytest.fixture
async def proxy(engagement: Sessions) -> AsyncIterator[CommitProxy]:
    async with commit_proxy(engagement.engine.url.render_as_string(hide_password=False)) as proxy:
        yield proxy


@pytest.fixture
async def far(proxy: CommitProxy) -> AsyncIterator[Sessions]:
    """The database behind the proxy."""
    sessions = connect(proxy.url, pool_size=3)
    yield sessions
    await sessions.close()


@pytest.fixture
async def desk(ats: Ats, engagement: Sessions, settings: EngagementSettings) -> Desk:
    desk = Desk(ats, engagement, settings)
    for number in range(6):
        await desk.soft_no(f"ats:{number}")
    return desk


async def claim(desk: Desk, sessions: Sessions, limit: int, request: UUID) -> list[str]:
    claimed = await claim_items(
        sessions, Wanted(QueueStatus.DUE), recruiter="maria", limit=limit, lease_for=timedelta(minutes=15), now=DUE,
        settings=desk.settings, request=request,
    )  # fmt: skip
    return [str(one.item.lease.id) for one in claimed if one.item.lease is not None]


async def test_a_claim_of_three_leases_three(desk: Desk, far: Sessions, proxy: CommitProxy) -> None:
    proxy.lose_answer_to()
    leases = await claim(desk, far, limit=3, request=uuid4())

    held = await desk.listed(DUE, QueueStatus.CLAIMED)
    assert proxy.lost == 1
    assert len(leases) == 3
    assert sorted(leases) == sorted(str(one.item.lease.id) for one in held if one.item.lease is not None)


async def test_a_claim_that_is_sent_again_under_one_key_gets_what_it_was_leased(desk: Desk, engagement: Sessions) -> None:
    """The process may end between the commit and the keeping of the answer, so that the next one works on the same key."""
    request = uuid4()
    first = await claim(desk, engagement, limit=2, request=request)
    again = await claim(desk, engagement, limit=2, request=request)
    [item] = [
        one.item for one in await desk.listed(DUE, QueueStatus.CLAIMED) if one.item.lease and str(one.item.lease.id) == first[0]
    ]
    await complete_item(engagement, item.id, lease=UUID(first[0]), outcome=QueueOutcome.NO_FIT, now=DUE, settings=desk.settings)
    after = await claim(desk, engagement, limit=2, request=request)

    assert sorted(again) == sorted(first)
    assert after == first[1:]
    assert len(await desk.listed(DUE, QueueStatus.CLAIMED)) == 1


async def test_a_completion_that_was_committed_is_answered_as_done(desk: Desk, far: Sessions, proxy: CommitProxy) -> None:
    item, lease = await desk.claim_one(DUE)
    proxy.lose_answer_to()
    completed = await complete_item(far, item, lease=lease, outcome=QueueOutcome.NO_FIT, now=DUE, settings=desk.settings)

    assert proxy.lost == 1
    assert completed == Moved(None, None)
    assert [one.type for one in await desk.events()].count("rekindle.queue_item.completed") == 1


async def test_events_are_stored_once(ats: Ats, engagement: Sessions, far: Sessions, proxy: CommitProxy) -> None:
    batcher = EventBatcher(far, EngagementSettings())
    proxy.lose_answer_to(r".*INSERT INTO log\b.*")
    outcomes = await batcher.ingest([incoming_event("one"), incoming_event("two")])

    async with engagement.begin() as session:
        stored = (await session.execute(text("SELECT external_id, sequence FROM log ORDER BY sequence"))).all()
    assert proxy.lost == 1
    assert stored == [("one", 1), ("two", 2)]
    assert [getattr(outcome, "sequence", None) for outcome in outcomes] == [1, 2]
