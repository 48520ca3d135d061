"""Faults that may pass are tried again; those that do not are answered, and nothing counts twice."""

from datetime import timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest
from sqlalchemy import text

from services.engagement.main import create_app
from services.engagement.settings import EngagementSettings
from services.engagement.storage import appending
from services.engagement.storage.appending import KeyTakenError
from services.engagement.use_cases import transactions
from shared.db.engine import Sessions
from shared.security.token_issuer import issue_token
from tests.integration.engagement.posting import Ats, event


async def count(engagement: Sessions) -> int:
    async with engagement.begin() as session:
        return int(await session.scalar(text("SELECT count(*) FROM log")) or 0)


async def test_a_database_that_does_not_answer_is_a_503_with_retry_after(
    settings: EngagementSettings, keys: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(transactions, "FIRST_PAUSE", 0.001)
    nowhere = settings.model_copy(update={"database_url": "postgresql+asyncpg://nobody@127.0.0.1:9/nothing"})
    app = create_app(nowhere)
    token = issue_token(keys, issuer=settings.deployment, name="ats", scopes=["engagement:write"], expires_in=timedelta(hours=1))
    headers = {"Authorization": f"Bearer {token}"}
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://engagement", headers=headers) as client:
        answers = [await client.post("/v1/events", json=body) for body in (event(), [event(), event()])]

    for answer in answers:
        assert answer.status_code == 503
        assert answer.json()["code"] == "unavailable"
        assert int(answer.headers["Retry-After"]) >= 1


async def test_an_ingest_that_another_one_met_begins_again(
    ats: Ats, engagement: Sessions, monkeypatch: pytest.MonkeyPatch
) -> None:
    append, met = appending.append, [KeyTakenError(), ConnectionResetError("the server went away")]

    async def append_after_faults(*args: Any, **options: Any) -> Any:
        if met:
            raise met.pop()
        return await append(*args, **options)

    monkeypatch.setattr(appending, "append", append_after_faults)
    answer = await ats.post(event(), status=201)

    assert not met
    assert answer["sequence"] == 1
    assert await count(engagement) == 1


async def test_an_unexpected_error_leaves_nothing_behind(ats: Ats, engagement: Sessions, monkeypatch: pytest.MonkeyPatch) -> None:
    async def fail(*_: Any, **__: Any) -> None:
        raise RuntimeError("a fault of this program")

    monkeypatch.setattr(appending, "append", fail)

    assert (await ats.post(event(), status=500))["code"] == "internal_error"
    assert await count(engagement) == 0
