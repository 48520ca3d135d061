"""Pass-through rates by an attribute: counted over people one by one, and never of so few that somebody could be named."""

from datetime import timedelta
from pathlib import Path
from typing import Any

import httpx

from shared.db.engine import Sessions
from shared.events import Event
from shared.security.token_issuer import issue_token
from tests.integration.analytics.deliveries import deliver
from tests.unit.analytics.histories import History

FAIRNESS = "/v1/analytics/fairness"


def people(history: History, value: str | None, contacted: int, responded: int) -> list[Event]:
    """People with a value, of whom some answered."""
    events = []
    for number in range(contacted):
        who = f"{value}-{number}"
        events.append(history.known(who, attributes=None if value is None else {"gender": value}))
        events.append(history.fact("contacted", who, 0))
        if number < responded:
            events.append(history.fact("responded", who, 1))
    return events


async def rows(api: httpx.AsyncClient, keys: Path, **parameters: str) -> dict[tuple[str, str | None], dict[str, Any]]:
    """The rows by stage and value, as who may see attributes gets them."""
    token = issue_token(keys, issuer="rekindle", name="lead", scopes=["attributes:read"], expires_in=timedelta(hours=1))
    answer = await api.get(FAIRNESS, params={"attribute": "gender", **parameters}, headers={"Authorization": f"Bearer {token}"})
    assert answer.status_code == 200, answer.text
    return {(row["stage"], row["value"]): row for row in answer.json()["rows"]}


async def test_rates_have_their_sample_size_and_interval(api: httpx.AsyncClient, analytics: Sessions, keys: Path) -> None:
    history = History()
    await deliver(analytics, *people(history, "f", 40, 10), *people(history, "m", 20, 10), *people(history, None, 12, 3))

    found = await rows(api, keys)

    told = {value: found["responded", value] for value in ("f", "m", None)}
    assert {value: (row["rate"], row["n"], row["small"]) for value, row in told.items()} == {
        "f": (0.25, 40, False), "m": (0.5, 20, True), None: (0.25, 12, True)
    }  # fmt: skip
    assert all(0 < row["low"] < row["rate"] < row["high"] < 1 for row in told.values())
    assert not any(row["suppressed"] for row in told.values())


async def test_a_cell_of_few_is_not_shown_nor_what_would_tell_it(api: httpx.AsyncClient, analytics: Sessions, keys: Path) -> None:
    history = History()
    await deliver(analytics, *people(history, "f", 9, 3), *people(history, "m", 20, 10), *people(history, "x", 30, 10))

    found = await rows(api, keys)

    hidden = {"rate": None, "n": None, "low": None, "high": None, "small": False, "suppressed": True}
    for value in ("f", "m"):
        assert found["responded", value] | hidden == found["responded", value]
    assert found["responded", "x"]["n"] == 30


async def test_who_may_read_numbers_alone_may_not_read_attributes(api: httpx.AsyncClient) -> None:
    assert (await api.get(FAIRNESS, params={"attribute": "gender"})).status_code == 403


async def test_attributes_are_no_filter_of_members(api: httpx.AsyncClient) -> None:
    answer = await api.get("/v1/analytics/metrics/reached/members", params={"gender": "f"})

    assert answer.status_code == 400
    assert "gender" in answer.text


async def test_an_attribute_is_a_key(api: httpx.AsyncClient, keys: Path) -> None:
    token = issue_token(keys, issuer="rekindle", name="lead", scopes=["attributes:read"], expires_in=timedelta(hours=1))
    answer = await api.get(FAIRNESS, params={"attribute": "a' = b"}, headers={"Authorization": f"Bearer {token}"})

    assert answer.status_code == 422
