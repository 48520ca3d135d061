"""Publish again which tokens are revoked, for a topic that was lost."""

from collections.abc import Callable
from datetime import UTC, datetime

from services.gateway.announcing import Announcer
from services.gateway.storage import tokens
from shared.db.engine import Sessions
from shared.errors import Unavailable
from shared.events import Topic
from shared.settings import SharedSettings


async def republish(
    sessions: Sessions,
    _topic: Topic,
    *,
    shards: int,  # noqa: ARG001 - all services' are called alike, and this topic has one
    progress: Callable[[int], None],
) -> int:
    """Publish every revocation; returns how many. Raises Unavailable where Kafka does not take them."""
    async with sessions.begin() as session:
        revoked = await tokens.revoked(session, datetime.now(UTC))
    announcer = Announcer(SharedSettings().kafka_bootstrap_servers)
    try:
        if not await announcer.announce(revoked):
            raise Unavailable("Kafka does not accept the revocations of tokens: `rekindle doctor` may say why.")
    finally:
        await announcer.close()
    progress(len(revoked))
    return len(revoked)
