"""A sender's own name for a record may hold anything: every operation that takes one finds it, whatever is in it."""

from datetime import UTC, datetime
from typing import Any
from urllib.parse import quote
from uuid import UUID

import httpx
import pytest

from shared.ids import candidate_id, position_id
from tests.e2e.operations import Operation, operations

AWKWARD = [
    *("a/b", "x/history", "x/insights", "x/references/gem:1", "x/funnel", "/", "..", "./..", "100%", "50%2F", "%"),
    *("why?", "why?limit=1", "#1", "a+b", "a b", " ", "&=;:@,$!'()*", "\\", '"', "Application[770001]", "{candidate}"),
    *(
        "\u00e9",
        "\u65e5\u672c\u8a9e",
        "\u0645\u0631\u062d\u0628\u0627",
        "\u0928\u092e\u0938\u094d\u0924\u0947",
        "\u03a9\u03bc\u03ad\u03b3\u03b1",
        "\U0001f642",
    ),
]
THINGS = {"candidate": candidate_id, "ref": candidate_id, "position": position_id}
BY_REFERENCE = [one for one in operations() if {part[1:-1] for part in one.path.split("/")} & THINGS.keys()]
READING = [one for one in BY_REFERENCE if one.method == "get" and one.path.count("{") == 1]
"""What is read of them, without what needs a further id."""


def at(operation: Operation, name: str) -> str:
    """The operation's address for the candidate or position of that name."""
    parts = operation.path.split("/")
    return "/".join(quote(f"odd:{name}", safe="") if part[1:-1] in THINGS else part for part in parts)


def id_of(operation: Operation, name: str) -> UUID:
    (thing,) = [part[1:-1] for part in operation.path.split("/") if part[1:-1] in THINGS]
    return THINGS[thing](f"odd:{name}")


@pytest.fixture(scope="module")
async def posted(api: httpx.AsyncClient) -> None:
    """A candidate and a position of each name, and a fact of both."""
    facts: list[dict[str, Any]] = []
    for number, name in enumerate(AWKWARD):
        for thing, label in (("candidates", "name"), ("positions", "title")):
            answer = await api.patch(f"/v1/{thing}/{quote(f'odd:{name}', safe='')}", json={label: f"Number {number}"})
            assert answer.status_code == 201, answer.text
        data = {"position": f"odd:{name}", "channel": "email"}
        fact = {
            "source": "odd",
            "id": f"fact {name}",
            "type": "rekindle.pursuit.contacted",
            "subject": f"odd:{name}",
            "data": data,
        }
        facts.append(fact | {"time": datetime.now(UTC).isoformat()})
    answer = await api.post("/v1/events", json=facts)
    assert answer.json()["stored"] == len(AWKWARD), answer.text
    afters = [item["after"] for item in answer.json()["items"]]
    assert (await api.post("/v1/analytics/wait", json={"after": afters, "wait": 20})).is_success


def test_there_is_more_than_one_operation_of_each_service() -> None:
    assert len(READING) >= 6
    assert {path.split("/")[2] for path in (one.path for one in READING)} >= {"candidates", "positions", "timelines", "analytics"}


@pytest.mark.parametrize("name", AWKWARD)
@pytest.mark.parametrize("operation", READING, ids=str)
async def test_reading_finds_the_record_of_that_name(
    api: httpx.AsyncClient, posted: None, operation: Operation, name: str
) -> None:
    answer = await api.get(at(operation, name))

    assert answer.status_code == 200, answer.text
    said = answer.json()
    whose = next((said[key] for key in ("id", "candidate_id", "position_id") if key in said), None)
    if whose is None:  # a history or a list of duplicates names nobody; what was posted of the field does
        assert [item["value"] for item in said["items"]] in ([], [f"Number {AWKWARD.index(name)}"])
    else:
        assert whose == str(id_of(operation, name))


@pytest.mark.parametrize("name", AWKWARD)
async def test_a_query_finds_the_record_of_that_name(api: httpx.AsyncClient, posted: None, name: str) -> None:
    named = {"candidate": f"odd:{name}", "position": f"odd:{name}"}

    (pursuit,) = (await api.get("/v1/pursuits", params=named)).raise_for_status().json()["items"]

    assert (pursuit["references"], pursuit["position_references"]) == ([f"odd:{name}"], [f"odd:{name}"])


@pytest.mark.parametrize("name", AWKWARD)
async def test_changing_reaches_the_record_of_that_name(api: httpx.AsyncClient, posted: None, name: str) -> None:
    for thing in ("candidates", "positions"):
        address = f"/v1/{thing}/{quote(f'odd:{name}', safe='')}"
        assert (await api.patch(address, json={"level": "senior"})).json()["level"] == "senior"
    person, alias = f"/v1/candidates/{quote(f'odd:{name}', safe='')}", f"alias:{name}"
    linked = await api.patch(person, json={"references": [alias]})
    parted = await api.delete(f"{person}/references/{quote(alias, safe='')}")

    assert sorted(linked.json()["references"]) == sorted([f"odd:{name}", alias])
    assert parted.json()["references"] == [f"odd:{name}"]


async def test_a_merged_id_leads_on_to_the_same_address_of_the_person(api: httpx.AsyncClient) -> None:
    merged = candidate_id("lost:a/b")
    await api.patch("/v1/candidates/odd:person", json={"references": ["lost:a/b", "lost:c/d"]})
    person = candidate_id("odd:person")

    for rest in ("", "/history?limit=3"):
        answer = await api.get(f"/v1/candidates/{merged}{rest}")
        assert (answer.status_code, answer.headers["location"]) == (308, f"/v1/candidates/{person}{rest}")
    parting = await api.delete(f"/v1/candidates/{merged}/references/lost:c%2Fd")
    assert parting.headers["location"] == f"/v1/candidates/{person}/references/lost:c%2Fd"
