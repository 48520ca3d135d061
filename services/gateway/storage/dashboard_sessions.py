"""Links to log in with and the sessions they became, by the SHA-256 of their secret; the secrets are kept nowhere."""

import hashlib
from datetime import datetime

from sqlalchemy import text
from sqlalchemy.engine import Row
from sqlalchemy.ext.asyncio import AsyncSession

from services.gateway.domain.roles import Person, Role

_ADD_LINK = text(
    "INSERT INTO login_links (code_hash, role, recruiter, expires_at) VALUES (:hash, :role, :recruiter, :expires_at)"
)
_USE_LINK = text("DELETE FROM login_links WHERE code_hash = :hash RETURNING role, recruiter, expires_at")
_ADD = text(
    "INSERT INTO dashboard_sessions (key_hash, role, recruiter, expires_at) VALUES (:hash, :role, :recruiter, :expires_at)"
)
_GET = text("SELECT role, recruiter, expires_at FROM dashboard_sessions WHERE key_hash = :hash")
_END = text("DELETE FROM dashboard_sessions WHERE key_hash = :hash")
_CLEAR = (
    text("DELETE FROM login_links WHERE expires_at <= :now"),
    text("DELETE FROM dashboard_sessions WHERE expires_at <= :now"),
)


def hashed(secret: str) -> bytes:
    """What a secret is stored as."""
    return hashlib.sha256(secret.encode()).digest()


async def add_link(session: AsyncSession, code: str, person: Person) -> None:
    """Keep a link's code until it is used."""
    await session.execute(_ADD_LINK, _values(code, person))


async def use_link(session: AsyncSession, code: str) -> Person | None:
    """Whom a code lets in; it lets in nobody again. None for a code that is not known."""
    return _person((await session.execute(_USE_LINK, {"hash": hashed(code)})).one_or_none())


async def add(session: AsyncSession, key: str, person: Person) -> None:
    """Keep a session."""
    await session.execute(_ADD, _values(key, person))


async def get(session: AsyncSession, key: str) -> Person | None:
    """Whose session a key opens; None for a key that is not known."""
    return _person((await session.execute(_GET, {"hash": hashed(key)})).one_or_none())


async def end(session: AsyncSession, key: str) -> None:
    """End a session."""
    await session.execute(_END, {"hash": hashed(key)})


async def clear_expired(session: AsyncSession, now: datetime) -> None:
    """Forget links and sessions that are over."""
    for statement in _CLEAR:
        await session.execute(statement, {"now": now})


def _values(secret: str, person: Person) -> dict[str, object]:
    return {
        "hash": hashed(secret),
        "role": person.role,
        "recruiter": person.recruiter,
        "expires_at": person.expires_at,
    }


def _person(row: Row[tuple[str, str | None, datetime]] | None) -> Person | None:
    return None if row is None else Person(Role(row.role), row.recruiter, row.expires_at)
