"""Forget a person here: what is stored of them and of whoever was merged into them; on the caller's transaction."""

from collections.abc import Sequence
from datetime import datetime

from services.connectors.domain.greenhouse.records import MERGED
from services.connectors.storage import deliveries, forgetting, knowledge
from shared.db.asyncpg_connection import Driver


async def keep_merge(connection: Driver, candidate: str, into: str) -> None:
    """Keep that a person is another one. A deletion that waited for this ends with it."""
    await knowledge.save_merge(connection, candidate, into)
    await deliveries.end_deletions(connection, candidate, MERGED)


async def forget_person(connection: Driver, candidate: str, applications: Sequence[str], at: datetime) -> dict[str, int]:
    """Scrub all that is stored of a person; later bodies about them leave nothing. ``applications``: further ones of theirs.

    Whose application it was stays, by ids alone, so that those bodies are known. Returns how much went, by kind.
    """
    people = await knowledge.merged_into(connection, candidate)
    await knowledge.save_erasure(connection, people, at)
    theirs = [*await knowledge.applications_of(connection, people), *applications]
    return await forgetting.scrub(connection, await forgetting.bodies_about(connection, people, theirs), theirs)


async def forget_raw_bodies(connection: Driver, candidate: str) -> None:
    """Drop the raw bodies about a person that nothing waits for."""
    theirs = await knowledge.applications_of(connection, {candidate})
    await forgetting.drop_raw(connection, await forgetting.bodies_about(connection, {candidate}, theirs))
