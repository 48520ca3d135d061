"""What comes one or a few at a time is not planned anew: that costs more than to store it."""

from datetime import UTC, datetime
from uuid import uuid4

from services.engagement.api.event_reading import read_item
from services.engagement.domain.incoming import Incoming
from services.engagement.settings import EngagementSettings
from services.engagement.storage.contacts import ContactRecord
from services.engagement.use_cases.ingest_events import NamedPositions, ingest_events
from services.engagement.use_cases.take_over_records import take_over_records
from shared.db.engine import Sessions, connect
from tests.integration.engagement.posting import event
from tests.integration.plans import PLANNED_AT_FIRST, planned_and_kept

TIMES = 12


async def test_the_plan_of_a_single_event_is_kept(engagement: Sessions, settings: EngagementSettings) -> None:
    one_connection = connect(settings.database_url, pool_size=1)
    named, now = NamedPositions(), datetime.now(UTC)
    try:
        for number in range(TIMES):
            read = read_item(event(of=f"ats:{number}"), now=now, specversion_needed=False)
            assert isinstance(read, Incoming)
            await ingest_events(one_connection, [read], now=now, settings=settings, named=named)
        planned, kept = await planned_and_kept(one_connection, "INSERT INTO log")
    finally:
        await one_connection.close()

    # The first event names the position, which is another statement.
    assert planned + kept == TIMES
    assert planned <= PLANNED_AT_FIRST + 1


async def test_the_plans_of_a_few_records_are_kept(engagement: Sessions, settings: EngagementSettings) -> None:
    one_connection = connect(settings.database_url, pool_size=1)
    try:
        for number in range(TIMES):
            people = {uuid4(): [ContactRecord("DE", "Europe/Berlin", None)] for _ in range(2 + number % 3)}
            async with one_connection.begin() as session:
                await take_over_records(session, {one: one for one in people}, {}, {}, now=datetime.now(UTC), records=people)
        made = await planned_and_kept(one_connection, "INSERT INTO relationships")
        saved = await planned_and_kept(one_connection, "UPDATE relationships SET country")
    finally:
        await one_connection.close()

    assert made == saved == (PLANNED_AT_FIRST, TIMES - PLANNED_AT_FIRST)
