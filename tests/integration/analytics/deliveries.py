"""Delivering events to the projector as the consume loop does, and reading what came of them."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import text

from services.analytics.storage import counters
from services.analytics.use_cases.project import project
from services.analytics.use_cases.rebuild import Rebuilt, compare
from shared.attempts import GHOST_AFTER
from shared.db.engine import Sessions
from shared.events import Event
from shared.ids import position_id
from tests.unit.analytics.histories import POSITION, at

NOW = at(20)
"""When everything is delivered, unless a test says otherwise: too early for silence to be a ghosting."""


async def deliver(sessions: Sessions, *events: Event, now: datetime = NOW) -> Sequence[Event]:
    """Apply events in one transaction; returns what is confirmed after it."""
    async with sessions.begin() as session:
        return await project(session, events, now=now, ghost_after=GHOST_AFTER)


async def counted(sessions: Sessions, position: str = POSITION) -> dict[str, int]:
    """What the counters of a position say, by measure."""
    async with sessions.begin() as session:
        found = await counters.of_position(session, position_id(position))
    return {measure: sums.attempts for measure, sums in found.items()}


async def from_scratch(sessions: Sessions, now: datetime = NOW) -> Rebuilt:
    """How what is stored differs from what the facts say, folded from nothing."""
    return await compare(sessions, now=now, ghost_after=GHOST_AFTER)


async def tables(sessions: Sessions) -> dict[str, list[tuple[object, ...]]]:
    """Everything that is derived: attempts and counters, in order."""
    async with sessions.begin() as session:
        holds = "first_at, last_at, first_received_at, last_received_at, changes_at"
        columns = "person, position_id, number, cohort_at, origin, recruiter, via, channel, sender_role, profile, times, lasting"
        attempts = await session.execute(text(f"SELECT {columns}, {holds} FROM attempts ORDER BY person, position_id, number"))
        sums = await session.execute(
            text("SELECT * FROM counters WHERE count <> 0 OR seconds <> 0 ORDER BY position_id, measure")
        )
        return {"attempts": [tuple(row) for row in attempts], "counters": [tuple(row) for row in sums]}


async def persons(sessions: Sessions) -> set[UUID]:
    """Everybody who has an attempt."""
    async with sessions.begin() as session:
        return set(await session.scalars(text("SELECT person FROM attempts")))
