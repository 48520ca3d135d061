"""What a process of the gateway knows when it starts: all revocations of its own database."""

import asyncio
import logging
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

from services.gateway.announcing import Announcer
from services.gateway.storage import tokens
from services.gateway.storage.register import read_register
from services.gateway.storage.tokens import Token
from shared.db.engine import Sessions, is_transient
from shared.security.revocations import Revocations

logger = logging.getLogger(__name__)

RETRY_AFTER = 0.5


async def load_revocations(sessions: Sessions, revocations: Revocations, announcer: Announcer, keys: Path | None) -> None:
    """Read them, which makes ``revocations`` complete, and publish all again, in case the topic was lost.

    Waits for the database.
    """
    revoked = await _read(sessions, keys)
    while revoked is None:
        await asyncio.sleep(RETRY_AFTER)
        revoked = await _read(sessions, keys)
    for token in revoked:
        revocations.add(token.id, (token.revoked_at or token.expires_at).timestamp())
    revocations.complete = True
    await announcer.announce(revoked)


async def _read(sessions: Sessions, keys: Path | None) -> Sequence[Token] | None:
    """The revoked tokens; None while the database does not answer."""
    try:
        async with sessions.begin() as session:
            await tokens.add(session, read_register(keys))
            return await tokens.revoked(session, datetime.now(UTC))
    except Exception as fault:
        if not is_transient(fault):
            logger.exception("the revoked tokens cannot be read from the database")
            raise
        logger.warning("the database does not say yet which tokens are revoked: %r", fault)
        return None
