"""Metrics that only the database knows, read when ``/metrics`` is: backlog, lag, dead letters, what is short."""

from collections.abc import Awaitable, Callable, Sequence

from prometheus_client import Gauge
from sqlalchemy import text

from shared.db.engine import Sessions
from shared.kafka.lag import LagProbe

OUTBOX_ROWS = Gauge("rekindle_outbox_rows", "Events not yet acknowledged by the broker.", ["service"])
OUTBOX_OLDEST = Gauge("rekindle_outbox_oldest_seconds", "Age of the oldest of them; 0 where there is none.", ["service"])
DEAD_LETTERS = Gauge(
    "rekindle_dead_letters", "Records in the dead letters that were neither replayed nor discarded.", ["service", "group"]
)
PARKED = Gauge("rekindle_parked_events", "Events that wait for earlier ones that are missing.", ["service", "group"])
SHORT = Gauge("rekindle_missing_events", "Events that a group lacks against the totals last read.", ["service", "group"])
LAG = Gauge("rekindle_consumer_lag", "Records on the broker that a group has not applied.", ["service", "group", "topic"])

_OUTBOX = text(
    "SELECT count(*) AS backlog, coalesce(extract(epoch FROM clock_timestamp() - min(appended_at)), 0) AS oldest FROM outbox"
)
_DEAD = text(
    "SELECT group_name, count(*) AS number FROM dead_letters "
    "WHERE replayed_at IS NULL AND discarded_at IS NULL GROUP BY group_name"
)
_PARKED = text("SELECT group_name, count(*) AS number FROM inbox_parked GROUP BY group_name")
_SHORT = text("SELECT group_name, sum(greatest(announced - counted, 0)) AS number FROM inbox_offsets GROUP BY group_name")


def database_measures(
    service: str, sessions: Sessions, probe: LagProbe, *, groups: Sequence[str], has_outbox: bool
) -> Callable[[], Awaitable[None]]:
    """A function that brings the gauges of a service up to date."""

    async def measure() -> None:
        async with sessions.begin() as session:
            if has_outbox:
                waiting = (await session.execute(_OUTBOX)).one()
                OUTBOX_ROWS.labels(service).set(waiting.backlog)
                OUTBOX_OLDEST.labels(service).set(float(waiting.oldest))
            for gauge, query in ((DEAD_LETTERS, _DEAD), (PARKED, _PARKED), (SHORT, _SHORT)):
                found = {row.group_name: float(row.number) for row in await session.execute(query)}
                for group in groups:
                    gauge.labels(service, group).set(found.get(group, 0.0))
        for group in groups:
            by_topic: dict[str, int] = {}
            for partition, behind in (await probe.behind_by_partition(sessions, group)).items():
                by_topic[partition.topic] = by_topic.get(partition.topic, 0) + behind
            for topic, behind in by_topic.items():
                LAG.labels(service, group, topic).set(behind)

    return measure
