"""Whoever runs the connector sees what became of each delivery, and which names lack a mapping."""

from datetime import timedelta
from pathlib import Path

import pytest

from services.connectors.settings import ConnectorsSettings
from shared.security.token_issuer import ensure_keys, issue_token
from tests.integration.connectors.sender import Sender
from tests.unit.connectors.greenhouse_bodies import application, offer

DELIVERIES = "/v1/connectors/greenhouse/deliveries"
UNMAPPED = "/v1/connectors/greenhouse/unmapped"


@pytest.fixture
def keys(tmp_path: Path, settings: ConnectorsSettings) -> Path:
    ensure_keys(tmp_path)
    settings.jwks_file = tmp_path / "jwks.json"
    return tmp_path


def bearer(keys: Path, *scopes: str) -> dict[str, str]:
    token = issue_token(keys, issuer="rekindle", name="test", scopes=scopes, expires_in=timedelta(minutes=5))
    return {"Authorization": f"Bearer {token}"}


async def test_deliveries_are_listed_newest_first_page_by_page(keys: Path, greenhouse: Sender) -> None:
    for number in range(3):
        await greenhouse.send(offer(application_id=number), delivery_id=f"d-{number}")
    await greenhouse.send(application("new_candidate_application"))
    admin = bearer(keys, "admin")

    first = (await greenhouse.client.get(DELIVERIES, params={"status": "waiting", "limit": 2}, headers=admin)).json()
    cursor = first["next_cursor"]
    second = await greenhouse.client.get(DELIVERIES, params={"status": "waiting", "limit": 2, "cursor": cursor}, headers=admin)

    assert [item["delivery"] for item in first["items"]] == ["d-2", "d-1"]
    assert [item["delivery"] for item in second.json()["items"]] == ["d-0"]
    assert second.json()["next_cursor"] is None
    other_list = await greenhouse.client.get(DELIVERIES, params={"cursor": cursor}, headers=admin)
    assert (other_list.status_code, other_list.json()["code"]) == (400, "invalid_cursor")


async def test_one_delivery_lists_what_it_made(keys: Path, greenhouse: Sender) -> None:
    sent = (await greenhouse.send(application("new_candidate_application"))).json()

    found = await greenhouse.client.get(f"{DELIVERIES}/{sent['id']}", headers=bearer(keys, "admin"))

    assert found.json()["events"] == sent["events"]
    assert [(record["kind"], record["target"], record["status"]) for record in found.json()["records"]] == [
        ("candidate", "greenhouse:5", "posted"),
        ("position", "greenhouse:9", "posted"),
    ]
    missing = await greenhouse.client.get(f"{DELIVERIES}/{'0' * 64}", headers=bearer(keys, "admin"))
    assert missing.status_code == 404


async def test_names_without_a_mapping_are_counted(keys: Path, greenhouse: Sender) -> None:
    for number in range(3):
        staged = application("candidate_stage_change", id=number, current_stage={"id": 4, "name": "Zodiac"})
        await greenhouse.send(staged)
        await greenhouse.send(staged)
    await greenhouse.send(application("reject_candidate", rejection_reason={"id": 5, "name": "Wrong sign"}))
    admin = bearer(keys, "admin")

    found = (await greenhouse.client.get(UNMAPPED, headers=admin)).json()["items"]
    stages = (await greenhouse.client.get(UNMAPPED, params={"kind": "stage"}, headers=admin)).json()["items"]

    assert [(item["kind"], item["name"], item["external_id"], item["position"], item["count"]) for item in found] == [
        ("stage", "Zodiac", "4", "greenhouse:9", 3),
        ("rejection_reason", "Wrong sign", "5", None, 1),
    ]
    assert stages == found[:1]


@pytest.mark.parametrize("path", [DELIVERIES, UNMAPPED, f"{DELIVERIES}/{'0' * 64}"])
async def test_only_an_admin_may_look(keys: Path, greenhouse: Sender, path: str) -> None:
    nobody = await greenhouse.client.get(path)
    other = await greenhouse.client.get(path, headers=bearer(keys, "engagement:read"))

    assert (nobody.status_code, other.status_code) == (401, 403)


async def test_a_filter_that_does_not_exist_is_refused(keys: Path, greenhouse: Sender) -> None:
    answer = await greenhouse.client.get(DELIVERIES, params={"state": "waiting"}, headers=bearer(keys, "admin"))

    assert (answer.status_code, answer.json()["errors"][0]["field"]) == (400, "state")


async def test_the_counts_are_metrics(greenhouse: Sender) -> None:
    await greenhouse.send(offer())

    metrics = (await greenhouse.client.get("/metrics")).text

    assert 'rekindle_connector_deliveries{status="waiting",vendor="greenhouse"} 1.0' in metrics
