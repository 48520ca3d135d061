"""Rekindle's public HTTP API, as the connectors use it: like any other client, with a token."""

import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import Enum
from typing import Any
from urllib.parse import quote
from uuid import UUID

import httpx
import orjson
import stamina

from shared.observability.heartbeats import beat
from shared.observability.tracing import current_traceparent

logger = logging.getLogger(__name__)

MOST_EVENTS = 1000
MOST_CANDIDATES = 500
"""In one call."""
CONNECTIONS = 8
"""At a time. Each call looks at every open one, so that many of them cost more than they bring."""


class ApiOutcome(Enum):
    """What the API made of a request."""

    DONE = "done"
    REFUSED = "refused"
    """For good: posting it again would be refused again."""
    ERASED = "erased"
    """Its person was erased."""
    LATER = "later"
    """It may succeed when it is tried again."""


@dataclass(frozen=True, slots=True)
class Answer:
    """The API's answer to one request, or to one event of a batch."""

    outcome: ApiOutcome
    detail: str | None = None
    """Why it was not done, or what was left out of it."""
    after: str | None = None
    """An event's place in its stream."""


@dataclass(frozen=True, slots=True)
class PendingErasure:
    """An erasure that waits for the connectors' confirmation."""

    id: str
    candidate_ids: tuple[UUID, ...]
    erased_at: datetime


class RekindleApi:
    """Calls the API. Connection errors, 429 and 5xx are tried again a few times within seconds, then left for later."""

    def __init__(self, client: httpx.AsyncClient, *, attempts: int = 3, wait_seconds: float = 0.1) -> None:
        self._client = client
        self._attempts = attempts
        self._wait_seconds = wait_seconds

    async def patch_candidates(self, items: Sequence[tuple[str, Mapping[str, Any]]]) -> Sequence[Answer]:
        """Add to what is known of candidates, at most ``MOST_CANDIDATES``; an answer for each reference and content, in order.

        What the API refuses of a record is left out, and named in the answer.
        """
        if len(items) == 1:
            [(reference, content)] = items
            return [await self._call("PATCH", f"/v1/candidates/{quote(reference, safe='')}?on_invalid=skip", content)]
        changes = [{**content, "candidate": reference} for reference, content in items]
        return await self._post_items("/v1/candidates/batch?on_invalid=skip", changes) if items else []

    async def patch_position(self, reference: str, content: Mapping[str, Any]) -> Answer:
        """Add to what is known of a position; what the API refuses of it is left out, and named in the answer."""
        return await self._call("PATCH", f"/v1/positions/{quote(reference, safe='')}?on_invalid=skip", content)

    async def clear_fields(self, reference: str, content: Mapping[str, Any]) -> Answer:
        """Clear fields of a candidate, history and all."""
        return await self._call("PATCH", f"/v1/candidates/{quote(reference, safe='')}?history=forget", content)

    async def part(self, candidate: str, reference: str) -> Answer:
        """Undo the linking of a reference; done, too, where they are not linked."""
        path = f"/v1/candidates/{quote(candidate, safe='')}/references/{quote(reference, safe='')}"
        response = await self._send("DELETE", path, None)
        if isinstance(response, Answer):
            return response
        return Answer(ApiOutcome.DONE) if response.status_code == 404 else _answer(response.status_code, _json(response))

    async def erase(self, candidate: str, idempotency_key: str) -> Answer:
        """Have a person forgotten."""
        return await self._call("POST", "/v1/erasures", {"candidate": candidate}, headers={"Idempotency-Key": idempotency_key})

    async def pending_erasures(self) -> Sequence[PendingErasure]:
        """The oldest erasures that the connectors have not confirmed; none while the API does not say."""
        response = await self._send("GET", "/v1/erasures?status=pending&service=connectors", None)
        if isinstance(response, Answer) or response.status_code != 200:
            return []
        return [
            PendingErasure(one["id"], tuple(map(UUID, one["candidate_ids"])), datetime.fromisoformat(one["erased_at"]))
            for one in _json(response).get("items", [])
        ]

    async def confirm_erasure(self, erasure: str, removed: Mapping[str, int]) -> Answer:
        """Confirm that nothing of an erased person is kept here; ``removed`` counts what was."""
        content = {"service": "connectors", "removed": removed}
        return await self._call("POST", f"/v1/erasures/{erasure}/confirmations", content)

    async def post_events(self, events: Sequence[Mapping[str, Any]]) -> Sequence[Answer]:
        """Post facts, at most ``MOST_EVENTS``; an answer for each, in order."""
        return await self._post_items("/v1/events", events)

    async def _post_items(self, path: str, items: Sequence[Mapping[str, Any]]) -> Sequence[Answer]:
        """Post a batch; an answer for each item, in order."""
        response = await self._send("POST", path, items)
        if isinstance(response, Answer):
            return [response] * len(items)
        if response.status_code != 207:
            answer = _answer(response.status_code, _json(response))
            return [_not_understood(response) if answer.outcome is ApiOutcome.DONE else answer] * len(items)
        answered = _json(response).get("items")
        if not isinstance(answered, list) or len(answered) != len(items):
            return [_not_understood(response)] * len(items)
        return [_answer(_status(item), item) for item in answered]

    async def _call(self, method: str, path: str, content: Mapping[str, Any], headers: Mapping[str, str] | None = None) -> Answer:
        response = await self._send(method, path, content, headers)
        return response if isinstance(response, Answer) else _answer(response.status_code, _json(response))

    async def _send(
        self, method: str, path: str, content: object, headers: Mapping[str, str] | None = None
    ) -> httpx.Response | Answer:
        """The response, or what to do later where none came."""
        sent = {"Content-Type": "application/json", **(headers or {})}
        body = None if content is None else orjson.dumps(content)
        if (traceparent := current_traceparent()) is not None:
            sent["traceparent"] = traceparent
        try:
            async for attempt in stamina.retry_context(
                on=(httpx.TransportError, _Busy),
                attempts=self._attempts,
                wait_initial=self._wait_seconds,
                wait_max=1.0,
                wait_jitter=self._wait_seconds,
            ):
                beat()
                with attempt:
                    return _unless_busy(await self._client.request(method, path, content=body, headers=sent))
        except _Busy as busy:
            return Answer(ApiOutcome.LATER, f"the API answered {busy}")
        except httpx.TransportError as problem:
            return Answer(ApiOutcome.LATER, f"the API does not answer: {type(problem).__name__}")
        return Answer(ApiOutcome.LATER, "the API was not asked")


