"""The tokens that were issued: who holds them, what they allow, until when. The tokens themselves are kept nowhere."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import TextClause, text
from sqlalchemy.ext.asyncio import AsyncSession


@dataclass(frozen=True, slots=True)
class Token:
    """A token. Times are UTC; it is refused from ``revoked_at`` on."""

    id: UUID
    name: str
    scopes: tuple[str, ...]
    created_at: datetime
    expires_at: datetime
    revoked_at: datetime | None = None


_COLUMNS = "id, name, scopes, created_at, expires_at, revoked_at"
_INSERT = text(
    f"INSERT INTO tokens ({_COLUMNS}) VALUES (:id, :name, :scopes, :created_at, :expires_at, :revoked_at) "  # noqa: S608
    "ON CONFLICT (id) DO NOTHING"
)
_GET = text(f"SELECT {_COLUMNS} FROM tokens WHERE id = :id FOR UPDATE")  # noqa: S608 - constants
_PAGE = text(
    f"SELECT {_COLUMNS} FROM tokens "  # noqa: S608 - constants
    "WHERE (created_at, id) < (:created_at, :id) ORDER BY created_at DESC, id DESC LIMIT :limit"
)
_REVOKE = text("UPDATE tokens SET revoked_at = :at WHERE id = :id AND (revoked_at IS NULL OR revoked_at > :at)")
_REVOKED = text(f"SELECT {_COLUMNS} FROM tokens WHERE revoked_at IS NOT NULL AND expires_at > :now")  # noqa: S608 - constants


async def add(session: AsyncSession, tokens: Sequence[Token]) -> None:
    """Insert tokens; one that is known stays as it is."""
    if tokens:
        values = [{name: getattr(token, name) for name in _COLUMNS.split(", ")} for token in tokens]
        await session.execute(_INSERT, [{**one, "scopes": list(one["scopes"])} for one in values])


async def get(session: AsyncSession, token_id: UUID) -> Token | None:
    """A token, locked; or None."""
    found = await _read(session, _GET, id=token_id)
    return found[0] if found else None


async def page(session: AsyncSession, before: tuple[datetime, UUID], limit: int) -> Sequence[Token]:
    """Tokens, the newest first, below a place in that order."""
    return await _read(session, _PAGE, created_at=before[0], id=before[1], limit=limit)


async def revoke(session: AsyncSession, token_id: UUID, at: datetime) -> None:
    """Have a token refused from a time on; an earlier time stands."""
    await session.execute(_REVOKE, {"id": token_id, "at": at})


async def revoked(session: AsyncSession, now: datetime) -> Sequence[Token]:
    """All tokens that are revoked, or will be, and would not have ended by themselves."""
    return await _read(session, _REVOKED, now=now)


async def _read(session: AsyncSession, query: TextClause, **values: Any) -> list[Token]:
    rows = await session.execute(query, values)
    return [Token(row.id, row.name, tuple(row.scopes), row.created_at, row.expires_at, row.revoked_at) for row in rows]
