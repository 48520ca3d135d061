"""How long erasures have been pending, by the service that has not confirmed, for `/metrics` and `rekindle doctor`."""

from collections.abc import Awaitable, Callable, Collection

from prometheus_client import Gauge

from services.candidates.storage import erasures
from shared.db.engine import Sessions

OLDEST = Gauge(
    "rekindle_erasure_pending_seconds",
    "Age of the oldest erasure that a service has not confirmed; 0 where there is none.",
    ["awaited"],
)


def erasure_measure(sessions: Sessions, services: Collection[str]) -> Callable[[], Awaitable[None]]:
    """A function that brings the gauge up to date; ``services`` are those that erasures wait for."""

    async def measure() -> None:
        async with sessions.alone() as connection:
            ages = await erasures.oldest_pending(connection)
        for service in {*services, *ages}:
            OLDEST.labels(service).set(ages.get(service, 0.0))

    return measure
