"""Idempotency-Key on POST: the same key and body give the same answer; another body is refused; one in flight is a conflict."""

import hashlib
import time
from collections.abc import Callable, Coroutine, Sequence
from typing import Any

from fastapi import Request, Response
from sqlalchemy import text
from starlette.datastructures import State

from shared.db.engine import Sessions
from shared.errors import BadRequest, Conflict, Invalid
from shared.security.auth import authorize
from shared.web.routing import StrictRoute, scopes_of

KEPT_FOR = "24 hours"
IN_FLIGHT_FOR = "60 seconds"
"""After this long without an answer the request is taken for dead, and the key may be tried again."""

CLEARED_EVERY = 600.0
"""Seconds between two removals of what was kept for long enough, by each process that takes POSTs."""


class InFlight(Conflict):
    """A request with this key is being worked on."""

    code = "idempotency_key_in_flight"
    title = "A request with this Idempotency-Key is in flight"


class KeyReused(Invalid):
    """The key came with another body before."""

    code = "idempotency_key_reused"
    title = "This Idempotency-Key was used with another body"


_CLAIM = text(
    f"""
    INSERT INTO idempotency_keys (principal, operation, key, body_hash) VALUES (:principal, :operation, :key, :hash)
    ON CONFLICT (principal, operation, key)
    DO UPDATE SET body_hash = excluded.body_hash, status = NULL, created_at = clock_timestamp()
        WHERE idempotency_keys.created_at < clock_timestamp() - interval '{KEPT_FOR}'
           OR (idempotency_keys.status IS NULL AND idempotency_keys.body_hash = excluded.body_hash
               AND idempotency_keys.created_at < clock_timestamp() - interval '{IN_FLIGHT_FOR}')
    RETURNING key
    """  # noqa: S608 - both intervals are constants of this module
)


_CLEAR = text(
    f"""
    DELETE FROM idempotency_keys WHERE (principal, operation, key) IN (
        SELECT principal, operation, key FROM idempotency_keys
        WHERE created_at < clock_timestamp() - interval '{KEPT_FOR}' FOR UPDATE SKIP LOCKED)
    """  # noqa: S608 - the interval is a constant of this module
)


_READ = text(
    "SELECT body_hash, status, media_type, answer FROM idempotency_keys "
    "WHERE principal = :principal AND operation = :operation AND key = :key"
)


class IdempotentRoute(StrictRoute):
    """A route whose POSTs honour Idempotency-Key. The application's sessions are ``app.state.sessions``."""

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        run = super().get_route_handler()
        scopes = scopes_of(self)

        async def handle(request: Request) -> Response:
            key = request.headers.get("idempotency-key")
            if key is None or request.method != "POST":
                return await run(request)
            if not 1 <= len(key) <= 255 or not key.isprintable():
                raise BadRequest.of("Idempotency-Key", "must be 1 to 255 printable characters")
            return await _once(request, key, scopes, run)

        return handle


async def _once(
    request: Request, key: str, scopes: Sequence[str], run: Callable[[Request], Coroutine[Any, Any, Response]]
) -> Response:
    sessions: Sessions = request.app.state.sessions
    named = {
        "principal": authorize(request, scopes).name if scopes else "",
        "operation": f"{request.method} {request.url.path}",
        "key": key,
    }
    digest = hashlib.sha256(await request.body()).digest()
    await _clear(request.app.state, sessions)
    async with sessions.begin() as session:
        if await session.scalar(_CLAIM, {**named, "hash": digest}) is None:
            kept = (await session.execute(_READ, named)).one()
            if bytes(kept.body_hash) != digest:
                raise KeyReused.of("Idempotency-Key", "was used with another body")
            if kept.status is None:
                raise InFlight("A request with this Idempotency-Key is being worked on; try again.")
            return Response(bytes(kept.answer), kept.status, {"Idempotent-Replayed": "true"}, kept.media_type)
    try:
        response = await run(request)
    except BaseException:
        await _forget(sessions, named)
        raise
    await _keep(sessions, named, response)
    return response


async def _clear(state: State, sessions: Sessions) -> None:
    """Remove answers that are kept no longer: they may name people, and nobody asks for them again."""
    if time.monotonic() < getattr(state, "idempotency_cleared_at", float("-inf")) + CLEARED_EVERY:
        return
    state.idempotency_cleared_at = time.monotonic()
    async with sessions.begin() as session:
        await session.execute(_CLEAR)


async def _forget(sessions: Sessions, named: dict[str, str]) -> None:
    async with sessions.begin() as session:
        await session.execute(
            text("DELETE FROM idempotency_keys WHERE principal = :principal AND operation = :operation AND key = :key"),
            named,
        )


async def _keep(sessions: Sessions, named: dict[str, str], response: Response) -> None:
    async with sessions.begin() as session:
        await session.execute(
            text(
                "UPDATE idempotency_keys SET status = :status, media_type = :media_type, answer = :answer "
                "WHERE principal = :principal AND operation = :operation AND key = :key"
            ),
            {
                **named,
                "status": response.status_code,
                "media_type": response.media_type,
                "answer": bytes(response.body),
            },
        )
