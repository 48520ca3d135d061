"""The connectors' application on a real database, and a stand-in for the public API that keeps what is posted."""

from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from typing import Any

import httpx
import orjson
import pytest

from rekindle.embedded.stack import Stack
from services.connectors.main import create_app
from services.connectors.rekindle_api import RekindleApi
from services.connectors.settings import ConnectorsSettings
from shared.db.engine import Sessions
from tests.integration.connectors.sender import SECRET, Sender


@dataclass
class RecordingApi:
    """A public API that takes everything, and can be set to be away, or to refuse."""

    events: dict[str, dict[str, Any]] = field(default_factory=dict)
    calls: list[str] = field(default_factory=list)
    repeats: int = 0
    conflicts: int = 0
    records: list[tuple[str, dict[str, Any]]] = field(default_factory=list)
    erasures: list[str] = field(default_factory=list)
    away: bool = False
    erased: set[str] = field(default_factory=set)
    pending: list[dict[str, Any]] = field(default_factory=list)
    confirmed: list[dict[str, Any]] = field(default_factory=list)
    links: set[frozenset[str]] = field(default_factory=set)
    refused_fields: set[str] = field(default_factory=set)
    refused_types: set[str] = field(default_factory=set)

    def answer(self, request: httpx.Request) -> httpx.Response:
        if self.away:
            return httpx.Response(503)
        path = request.url.path
        self.calls.append(path)
        if request.method == "DELETE":
            return self._part(*path.removeprefix("/v1/candidates/").split("/references/"))
        if request.method == "GET":
            assert request.url.query == b"status=pending&service=connectors"
            return httpx.Response(200, json={"items": self.pending})
        content = orjson.loads(request.content)
        if path.endswith("/confirmations"):
            self.confirmed.append(content)
            self.pending = [one for one in self.pending if one["id"] not in path]
            return httpx.Response(200, json={})
        if path == "/v1/events":
            items = [self._event(event) for event in content]
            return httpx.Response(207, json={"items": [item | {"index": index} for index, item in enumerate(items)]})
        if path == "/v1/erasures":
            self.erasures.append(content["candidate"])
            self.erased |= self.person(content["candidate"])
            self.links = {link for link in self.links if not link & self.erased}
            return httpx.Response(202)
        if path == "/v1/candidates/batch":
            items = [self._record(f"candidates/{item.pop('candidate')}", item) for item in content]
            return httpx.Response(207, json={"items": [item | {"index": index} for index, item in enumerate(items)]})
        answer = self._record(path.removeprefix("/v1/"), content)
        return httpx.Response(answer["status"], json=answer)

    def _record(self, path: str, content: dict[str, Any]) -> dict[str, Any]:
        """What a PATCH that skips what is invalid is answered."""
        reference, others = path.removeprefix("candidates/"), content.get("references", [])
        if self.erased & {reference, *others}:
            return {"status": 410, "problem": {"detail": "erased"}}
        self.links |= {frozenset({reference, named}) for named in others}
        wrong = sorted(self.refused_fields & content.keys())
        self.records.append((path, {name: value for name, value in content.items() if name not in wrong}))
        return {"status": 200, "refused": [{"field": name, "rule": "is wrong"} for name in wrong]}

    def person(self, candidate: str, *, without: str = "") -> set[str]:
        """The references that are one person with this one; ``without`` one of them and what belongs through it alone."""
        found, fresh = {candidate}, {candidate}
        while fresh:
            fresh = {one for link in self.links if link & fresh for one in link} - found - {without}
            found |= fresh
        return found

    def _part(self, candidate: str, named: str) -> httpx.Response:
        rest = self.person(candidate, without=named)
        undone = {link for link in self.links if named in link and link & rest}
        self.links -= undone
        return httpx.Response(200 if undone else 404, json={"detail": "not linked"})

    def _event(self, event: dict[str, Any]) -> dict[str, Any]:
        if event["subject"] in self.erased:
            return {"status": 410, "problem": {"detail": "erased"}}
        if event["type"] in self.refused_types:
            return {"status": 422, "problem": {"detail": "data.position is required"}}
        known = self.events.setdefault(event["id"], event)
        self.repeats += known is not event and known == event
        self.conflicts += known != event
        return {"status": 201 if known is event else 200, "after": f"{event['subject']}:1"}

    def types(self) -> list[str]:
        """The types of all events posted, sorted."""
        return sorted(event["type"].removeprefix("rekindle.") for event in self.events.values())


@pytest.fixture
def recorded() -> RecordingApi:
    return RecordingApi()


@pytest.fixture
async def api(recorded: RecordingApi) -> AsyncIterator[RekindleApi]:
    async with httpx.AsyncClient(base_url="http://api", transport=httpx.MockTransport(recorded.answer)) as client:
        yield RekindleApi(client, attempts=2, wait_seconds=0.001)


@pytest.fixture
def settings(real_stores: Stack) -> ConnectorsSettings:
    return ConnectorsSettings.model_validate(
        {"database_url": real_stores.env["CONNECTORS_DATABASE_URL"], "greenhouse_secret": SECRET, "max_body_bytes": 100_000}
    )


@pytest.fixture
async def greenhouse(connectors: Sessions, settings: ConnectorsSettings, api: RekindleApi) -> AsyncIterator[Sender]:
    """Greenhouse, posting to a connector with an empty database."""
    app = create_app(settings, api=api)
    async with app.router.lifespan_context(app):
        transport = httpx.ASGITransport(app)
        async with httpx.AsyncClient(base_url="http://rekindle", transport=transport) as client:
            yield Sender(client)
