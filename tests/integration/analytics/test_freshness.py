"""How far behind the numbers are: the producers' reports and the broker's word."""

from datetime import UTC, datetime, timedelta
from uuid import uuid4

from aiokafka import AIOKafkaProducer
from sqlalchemy import text

from services.analytics.consumers.producers import note
from services.analytics.domain.freshness import Freshness
from services.analytics.domain.projector import GROUP, TOPICS
from services.analytics.use_cases.read_freshness import FreshnessReader
from shared.db.engine import Sessions
from shared.events import Event, RelayReported, Topic


def reported(service: str, backlog: int, at: datetime) -> Event:
    """A relay's report, whose oldest event waits for ten seconds."""
    data = RelayReported(service=service, backlog=backlog, oldest_at=at - timedelta(seconds=10) if backlog else None)
    return Event.of(data, id=uuid4(), source="rekindle", subject=None, sequence=None, time=at)


async def caught_up(sessions: Sessions) -> None:
    """Say that the projector has applied whatever other tests have left on the topics."""
    async with sessions.begin() as session:
        await session.execute(
            text(
                "INSERT INTO inbox_offsets (group_name, topic, partition, next_offset) "
                "SELECT :group, topic, partition, 1000000000 FROM unnest(CAST(:topics AS text[])) AS topic, "
                "generate_series(0, 11) AS partition"
            ),
            {"group": GROUP, "topics": [topic.value for topic in TOPICS]},
        )


async def read(sessions: Sessions, kafka: str, now: datetime) -> Freshness:
    """Freshness as a process sees it that just started."""
    reader = FreshnessReader(kafka, partitions=12, now=now)
    found = await reader.read(sessions, now=now)
    await reader.close()
    return found


async def test_the_newest_report_of_each_service_counts(analytics: Sessions, kafka: str) -> None:
    now = datetime.now(UTC)
    await caught_up(analytics)
    async with analytics.begin() as session:
        await note(session, [reported("engagement", 9, now), reported("engagement", 5, now - timedelta(seconds=5))])
        await note(session, [reported("engagement", 7, now - timedelta(seconds=1)), reported("candidates", 2, now)])

    assert await read(analytics, kafka, now) == Freshness(11, 10.0, None)

    async with analytics.begin() as session:
        await note(session, [reported(service, 0, now + timedelta(seconds=1)) for service in ("engagement", "candidates")])
    assert await read(analytics, kafka, now + timedelta(seconds=1)) == Freshness(0, 0.0, None)


async def test_a_producer_that_fell_silent_makes_it_uncertain(analytics: Sessions, kafka: str) -> None:
    now = datetime.now(UTC)
    await caught_up(analytics)
    async with analytics.begin() as session:
        await note(session, [reported("engagement", 0, now), reported("candidates", 0, now + timedelta(seconds=45))])

    assert await read(analytics, kafka, now + timedelta(seconds=45)) == Freshness(0, 45.0, now)


async def test_records_that_are_not_applied_count(analytics: Sessions, kafka: str) -> None:
    async with AIOKafkaProducer(bootstrap_servers=kafka) as producer:
        sent = [await producer.send_and_wait(Topic.REENGAGEMENT, b"{}", partition=3) for _ in range(4)]
    await caught_up(analytics)
    async with analytics.begin() as session:
        await session.execute(
            text("UPDATE inbox_offsets SET next_offset = :offset WHERE group_name = :group AND topic = :topic AND partition = 3"),
            {"group": GROUP, "topic": Topic.REENGAGEMENT, "offset": sent[1].offset},
        )

    assert (await read(analytics, kafka, datetime.now(UTC))).behind_events == 3


async def test_a_projector_that_never_ran_is_behind_by_all_there_is(analytics: Sessions, kafka: str) -> None:
    async with AIOKafkaProducer(bootstrap_servers=kafka) as producer:
        await producer.send_and_wait(Topic.POSITIONS, None, key=b"nobody", partition=3)

    assert (await read(analytics, kafka, datetime.now(UTC))).behind_events > 0


async def test_a_broker_that_does_not_answer_makes_it_uncertain(analytics: Sessions) -> None:
    now = datetime.now(UTC)
    reader = FreshnessReader("127.0.0.1:1", partitions=12, now=now)

    first = await reader.read(analytics, now=now)
    later = await reader.read(analytics, now=now + timedelta(seconds=40))
    await reader.close()

    assert first == Freshness(0, 0.0, None)
    assert later == Freshness(0, 40.0, now)
