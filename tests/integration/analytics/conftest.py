"""The analytics application on a real database, with a client that may read."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest

from rekindle.embedded.stack import Stack
from services.analytics.main import create_app
from services.analytics.settings import AnalyticsSettings
from shared.db.engine import Sessions
from shared.security.token_issuer import ensure_keys, issue_token


@pytest.fixture(scope="session")
def keys(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a signing key and its key set."""
    folder = tmp_path_factory.mktemp("keys")
    ensure_keys(folder)
    return folder


@asynccontextmanager
async def application(stack: Stack, keys: Path, **settings: Any) -> AsyncIterator[httpx.AsyncClient]:
    """A client of the application with these settings, with a token that may read analytics."""
    app = create_app(
        AnalyticsSettings.model_validate(
            {
                "database_url": stack.env["ANALYTICS_DATABASE_URL"],
                "kafka_bootstrap_servers": stack.env["KAFKA_BOOTSTRAP_SERVERS"],
                "jwks_file": keys / "jwks.json",
                "time_zone": "Europe/Berlin",
                **settings,
            }
        )
    )
    token = issue_token(keys, issuer="rekindle", name="test", scopes=["analytics:read"], expires_in=timedelta(hours=1))
    async with (
        app.router.lifespan_context(app),
        httpx.AsyncClient(
            transport=httpx.ASGITransport(app), base_url="http://api", headers={"Authorization": f"Bearer {token}"}
        ) as client,
    ):
        yield client


@pytest.fixture
async def api(real_stores: Stack, analytics: Sessions, keys: Path) -> AsyncIterator[httpx.AsyncClient]:
    """A client of the application."""
    async with application(real_stores, keys) as client:
        yield client


@pytest.fixture
async def without_memory(real_stores: Stack, analytics: Sessions, keys: Path) -> AsyncIterator[httpx.AsyncClient]:
    """A client of the application where no copy of the attempts may be held in memory."""
    async with application(real_stores, keys, columns_mb=0) as client:
        yield client
