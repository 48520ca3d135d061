"""A position says what people want to know before they say yes, or what is missing is named with what to add."""

from collections.abc import Callable
from typing import Any

from shared.db.engine import Sessions
from tests.integration.candidates.conftest import Caller
from tests.integration.candidates.outgoing import published

HONEST: dict[str, Any] = {
    "salary": {"min": 90000, "max": 110000.5, "currency": "EUR"},
    "downsides": ["On call one week in six"],
    "workload": "38 hours, two days in the office",
    "next_steps": ["A call this week", "An offer within ten days"],
    "tasks": ["Finish the migration"],
}


async def honesty(ats: Caller, position: str = "ats:role") -> dict[str, Any]:
    answer = await ats.ask("GET", f"/v1/positions/{position}/honesty")
    assert answer.status_code == 200, answer.text
    body: dict[str, Any] = answer.json()
    return body


async def test_what_a_position_says_is_shown_and_nothing_is_to_be_added(ats: Caller) -> None:
    position = await ats.patched("ats:role", thing="positions", title="Engineer", **HONEST)

    said = await honesty(ats)

    assert {name: position[name] for name in HONEST} == HONEST
    assert (said["position_id"], said["references"], said["is_honest"]) == (position["id"], ["ats:role"], True)
    assert {one["part"]: one["says"] for one in said["parts"]} == {
        "salary": ["from 90,000 EUR", "to 110,000.5 EUR"],
        "downsides": ["On call one week in six"],
        "workload": ["38 hours, two days in the office"],
        "next_steps": ["A call this week", "An offer within ten days"],
        "tasks": ["Finish the migration"],
    }
    assert [one["advice"] for one in said["parts"]] == [None] * 5


async def test_what_is_missing_is_named_with_what_to_add(ats: Caller) -> None:
    await ats.patched("ats:role", thing="positions", title="Engineer")

    said = await honesty(ats)

    assert said["is_honest"] is False
    assert [one["is_present"] for one in said["parts"]] == [False] * 5
    assert all(one["advice"] for one in said["parts"])


async def test_a_salary_without_both_ends_and_a_currency_is_no_range(ats: Caller) -> None:
    for salary in ({"max": 90000, "currency": "EUR"}, {"min": 80000, "currency": "EUR"}, {"min": 1, "max": 2, "currency": None}):
        await ats.patched("ats:role", thing="positions", **HONEST | {"salary": None})
        await ats.patch("ats:role", thing="positions", salary=salary)

        said = await honesty(ats)
        assert [one["part"] for one in said["parts"] if not one["is_present"]] == ["salary"]


async def test_texts_of_a_position_stay_here(ats: Caller, candidates: Sessions) -> None:
    await ats.patched("ats:role", thing="positions", **HONEST)

    assert "migration" not in str(await published(candidates, "rekindle.positions.v1"))


async def test_honesty_is_read_by_those_who_read_records(ats: Caller, caller: Callable[..., Caller]) -> None:
    await ats.patched("ats:role", thing="positions", **HONEST)

    assert (await caller("engagement:read").ask("GET", "/v1/positions/ats:role/honesty")).status_code == 403
    assert (await ats.ask("GET", "/v1/positions/ats:unknown/honesty")).status_code == 404
