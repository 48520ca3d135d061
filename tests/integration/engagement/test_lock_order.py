"""Rows of streams are locked in one order, new ones among old ones, so that nobody waits in a circle with a batch of events."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Iterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from uuid import UUID, uuid4

import pytest
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from services.engagement.domain.contact import Ask
from services.engagement.domain.queue import item_id
from services.engagement.domain.queue_log import Action, Done
from services.engagement.domain.unsubscribe_links import PURPOSE, Link
from services.engagement.settings import EngagementSettings
from services.engagement.storage import link_keys, streams
from services.engagement.use_cases.check_contacts import Planned, check_contacts
from services.engagement.use_cases.finish_many import Bulk, finish_many
from services.engagement.use_cases.unsubscribe import unsubscribe
from shared.db.asyncpg_connection import driver
from shared.db.engine import Sessions
from shared.events import CandidateChanged, CandidateErased, EventData
from shared.events.vocabulary import Channel, Level
from shared.ids import candidate_id
from tests.integration.engagement.posting import Ats, event
from tests.integration.engagement.queue_desk import Desk, at
from tests.integration.engagement.records import Records
from tests.waiting import eventually

NAMES = sorted([f"ats:{name}" for name in ("ada", "grace", "edsger", "barbara")], key=candidate_id)
FIRST, SECOND, THIRD, LAST = map(candidate_id, NAMES)
"""Streams in the order in which their rows are locked."""


@pytest.fixture(autouse=True)
def _no_deadlock(caplog: pytest.LogCaptureFixture) -> Iterator[None]:
    """A transaction that is ended for a deadlock is run again and logged."""
    yield
    assert not any("deadlock" in record.getMessage() for record in caplog.get_records("call"))


@asynccontextmanager
async def meeting(sessions: Sessions, work: Awaitable[object]) -> AsyncIterator[asyncio.Task[object]]:
    """The work, once it waits for a lock; inside the block, five seconds are enough for whatever it waits for."""
    task = asyncio.ensure_future(work)

    async def waiting() -> int:
        async with sessions.begin() as session:
            return int((await session.execute(text("SELECT count(*) FROM pg_locks WHERE NOT granted"))).scalar_one())

    await eventually(waiting, lambda count: count > 0, seconds=10)
    async with asyncio.timeout(5):
        yield task


async def stored(sessions: Sessions) -> set[UUID]:
    """The streams that have a row."""
    async with sessions.begin() as session:
        return set((await session.scalars(text("SELECT candidate_id FROM relationships"))).all())


@pytest.mark.parametrize(
    "news",
    [
        pytest.param(CandidateChanged(candidate_id=FIRST, person_id=FIRST, level=Level.SENIOR), id="changed"),
        pytest.param(CandidateChanged(candidate_id=FIRST, person_id=LAST), id="linked"),
        pytest.param(CandidateErased(candidate_id=FIRST, erasure_id=uuid4()), id="erased"),
    ],
)
async def test_records_of_old_and_new_people_wait_for_a_batch_of_events_about_both(
    engagement: Sessions, settings: EngagementSettings, ats: Ats, news: EventData
) -> None:
    await ats.post([event(of=NAMES[0])], status=207)
    new = CandidateChanged(candidate_id=SECOND, person_id=SECOND, level=Level.SENIOR)
    taking_over = Records(engagement, settings).take_over((SECOND, new), (FIRST, news))

    async with engagement.begin() as appending:
        await streams.insert_and_lock(appending, [FIRST])
        async with meeting(engagement, taking_over) as task:
            await streams.insert_and_lock(appending, [SECOND])
    await task

    assert {FIRST, SECOND} <= await stored(engagement)


async def test_a_reservation_for_somebody_new_waits_for_the_map_before_it_touches_a_row(
    engagement: Sessions, settings: EngagementSettings
) -> None:
    now = datetime.now(UTC)
    planned = Planned(FIRST, Ask(Channel.EMAIL, at=now + timedelta(days=1)), reserve=True)
    checking = check_contacts(engagement, [planned], request=uuid4(), now=now, settings=settings)

    async with engagement.begin() as linking:
        await streams.lock_map_exclusive(linking)
        async with meeting(engagement, checking) as task:
            await streams.insert_and_lock(linking, [FIRST])
    await task

    assert await stored(engagement) == {FIRST}


async def test_an_unsubscription_of_somebody_new_waits_for_the_map_before_it_touches_a_row(
    engagement: Sessions, settings: EngagementSettings
) -> None:
    async with engagement.begin() as session:
        link = Link(FIRST, Channel.EMAIL).text(await link_keys.key_for(await driver(session), PURPOSE))
    ending = unsubscribe(engagement, link, now=datetime.now(UTC), settings=settings)

    async with engagement.begin() as linking:
        await streams.lock_map_exclusive(linking)
        async with meeting(engagement, ending) as task:
            await streams.insert_and_lock(linking, [FIRST])
    await task

    assert await stored(engagement) == {FIRST}


async def test_who_is_done_with_an_item_locks_the_rows_of_all_streams_of_the_person_in_order(
    engagement: Sessions, settings: EngagementSettings, ats: Ats
) -> None:
    """Deriving announces that a reply waits, in the person's other stream, after the action took its number in the one."""
    desk, now = Desk(ats, engagement, settings), datetime.now(UTC)
    await desk.soft_no(NAMES[1], on="2024-03-02")
    await Records(engagement, settings).link(FIRST, SECOND)
    await ats.post([event("pursuit.responded", of=NAMES[0], at=(now - timedelta(hours=1)).isoformat())], status=207)
    bulk = Bulk(Done(Action.SNOOZED, until=now + timedelta(days=3)), "maria", uuid4())
    finishing = finish_many(engagement, [item_id(SECOND)], bulk, now=now, settings=settings)

    async with engagement.begin() as appending:
        await streams.insert_and_lock(appending, [FIRST])
        async with meeting(engagement, finishing) as task:
            await streams.insert_and_lock(appending, [SECOND])
    results = await task

    assert isinstance(results, dict)
    assert results.keys() == {item_id(SECOND)}


async def test_a_claim_takes_also_somebody_to_whom_an_event_is_being_appended(
    engagement: Sessions, settings: EngagementSettings, ats: Ats
) -> None:
    desk = Desk(ats, engagement, settings)
    for name in NAMES[:2]:
        await desk.soft_no(name, on="2024-03-02")
    both = [one.item.person_id for one in await desk.listed(at("2026-03-02"))]

    async def locked(appending: AsyncSession) -> list[UUID]:
        await streams.insert_and_lock(appending, both[:1])
        async with asyncio.timeout(5):
            return [item.person_id for item in await desk.claim(at("2026-03-02"))]

    async with engagement.begin() as appending:
        assert await locked(appending) == both
