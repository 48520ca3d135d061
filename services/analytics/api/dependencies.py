"""What routers take from the application, and the parameters that every analytics call reads."""

from dataclasses import dataclass
from typing import Annotated

from fastapi import Depends, Query, Request

from services.analytics.domain.awaited import read_awaited
from services.analytics.settings import AnalyticsSettings
from services.analytics.use_cases.read_freshness import FreshnessReader
from services.analytics.use_cases.wait_until_counted import ProjectionWaiter
from shared.db.engine import Sessions

DEFAULT_WAIT = 5.0
LONGEST_WAIT = 10.0


async def _sessions(request: Request) -> Sessions:
    sessions: Sessions = request.app.state.sessions
    return sessions


async def _settings(request: Request) -> AnalyticsSettings:
    settings: AnalyticsSettings = request.app.state.settings
    return settings


async def _freshness(request: Request) -> FreshnessReader:
    teller: FreshnessReader = request.app.state.freshness
    return teller


async def _waiting_room(request: Request) -> ProjectionWaiter:
    room: ProjectionWaiter = request.app.state.projection_waiter
    return room


SessionsDep = Annotated[Sessions, Depends(_sessions)]
SettingsDep = Annotated[AnalyticsSettings, Depends(_settings)]
FreshnessDep = Annotated[FreshnessReader, Depends(_freshness)]
WaitingRoomDep = Annotated[ProjectionWaiter, Depends(_waiting_room)]


@dataclass(frozen=True, slots=True)
class Waited:
    """That everything which the call's ``after`` names is counted."""

    count: int


async def _waited(
    room: WaitingRoomDep,
    after: Annotated[
        str | None,
        Query(
            max_length=100_000,
            description="Answer once these are counted: the after of events and records, several with commas.",
            examples=["0190b5b4-1111-5222-8333-444455556666:14"],
        ),
    ] = None,
    wait: Annotated[float, Query(ge=0, le=LONGEST_WAIT, description="Seconds to wait for them; then 504.")] = DEFAULT_WAIT,
) -> Waited:
    awaited = read_awaited([one.strip() for one in after.split(",")]) if after is not None else []
    await room.wait(awaited, seconds=wait)
    return Waited(len(awaited))


WaitedDep = Annotated[Waited, Depends(_waited)]
"""Reads ``after`` and ``wait``, and has waited. 422 where ``after`` does not read, 504 with what is missing."""
