"""How far behind the numbers are: the producers' reports and the broker's word."""

from datetime import UTC, datetime, timedelta
from uuid import uuid4

from aiokafka import AIOKafkaProducer
from sqlalchemy import text

from services.analytics.consumers.producers import note
from services.analytics.domain.projector import GROUP
from services.analytics.use_cases.read_freshness import FreshnessReader
from shared.db.engine import Sessions
from shared.events import Event, RelayReported, Topic


def reported(service: str, backlog: int, at: datetime) -> Event:
    """A relay's report, whose oldest event waits for ten seconds."""
    data = RelayReported(service=service, backlog=backlog, oldest_at=at - timedelta(seconds=10) if backlog else None)
    return Event.of(data, id=uuid4(), source="rekindle", subject=None, sequence=None, time=at)


async def tell(sessions: Sessions, kafka: str, now: datetime) -> tuple[int, float]:
    """Freshness as a process sees it that just started."""
    teller = FreshnessReader(kafka, now=now)
    found = await teller.tell(sessions, now=now)
    await teller.close()
    return found.behind_events, found.behind_seconds


async def test_the_newest_report_of_each_service_counts(analytics: Sessions, kafka: str) -> None:
    now = datetime.now(UTC)
    async with analytics.begin() as session:
        await note(session, [reported("engagement", 9, now), reported("engagement", 5, now - timedelta(seconds=5))])
        await note(session, [reported("engagement", 7, now - timedelta(seconds=1)), reported("candidates", 2, now)])

    assert await tell(analytics, kafka, now) == (11, 10.0)

    async with analytics.begin() as session:
        await note(session, [reported(service, 0, now + timedelta(seconds=1)) for service in ("engagement", "candidates")])
    assert await tell(analytics, kafka, now + timedelta(seconds=1)) == (0, 0.0)


async def test_a_producer_that_fell_silent_is_told_by_its_silence(analytics: Sessions, kafka: str) -> None:
    now = datetime.now(UTC)
    async with analytics.begin() as session:
        await note(session, [reported("engagement", 0, now)])

    assert await tell(analytics, kafka, now + timedelta(seconds=45)) == (0, 45.0)


async def test_records_on_the_topic_that_are_not_applied_count(analytics: Sessions, kafka: str) -> None:
    async with AIOKafkaProducer(bootstrap_servers=kafka) as producer:
        sent = [await producer.send_and_wait(Topic.REENGAGEMENT, b"{}", partition=3) for _ in range(4)]
    async with analytics.begin() as session:
        await session.execute(
            text("INSERT INTO inbox_offsets (group_name, topic, partition, next_offset) VALUES (:group, :topic, 3, :offset)"),
            {"group": GROUP, "topic": Topic.REENGAGEMENT, "offset": sent[1].offset},
        )

    events, _ = await tell(analytics, kafka, datetime.now(UTC))

    assert events == 3


async def test_a_broker_that_does_not_answer_is_no_error(analytics: Sessions) -> None:
    now = datetime.now(UTC)
    async with analytics.begin() as session:
        await session.execute(
            text("INSERT INTO inbox_offsets (group_name, topic, partition) VALUES (:group, :topic, 0)"),
            {"group": GROUP, "topic": Topic.ENGAGEMENT},
        )
    teller = FreshnessReader("127.0.0.1:1", now=now)

    assert (await teller.tell(analytics, now=now)).behind_seconds == 0
    later = await teller.tell(analytics, now=now + timedelta(seconds=40))
    await teller.close()

    assert later.behind_seconds == 40
