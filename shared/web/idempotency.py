"""Idempotency-Key on POST: the same key and body give the same answer; another body is refused; one in flight is a conflict.

An answer is kept when the operation gave one. A refused or failed request frees its key, so that it can be sent again. What a
failed request did is not always known: the acknowledgement of its commit, or the answer itself, may have been lost. So the
same key may run an operation a second time, and every POST must find what its first run committed: by an id of the sender's
(an event's, a lease), by the state that it leads to (an erasure), or by ``request_token``, stored with what was done.
"""

import asyncio
import hashlib
import logging
import re
from collections.abc import AsyncIterator, Collection
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from uuid import UUID, uuid4

from fastapi import Request, Response

from shared.db.engine import Sessions, is_transient
from shared.errors import BadRequest, Conflict, Invalid
from shared.ids import derived_id
from shared.web import kept_answers
from shared.web.kept_answers import KeptAnswer, Key
from shared.web.routing import Handler, StrictRoute

logger = logging.getLogger(__name__)

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


def request_token(request: Request) -> UUID:
    """What a POST stores with what it does, to find that again when it runs a second time: one for a key and body.

    Without an Idempotency-Key it is the request's own, for a transaction that is run again.
    """
    known: UUID | None = getattr(request.state, "request_token", None)
    if known is None:
        known = request.state.request_token = uuid4()
    return known


def name_people(request: Request, candidates: Collection[UUID]) -> None:
    """Say whom the answer names, so that it is not kept beyond an erasure. Ids that stand in the answer need not be named."""
    request.state.named_people = candidates


_KEY = re.compile(r"[!-~]([ -~]{0,253}[!-~])?")
_HEADER = {
    "name": "Idempotency-Key",
    "in": "header",
    "required": False,
    "description": "A name that you choose for this request, such as a UUID. For 24 hours the same key with the same body is "
    "answered the same and done once. With another body it is a 422; while the first request is worked on, a 409.",
    "schema": {"type": "string", "minLength": 1, "maxLength": 255, "pattern": f"^{_KEY.pattern}$"},
    "example": "5f1c0e3a-2b7d-4c7e-9a51-8f5d1f0f6c11",
}


class IdempotentRoute(StrictRoute):
    """A route whose POSTs honour Idempotency-Key. The application's sessions are ``app.state.sessions``."""

    post_headers = (_HEADER,)

    def around(self, run: Handler) -> Handler:
        async def handle(request: Request) -> Response:
            key = request.headers.get("idempotency-key")
            if key is None or request.method != "POST":
                return await run(request)
            if not _KEY.fullmatch(key):
                raise BadRequest.of("Idempotency-Key", "must be 1 to 255 printable ASCII characters")
            return await _Attempt(request, await _digest(request), _key(request, key)).answer(run)

        return handle


def _key(request: Request, key: str) -> Key:
    principal = getattr(request.state, "principal", None)
    return Key("" if principal is None else principal.identity, f"{request.method} {request.url.path}", key)


async def _digest(request: Request) -> bytes:
    """The hash of what was asked: the body, and the query, which may say how to read it."""
    query: bytes = request.scope["query_string"]
    return hashlib.sha256(query + b"\n" + await request.body() if query else await request.body()).digest()


@dataclass(frozen=True, slots=True)
class _Attempt:
    """One request with a key."""

    request: Request
    digest: bytes
    key: Key

    async def answer(self, run: Handler) -> Response:
        """The kept answer, or that of the operation, which is kept."""
        sessions: Sessions = self.request.app.state.sessions
        claim = uuid4()
        async with sessions.begin() as session:
            known = await kept_answers.claim(session, self.key, self.digest, claim)
        if known is not None:
            return self._replay(known)
        named = f"{self.key.principal}\n{self.key.operation}\n{self.key.key}\n{self.digest.hex()}"
        self.request.state.request_token = derived_id(f"request:{named}")
        try:
            response = await run(self.request)
        except BaseException:
            async with sessions.begin() as session:
                await kept_answers.free(session, self.key, claim)
            raise
        await self._keep(sessions, claim, response)
        return response

    def _replay(self, known: KeptAnswer) -> Response:
        if known.body_hash != self.digest:
            raise KeyReused.of("Idempotency-Key", "was used with another body")
        if known.status is None:
            raise InFlight("A request with this Idempotency-Key is being worked on; try again.")
        return Response(known.answer, known.status, {"Idempotent-Replayed": "true"}, known.media_type)

    async def _keep(self, sessions: Sessions, claim: UUID, response: Response) -> None:
        """Keep the answer. Where that fails the caller is answered all the same: what was done is done."""
        try:
            async with sessions.begin() as session:
                await kept_answers.keep(
                    session,
                    self.key,
                    claim,
                    status=response.status_code,
                    media_type=response.media_type,
                    answer=bytes(response.body),
                    names=getattr(self.request.state, "named_people", ()),
                )
        except Exception as fault:
            if not is_transient(fault):
                raise
            logger.warning("the answer to an Idempotency-Key could not be kept: %r", fault)


@asynccontextmanager
async def clearing(sessions: Sessions) -> AsyncIterator[None]:
    """While the block runs, remove answers that were kept for long enough, now and then: nobody has to send a request for it."""
    task = asyncio.create_task(_clear_again_and_again(sessions))
    try:
        yield
    finally:
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task


async def _clear_again_and_again(sessions: Sessions) -> None:
    while True:
        try:
            await kept_answers.clear_expired(sessions)
        except Exception as fault:
            if not is_transient(fault):
                raise
            logger.warning("answers that are kept no longer could not be removed: %r", fault)
        await asyncio.sleep(CLEARED_EVERY)
