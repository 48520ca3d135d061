"""Revoke a token: by its id, or by itself."""

from datetime import UTC, datetime
from pathlib import Path
from uuid import UUID

from services.gateway.storage import tokens
from services.gateway.storage.tokens import Token
from services.gateway.use_cases.list_tokens import known_token
from shared.db.engine import Sessions
from shared.errors import Invalid
from shared.security.auth import Unauthenticated, Verifier


async def revoke_token(sessions: Sessions, keys: Path | None, token_id: UUID, *, now: datetime) -> Token:
    """Have a token refused from now on; one that is revoked stays so. Raises NotFound."""
    async with sessions.begin() as session:
        await known_token(session, keys, token_id)
        await tokens.revoke(session, token_id, now)
        return await known_token(session, keys, token_id)


async def revoke_presented(sessions: Sessions, verifier: Verifier, token: str, *, now: datetime) -> Token:
    """Have a token refused that nobody entered in the list, such as one of before there was a list. Raises Invalid."""
    try:
        proven = verifier.prove(token)
        token_id = UUID(proven.token_id or "")
    except Unauthenticated as refusal:
        raise Invalid.of("token", f"must be one that is accepted now: {refusal.detail}") from refusal
    except ValueError:
        raise Invalid.of("token", "must be one of this deployment's own, with an id (jti)") from None
    principal = proven.principal
    expires_at = datetime.fromtimestamp(proven.expires_at, UTC)
    entry = Token(token_id, principal.name, tuple(sorted(principal.scopes)), min(now, expires_at), expires_at)
    async with sessions.begin() as session:
        await tokens.add(session, [entry])
        await tokens.revoke(session, token_id, now)
        found = await tokens.get(session, token_id)
        assert found is not None
        return found