def _unless_busy(response: httpx.Response) -> httpx.Response:
    if response.status_code == 429 or response.status_code >= 500:
        raise _Busy(str(response.status_code))
    return response


def _not_understood(response: httpx.Response) -> Answer:
    """What must not be taken for done."""
    return Answer(ApiOutcome.LATER, f"the API answered {response.status_code} without an answer to each item")


class _Busy(Exception):
    """The API asked to wait, or is broken for the moment."""


def _json(response: httpx.Response) -> Mapping[str, Any]:
    try:
        found = orjson.loads(response.content)
    except orjson.JSONDecodeError:
        return {}
    return found if isinstance(found, dict) else {}


def _status(item: object) -> int:
    status = item.get("status") if isinstance(item, dict) else None
    return status if isinstance(status, int) else 0


def _answer(status: int, content: Mapping[str, Any]) -> Answer:
    """What a status and its body mean. What an operator can mend, such as a wrong token, is for later."""
    if 200 <= status < 300:
        after = content.get("after")
        return Answer(ApiOutcome.DONE, _left_out(content), after if isinstance(after, str) else None)
    problem = content.get("problem") if isinstance(content.get("problem"), dict) else content
    detail = str((problem or {}).get("detail") or (problem or {}).get("title") or f"the API answered {status}")
    if status == 410:
        return Answer(ApiOutcome.ERASED, detail)
    if status in {0, 401, 403, 404, 408, 425, 429} or status >= 500:
        logger.warning("the API put a request off: %s %s", status, detail)
        return Answer(ApiOutcome.LATER, detail)
    return Answer(ApiOutcome.REFUSED, detail)


def _left_out(content: Mapping[str, Any]) -> str | None:
    """What was left out of a record, with the rules that it breaks."""
    refused = content.get("refused")
    wrong = (
        [f"{one.get('field')} {one.get('rule')}" for one in refused if isinstance(one, dict)] if isinstance(refused, list) else []
    )
    return f"left out: {'; '.join(wrong)}" if wrong else None


def open_client(url: str, token: str, seconds: float) -> httpx.AsyncClient:
    """A client of the API at ``url``; the caller closes it. A merged person's redirect is followed."""
    headers = {"Authorization": f"Bearer {token}", "User-Agent": "rekindle-connectors"}
    limits = httpx.Limits(max_connections=CONNECTIONS, max_keepalive_connections=CONNECTIONS)
    return httpx.AsyncClient(base_url=url, headers=headers, timeout=seconds, follow_redirects=True, limits=limits)
