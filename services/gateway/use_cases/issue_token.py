"""Issue a token, for a new holder or in place of another."""

import asyncio
from datetime import datetime, timedelta
from pathlib import Path
from uuid import UUID

from services.gateway.storage import tokens
from services.gateway.storage.tokens import Token
from services.gateway.use_cases.list_tokens import known_token
from shared.db.engine import Sessions
from shared.errors import Conflict, Unavailable
from shared.security.token_issuer import SignedToken, sign_token


async def issue_token(
    sessions: Sessions, keys: Path | None, *, issuer: str, name: str, scopes: tuple[str, ...], expires_in: timedelta
) -> SignedToken:
    """Sign a token and enter it in the list. Raises Unavailable where there is no signing key."""
    signed = await _sign(keys, issuer=issuer, name=name, scopes=scopes, expires_in=expires_in)
    async with sessions.begin() as session:
        await tokens.add(session, [_entry(signed)])
    return signed


async def rotate_token(
    sessions: Sessions, keys: Path | None, token_id: UUID, *, issuer: str, overlap: timedelta, now: datetime
) -> tuple[SignedToken, Token]:
    """Issue a token like another one, valid for as long as that was, and have the old one refused after ``overlap``.

    Returns the new and the old one. Raises NotFound, and Conflict for one that is revoked or has expired.
    """
    async with sessions.begin() as session:
        old = await known_token(session, keys, token_id)
        if old.expires_at <= now or (old.revoked_at is not None and old.revoked_at <= now):
            raise Conflict(f"The token {token_id} has {'expired' if old.expires_at <= now else 'been revoked'}: create another.")
        life = old.expires_at - old.created_at
        signed = await _sign(keys, issuer=issuer, name=old.name, scopes=old.scopes, expires_in=life)
        await tokens.add(session, [_entry(signed)])
        await tokens.revoke(session, token_id, now + overlap)
        return signed, await known_token(session, keys, token_id)


async def _sign(keys: Path | None, *, issuer: str, name: str, scopes: tuple[str, ...], expires_in: timedelta) -> SignedToken:
    if keys is None or not (keys / "signing.json").exists():
        raise Unavailable("This process has no signing key (GATEWAY_SIGNING_KEYS): use `rekindle token create`.")
    return await asyncio.to_thread(sign_token, keys, issuer=issuer, name=name, scopes=scopes, expires_in=expires_in)


def _entry(signed: SignedToken) -> Token:
    return Token(signed.id, signed.name, signed.scopes, signed.created_at, signed.expires_at)
