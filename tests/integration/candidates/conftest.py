"""The candidates application on a real, empty database, and what a caller may do with it."""

from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any
from urllib.parse import quote

import httpx
import pytest

from rekindle.embedded.stack import Stack
from services.candidates.main import create_app
from services.candidates.settings import CandidatesSettings
from shared.db.engine import Sessions
from shared.security.token_issuer import ensure_keys, issue_token

ALL = ("candidates:read", "candidates:write", "contact_details:read")


@dataclass
class Caller:
    """A client of the records API with a token."""

    client: httpx.AsyncClient
    token: str

    async def ask(self, method: str, path: str, headers: dict[str, str] | None = None, **options: Any) -> httpx.Response:
        all_headers = {"Authorization": f"Bearer {self.token}", **(headers or {})}
        return await self.client.request(method, path, headers=all_headers, **options)

    async def patch(
        self, record: str, /, *, thing: str = "candidates", if_match: str | None = None, **fields: Any
    ) -> httpx.Response:
        """PATCH a record."""
        headers = {"If-Match": if_match} if if_match else {}
        return await self.ask("PATCH", f"/v1/{thing}/{quote(str(record), safe='')}", headers, json=fields)

    async def patched(self, record: str, /, *, thing: str = "candidates", **fields: Any) -> dict[str, Any]:
        """PATCH a record, which must succeed; returns it."""
        response = await self.patch(record, thing=thing, **fields)
        assert response.status_code in {200, 201}, response.text
        body: dict[str, Any] = response.json()
        return body

    async def read(self, record: str, /, *, thing: str = "candidates") -> dict[str, Any]:
        """GET a record, which must succeed."""
        response = await self.ask("GET", f"/v1/{thing}/{quote(str(record), safe='')}")
        assert response.status_code == 200, response.text
        body: dict[str, Any] = response.json()
        return body

    async def all_of(self, path: str) -> list[dict[str, Any]]:
        """The items of all pages of a list; ``path`` has a query."""
        items: list[dict[str, Any]] = []
        cursor = ""
        while True:
            page = (await self.ask("GET", path + cursor)).json()
            items += page["items"]
            if page["next_cursor"] is None:
                return items
            cursor = f"&cursor={page['next_cursor']}"

    async def unlink(self, record: str, reference: str) -> httpx.Response:
        """DELETE a link."""
        return await self.ask("DELETE", f"/v1/candidates/{quote(str(record), safe='')}/references/{quote(reference, safe='')}")


@pytest.fixture
def settings(real_stores: Stack, tmp_path: Path) -> CandidatesSettings:
    ensure_keys(tmp_path)
    return CandidatesSettings.model_validate(
        {
            "database_url": real_stores.env["CANDIDATES_DATABASE_URL"],
            "pool_size": 20,
            "jwks_file": tmp_path / "jwks.json",
            "deployment": "test",
            "erasure_services": ("engagement", "analytics"),
            "files_url": f"file://{tmp_path}/files",
        }
    )


@pytest.fixture
async def caller(candidates: Sessions, settings: CandidatesSettings, tmp_path: Path) -> AsyncIterator[Callable[..., Caller]]:
    """Makes callers; the database is empty."""
    app = create_app(settings)

    def make(*scopes: str, name: str = "tester") -> Caller:
        token = issue_token(tmp_path, issuer="test", name=name, scopes=scopes, expires_in=timedelta(hours=1))
        return Caller(client, token)

    async with app.router.lifespan_context(app):
        transport = httpx.ASGITransport(app, raise_app_exceptions=False)
        async with httpx.AsyncClient(base_url="http://rekindle", transport=transport) as client:
            yield make


@pytest.fixture
def ats(caller: Callable[..., Caller]) -> Caller:
    """A caller who may do everything with records."""
    return caller(*ALL)
