"""engagement's application over its real database, with a client that may read and write."""

from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import httpx
import pytest

from services.engagement.main import create_app
from services.engagement.settings import EngagementSettings
from shared.db.engine import Sessions
from shared.security.token_issuer import ensure_keys, issue_token
from tests.integration.engagement.following import follow
from tests.integration.engagement.posting import Ats


@pytest.fixture(scope="session")
def keys(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A deployment's keys."""
    folder = tmp_path_factory.mktemp("keys")
    ensure_keys(folder)
    return folder


@pytest.fixture
def settings(engagement: Sessions, keys: Path) -> EngagementSettings:
    """Settings on the test's database."""
    url = engagement.engine.url.render_as_string(hide_password=False)
    return EngagementSettings(database_url=url, pool_size=12, jwks_file=keys / "jwks.json")


@pytest.fixture
async def ats(engagement: Sessions, settings: EngagementSettings, keys: Path) -> AsyncIterator[Ats]:
    """An ATS with a token."""
    app = create_app(settings)
    token = issue_token(
        keys,
        issuer=settings.deployment,
        name="ats",
        scopes=["engagement:read", "engagement:write"],
        expires_in=timedelta(hours=1),
    )
    transport = httpx.ASGITransport(app)
    headers = {"Authorization": f"Bearer {token}"}
    async with httpx.AsyncClient(transport=transport, base_url="http://engagement", headers=headers, timeout=60) as client:
        yield Ats(client, lambda: follow(engagement, settings))
    await app.state.sessions.close()
