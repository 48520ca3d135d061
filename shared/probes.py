"""Health and metrics of a service."""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import Any

from fastapi import APIRouter, Request, Response
from fastapi.responses import JSONResponse
from prometheus_client import CONTENT_TYPE_LATEST, generate_latest

logger = logging.getLogger(__name__)

Check = Callable[[], Awaitable[None]]
"""Asks a part whether it works; raises when it does not."""

CHECK_SECONDS = 3.0

probes = APIRouter(tags=["health"])


async def ask(checks: Mapping[str, Check]) -> dict[str, str]:
    """Ask every part at once; "ok", or what is wrong with it."""

    async def one(check: Check) -> str:
        try:
            await asyncio.wait_for(check(), CHECK_SECONDS)
        except TimeoutError:
            return f"does not answer within {CHECK_SECONDS:g} s"
        except Exception as error:  # noqa: BLE001 - whatever is wrong is what is told
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
    """The process's metrics, after asking the database for what only it knows."""
    for measure in measures:
        try:
            await asyncio.wait_for(measure(), CHECK_SECONDS)
        except Exception:
            logger.warning("a measure could not be taken", exc_info=True)
    return Response(generate_latest(), media_type=CONTENT_TYPE_LATEST)


@probes.get("/health/live")
async def live() -> dict[str, str]:
    """The process runs."""
    return {"status": "live"}


@probes.get("/health/ready", responses={503: {"description": "A part does not work."}})
async def ready(request: Request) -> Any:
    """Every part that the service needs works. One that its effects wait for, and that does not, makes it "degraded"."""
    state = request.app.state
    needed, watched = await asyncio.gather(ask(state.checks), ask(state.watched))
    return readiness(needed, watched)


@probes.get("/metrics", response_class=Response)
async def metrics(request: Request) -> Response:
    """Prometheus metrics."""
    return await exposition(request.app.state.measures)
