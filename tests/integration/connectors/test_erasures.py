"""Whom Rekindle has erased is erased here, and that is confirmed."""

from typing import Any

import httpx
from sqlalchemy import text

from services.connectors.rekindle_api import RekindleApi
from services.connectors.use_cases.confirm_erasures import confirm_erasures
from shared.db.engine import Sessions
from shared.ids import candidate_id
from tests.integration.connectors.conftest import RecordingApi
from tests.integration.connectors.sender import Sender
from tests.unit.connectors.greenhouse_bodies import application, offer


def pending(*references: str) -> dict[str, Any]:
    ids = [str(candidate_id(reference)) for reference in references]
    return {"id": "6b2c1f5e-0000-4000-8000-000000000001", "candidate_ids": ids, "erased_at": "2026-03-01T12:00:00Z"}


async def test_an_erasure_is_done_and_confirmed(
    greenhouse: Sender, recorded: RecordingApi, connectors: Sessions, api: RekindleApi
) -> None:
    await greenhouse.send(application("new_candidate_application", current_stage={"name": "Zodiac"}))
    await greenhouse.send(application("new_candidate_application", id=71, candidate_id=6, candidate_first_name="Grace"))
    recorded.pending = [pending("greenhouse:5", "gem:1")]

    assert await confirm_erasures(connectors, api) == 1
    assert await confirm_erasures(connectors, api) == 0

    assert recorded.confirmed == [{"service": "connectors", "removed": {"postings": 2, "deliveries": 1, "facts": 1}}]
    async with connectors.begin() as session:
        raw = (
            await session.scalars(text("SELECT convert_from(raw, 'UTF8') FROM greenhouse_deliveries WHERE raw IS NOT NULL"))
        ).all()
        contents = (
            await session.scalars(text("SELECT content::text FROM greenhouse_postings WHERE target = 'greenhouse:5'"))
        ).all()
    assert not any("Ada" in body for body in raw)
    assert set(contents) == {None}


async def test_who_was_erased_before_any_body_came_leaves_nothing(
    greenhouse: Sender, recorded: RecordingApi, connectors: Sessions, api: RekindleApi
) -> None:
    recorded.pending = [pending("greenhouse:5")]
    assert await confirm_erasures(connectors, api) == 1

    answer = (await greenhouse.send(application("new_candidate_application"))).json()

    assert (answer["status"], answer["reason"], recorded.events) == ("not_mapped", "the candidate is erased", {})
    assert recorded.confirmed == [{"service": "connectors", "removed": {}}]


async def test_an_offer_of_an_erased_person_does_not_wait(
    greenhouse: Sender, recorded: RecordingApi, connectors: Sessions, api: RekindleApi
) -> None:
    await greenhouse.send(application("new_candidate_application"))
    recorded.pending = [pending("greenhouse:5")]
    await confirm_erasures(connectors, api)

    assert (await greenhouse.send(offer())).json()["status"] == "not_mapped"


async def test_an_api_that_is_away_leaves_it_pending(recorded: RecordingApi, connectors: Sessions, api: RekindleApi) -> None:
    recorded.pending = [pending("greenhouse:5")]
    recorded.away = True

    assert await confirm_erasures(connectors, api) == 0
    recorded.away = False
    assert await confirm_erasures(connectors, api) == 1


async def test_an_answer_that_lists_nothing_is_no_error(connectors: Sessions) -> None:
    transport = httpx.MockTransport(lambda _request: httpx.Response(403, json={}))
    async with httpx.AsyncClient(base_url="http://api", transport=transport) as client:
        assert await confirm_erasures(connectors, RekindleApi(client, attempts=1)) == 0
