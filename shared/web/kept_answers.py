"""Storage of Idempotency-Keys: who works on a key, and the answer that is kept for it.

The table ``idempotency_keys`` is the service's own. Whoever works on a key holds a claim, a token of its own: a request that
was taken for dead, and whose key another took over, neither keeps an answer nor frees the key.
"""

import re
from collections.abc import Collection
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from shared.db.asyncpg_connection import Write, driver
from shared.db.engine import Sessions

KEPT_FOR = "24 hours"
IN_FLIGHT_FOR = "60 seconds"
"""After this long without an answer the request is taken for dead, and the key may be tried again."""

_ID = re.compile(rb"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}")


@dataclass(frozen=True, slots=True)
class Key:
    """An Idempotency-Key: whose it is, and the operation that it is for."""

    principal: str
    operation: str
    key: str

    @property
    def columns(self) -> dict[str, str]:
        """The key's columns by name."""
        return {"principal": self.principal, "operation": self.operation, "key": self.key}


@dataclass(frozen=True, slots=True)
class KeptAnswer:
    """What is known of a key that cannot be claimed. ``status`` is None while a request is being worked on."""

    body_hash: bytes
    status: int | None
    media_type: str | None
    answer: bytes


_CLAIM = text(
    f"""
    INSERT INTO idempotency_keys AS kept (principal, operation, key, body_hash, claim)
    VALUES (:principal, :operation, :key, :hash, :claim)
    ON CONFLICT (principal, operation, key)
    DO UPDATE SET body_hash = excluded.body_hash, claim = excluded.claim, status = NULL, answer = NULL, names = '{{}}',
                  created_at = clock_timestamp()
        WHERE kept.created_at < clock_timestamp() - interval '{KEPT_FOR}'
           OR (kept.status IS NULL AND kept.body_hash = excluded.body_hash
               AND kept.created_at < clock_timestamp() - interval '{IN_FLIGHT_FOR}')
    RETURNING key
    """  # noqa: S608 - both intervals are constants of this module
)
_READ = text(
    "SELECT body_hash, status, media_type, answer FROM idempotency_keys "
    "WHERE principal = :principal AND operation = :operation AND key = :key"
)
_KEEP = text(
    "UPDATE idempotency_keys SET status = :status, media_type = :media_type, answer = :answer, names = :names "
    "WHERE principal = :principal AND operation = :operation AND key = :key AND claim = :claim"
)
_FREE = text(
    "DELETE FROM idempotency_keys WHERE principal = :principal AND operation = :operation AND key = :key AND claim = :claim"
)
_FORGET = "DELETE FROM idempotency_keys WHERE status IS NULL OR names && $1::uuid[]"
_CLEAR = f"""
    DELETE FROM idempotency_keys WHERE (principal, operation, key) IN (
        SELECT principal, operation, key FROM idempotency_keys
        WHERE created_at < clock_timestamp() - interval '{KEPT_FOR}' FOR UPDATE SKIP LOCKED)
    """  # noqa: S608 - the interval is a constant of this module


async def claim(session: AsyncSession, key: Key, body_hash: bytes, token: UUID) -> KeptAnswer | None:
    """Begin to work on a key under a token; returns what is known of the key where it cannot be claimed."""
    if await session.scalar(_CLAIM, {**key.columns, "hash": body_hash, "claim": token}) is not None:
        return None
    row = (await session.execute(_READ, key.columns)).one()
    return KeptAnswer(bytes(row.body_hash), row.status, row.media_type, bytes(row.answer or b""))


async def keep(
    session: AsyncSession, key: Key, token: UUID, *, status: int, media_type: str | None, answer: bytes, names: Collection[UUID]
) -> None:
    """Keep the answer, if the claim still holds. ``names`` are people whom the answer names besides those whose id is in it."""
    named = {*names, *(UUID(found.decode()) for found in _ID.findall(answer))}
    values = {"status": status, "media_type": media_type, "answer": answer, "names": sorted(named)}
    await session.execute(_KEEP, {**key.columns, "claim": token, **values})


async def free(session: AsyncSession, key: Key, token: UUID) -> None:
    """Let the key be tried again, if the claim still holds."""
    await session.execute(_FREE, {**key.columns, "claim": token})


def forgetting_answers(candidates: Collection[UUID]) -> Write:
    """Forget every kept answer that names one of the candidates. For an erasure, in its transaction, once it holds its locks.

    Requests that are being worked on lose their claim, for their answers may name them too: what they answer is not kept.
    """
    return Write(_FORGET, (list(candidates),))


async def forget_answers(session: AsyncSession, candidates: Collection[UUID]) -> list[UUID]:
    """The same on a session; returns a candidate for each answer that was kept."""
    forgotten = await (await driver(session)).fetch(f"{_FORGET} RETURNING names", list(candidates))
    return [next(one for one in candidates if one in names) for (names,) in forgotten if names]


async def clear_expired(sessions: Sessions) -> None:
    """Remove answers that are kept no longer: they may name people, and nobody asks for them again."""
    await sessions.fetch_alone(_CLEAR)
