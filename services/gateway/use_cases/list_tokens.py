"""Look up the tokens that were issued."""

from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from services.gateway.storage import tokens
from services.gateway.storage.register import read_register
from services.gateway.storage.tokens import Token
from shared.db.engine import Sessions
from shared.errors import NotFound


async def list_tokens(sessions: Sessions, keys: Path | None, *, before: tuple[datetime, UUID], limit: int) -> Sequence[Token]:
    """Tokens, the newest first, below a place in that order; those that the command signed meanwhile included."""
    async with sessions.begin() as session:
        await tokens.add(session, read_register(keys))
        return await tokens.page(session, before, limit)


async def get_token(sessions: Sessions, keys: Path | None, token_id: UUID) -> Token:
    """One token. Raises NotFound."""
    async with sessions.begin() as session:
        return await known_token(session, keys, token_id)


async def known_token(session: AsyncSession, keys: Path | None, token_id: UUID) -> Token:
    """A token, locked, those of the register included. Raises NotFound."""
    found = await tokens.get(session, token_id)
    if found is None:
        await tokens.add(session, read_register(keys))
        found = await tokens.get(session, token_id)
    if found is None:
        raise NotFound(
            f"No token {token_id} is known here. One of before this list can be revoked by itself: POST /v1/tokens/revocations."
        )
    return found
