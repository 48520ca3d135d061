"""Health of a service: what its readiness asks, what its metrics read, and the routes that answer both."""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from fastapi import APIRouter, Request, Response
from fastapi.responses import JSONResponse
from prometheus_client import CONTENT_TYPE_LATEST, generate_latest
from sqlalchemy import text

from shared.db.engine import Sessions
from shared.db.locks import RELAY
from shared.kafka.lag import LagProbe
from shared.observability.database_metrics import database_measures

logger = logging.getLogger(__name__)

Check = Callable[[], Awaitable[None]]
"""Asks a part whether it works; raises when it does not."""

CHECK_SECONDS = 3.0

probes = APIRouter(tags=["health"])


async def ask(checks: Mapping[str, Check]) -> dict[str, str]:
    """Ask every part at once; "ok", or what is wrong with it."""

    async def one(check: Check) -> str:
        try:
            async with asyncio.timeout(CHECK_SECONDS):
                await check()
        except TimeoutError:
            return f"does not answer within {CHECK_SECONDS:g} s"
        except Exception as error:  # noqa: BLE001 - whatever is wrong is the answer
            logger.warning("a readiness check failed: %r", error)
            return str(error) or type(error).__name__
        return "ok"

    answers = await asyncio.gather(*[one(check) for check in checks.values()])
    return dict(zip(checks, answers, strict=True))


def readiness(needed: Mapping[str, str], watched: Mapping[str, str]) -> Response:
    """503 when a part that is needed does not work; "degraded", and 200, when one that is watched does not."""
    works = all(answer == "ok" for answer in needed.values())
    well = works and all(answer == "ok" for answer in watched.values())
    status = "ready" if well else "degraded" if works else "not ready"
    return JSONResponse({"status": status, "checks": {**needed, **watched}}, 200 if works else 503)


async def exposition(measures: Sequence[Callable[[], Awaitable[None]]]) -> Response:
    """The process's metrics, after asking all databases at once for what only they know."""
    await asyncio.gather(*[_taken(measure) for measure in measures])
    return Response(generate_latest(), media_type=CONTENT_TYPE_LATEST)


async def _taken(measure: Callable[[], Awaitable[None]]) -> None:
    try:
        async with asyncio.timeout(CHECK_SECONDS):
            await measure()
    except Exception:
        logger.warning("a measure could not be taken", exc_info=True)


@probes.get("/health/live")
async def check_liveness() -> dict[str, str]:
    """The process runs."""
    return {"status": "live"}


@probes.get("/health/ready", responses={503: {"description": "A part does not work."}})
async def check_readiness(request: Request) -> Any:
    """Every part that the service needs works. One that its effects wait for, and that does not, makes it "degraded"."""
    state = request.app.state
    needed, watched = await asyncio.gather(ask(state.checks), ask(state.watched))
    return readiness(needed, watched)


@probes.get("/metrics", response_class=Response)
async def get_metrics(request: Request) -> Response:
    """Prometheus metrics."""
    return await exposition(request.app.state.measures)


@dataclass(frozen=True)
class ServiceHealth:
    """Looks after one service's database, its outbox and its consumer groups. ``groups`` are those that keep offsets in it."""

    service: str
    sessions: Sessions
    bootstrap_servers: str
    groups: Sequence[str] = ()
    has_outbox: bool = False
    probe: LagProbe = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "probe", LagProbe(self.bootstrap_servers))

    @property
    def checks(self) -> Mapping[str, Check]:
        """What the service cannot answer without."""
        return {"database": self._database}

    @property
    def watched(self) -> Mapping[str, Check]:
        """What its effects wait for: without these it accepts and answers, and catches up once they are back."""
        watched: dict[str, Check] = {"broker": self.probe.check}
        if self.has_outbox:
            watched["relay"] = self._relay
        return watched

    @property
    def measures(self) -> Sequence[Callable[[], Awaitable[None]]]:
        """Brings the gauges of the service up to date."""
        return [database_measures(self.service, self.sessions, self.probe, groups=self.groups, has_outbox=self.has_outbox)]

    async def close(self) -> None:
        """Let go of broker and database."""
        await self.probe.close()
        await self.sessions.close()

    async def _database(self) -> None:
        async with self.sessions.begin() as session:
            await session.execute(text("SELECT version_num FROM alembic_version"))

    async def _relay(self) -> None:
        """Some relay must lead, or nothing that is accepted leaves this service."""
        async with self.sessions.begin() as session:
            led = await session.scalar(
                text(
                    "SELECT count(*) FROM pg_locks JOIN pg_database ON pg_database.oid = pg_locks.database "
                    "WHERE locktype = 'advisory' AND granted AND classid = 0 AND objid = :lock AND datname = current_database()"
                ),
                {"lock": RELAY},
            )
        if not led:
            raise RuntimeError("no relay runs: what is accepted is kept, and published once one does")
