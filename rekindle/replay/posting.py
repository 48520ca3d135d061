"""Posting batches of events until the API has answered each, however often it is busy or away meanwhile."""

import random
import time
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from types import MappingProxyType
from typing import Any
from uuid import uuid4

import httpx
import orjson

from rekindle.refusals import body_of, refusal_of

PATIENCE_SECONDS = 300.0
"""How long the API may be away before a replay is given up."""
FIRST_PATIENCE_SECONDS = 20.0
"""The same before its first answer: an address that has never answered is more likely wrong than down."""
LONGEST_PAUSE = 30.0
TOO_LARGE = 413
BUSY = frozenset({408, 425, 429, 500, 502, 503, 504})

FOLLOWERS = {"analytics": "/v1/analytics/wait", "the queue": "/v1/events/wait"}
"""Who follows the events, and where to wait for it."""
MOST_AWAITED = 10_000
"""How many events one call may wait for."""

NO_HEADERS: Mapping[str, str] = MappingProxyType({})

Say = Callable[[str], None]


class NotTaken(Exception):
    """The API does not take events: the message says why, and what to do."""


class Poster:
    """Posts to one API. ``pause`` and ``clock`` are time's, in seconds, so that tests need not wait."""

    def __init__(
        self,
        client: httpx.Client,
        *,
        say: Say = lambda _text: None,
        pause: Callable[[float], None] = time.sleep,
        clock: Callable[[], float] = time.monotonic,
        rate: float | None = None,
    ) -> None:
        self._client = client
        self._say = say
        self._pause = pause
        self._clock = clock
        self._rate = rate
        self._answered = False
        self._due = clock()
        """When the next batch may go, so that not more than ``rate`` events a second are posted."""

    def post(self, events: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
        """Post a batch; returns an item for each event, in order. Raises NotTaken."""
        self._keep_the_rate(len(events))
        answer = self._until_answered("/v1/events", orjson.dumps(events))
        if answer.status_code == TOO_LARGE and len(events) > 1:
            half = len(events) // 2
            return [*self.post(events[:half]), *self.post(events[half:])]
        if answer.status_code == TOO_LARGE:
            return [{"status": TOO_LARGE, "problem": body_of(answer)}]
        if answer.status_code != 207:
            raise NotTaken(_sentence(answer))
        items: list[dict[str, Any]] = answer.json()["items"]
        if len(items) != len(events):
            raise NotTaken(f"{len(events)} events were answered with {len(items)} items: is this Rekindle's API?")
        return items

    def call(self, method: str, path: str, body: Any = None) -> dict[str, Any]:
        """Send a request, under one Idempotency-Key, until it is answered; the body of the answer. Raises NotTaken if refused."""
        headers = {"Idempotency-Key": str(uuid4())} if method == "POST" else {}
        content = b"" if body is None else orjson.dumps(body)
        answer = self._until_answered(path, content, method=method, headers=headers)
        if not answer.is_success:
            raise NotTaken(_sentence(answer))
        return body_of(answer)

    def wait(self, after: Sequence[str], *, seconds: float) -> None:
        """Return once funnels, queue and pursuits show the events. Raises NotTaken when they do not within ``seconds``."""
        deadline = self._clock() + seconds
        for begin in range(0, len(after), MOST_AWAITED):
            for service in FOLLOWERS:
                self._wait_for(service, after[begin : begin + MOST_AWAITED], deadline, seconds)

    def _wait_for(self, service: str, after: Sequence[str], deadline: float, seconds: float) -> None:
        while True:
            left = deadline - self._clock()
            body = {"after": list(after), "wait": max(0.0, min(10.0, left))}
            answer = self._until_answered(FOLLOWERS[service], orjson.dumps(body), busy=BUSY - {504})
            if answer.status_code == 200:
                return
            if answer.status_code != 504:
                raise NotTaken(_sentence(answer))
            if left <= 0:
                missing = body_of(answer).get("missing_count", "some")
                raise NotTaken(f"{service} does not show {missing} of the last events after {seconds:g} s; it goes on.")

    def _keep_the_rate(self, count: int) -> None:
        if self._rate is None:
            return
        now = self._clock()
        if self._due > now:
            self._pause(self._due - now)
        self._due = max(self._due, now) + count / self._rate

    def _until_answered(
        self,
        path: str,
        body: bytes,
        *,
        method: str = "POST",
        headers: Mapping[str, str] = NO_HEADERS,
        busy: frozenset[int] = BUSY,
    ) -> httpx.Response:
        began = self._clock()
        attempt = 0
        while True:
            try:
                answer = self._client.request(method, path, content=body, headers={"Content-Type": "application/json", **headers})
            except httpx.TransportError as error:
                wanted, why = None, f"{self._client.base_url} does not answer ({str(error) or type(error).__name__})"
            except httpx.HTTPError as error:
                raise NotTaken(f"{self._client.base_url} cannot be used: {error}") from error
            else:
                self._answered = True
                if answer.status_code not in busy:
                    return answer
                wanted, why = _retry_after(answer), f"{self._client.base_url} answered {answer.status_code}"
            attempt += 1
            seconds = wanted if wanted is not None else min(LONGEST_PAUSE, 0.25 * 2 ** min(attempt, 10)) * random.uniform(0.5, 1)
            patience = PATIENCE_SECONDS if self._answered else FIRST_PATIENCE_SECONDS
            if self._clock() + seconds > began + patience:
                check = "see `rekindle doctor`" if self._answered else "is --url right? See `rekindle doctor`"
                raise NotTaken(f"{why}, for {patience:.0f} s now: {check}, then run the same command again.")
            self._say(f"{why}; trying again in {seconds:.1f} s")
            self._pause(seconds)


def _retry_after(answer: httpx.Response) -> float | None:
    """The seconds that the answer asks to wait, from a number or a date; None where it asks for nothing readable."""
    value = answer.headers.get("retry-after", "").strip()
    if value.isdecimal():
        return float(value)
    try:
        moment = parsedate_to_datetime(value)
    except ValueError:
        return None
    moment = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
    return max(0.0, (moment - datetime.now(UTC)).total_seconds())


def _sentence(answer: httpx.Response) -> str:
    advice = {
        401: " Give a valid token with --token or REKINDLE_TOKEN.",
        403: " `rekindle token create --name replay --scope engagement:write --scope analytics:read` makes one that fits.",
        404: " Is --url the address of Rekindle?",
    }.get(answer.status_code, "")
    return (
        f"{answer.request.method} {answer.request.url} was answered {answer.status_code}: {refusal_of(answer)}.{advice}".replace(
            "..", "."
        )
    )
