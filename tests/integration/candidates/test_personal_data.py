"""What this service holds of a person is read whole, and of nobody else."""

from collections.abc import Callable
from typing import Any

from shared.ids import candidate_id
from tests.integration.candidates.conftest import Caller


async def held_of(caller: Caller, *names: str) -> dict[str, Any]:
    ids = [("candidate_id", str(candidate_id(name))) for name in names]
    response = await caller.ask("GET", "/v1/candidates/personal-data", params=ids)
    assert response.status_code == 200, response.text
    body: dict[str, Any] = response.json()
    return body


async def test_it_is_of_all_records_that_are_the_person(ats: Caller, caller: Callable[..., Caller]) -> None:
    await ats.patched("gem:ada", name="Ada Byron", references=["ats:7"])
    await ats.patched("ats:7", title="Captain")
    await ats.patched("gem:bob", name="Bob Stone")
    admin = caller("admin")

    held = await held_of(admin, "ats:7")

    assert held == await held_of(admin, "gem:ada")
    assert sorted(held["candidate_ids"]) == sorted(str(candidate_id(name)) for name in ("gem:ada", "ats:7"))
    assert {one["value"] for one in held["rows"]["candidate_history"]} == {"Ada Byron", "Captain"}
    assert "Bob Stone" not in str(held)
    assert (await ats.ask("GET", "/v1/candidates/personal-data")).status_code == 403


async def test_an_answer_that_was_kept_for_a_request_about_many_is_not_in_it(ats: Caller, caller: Callable[..., Caller]) -> None:
    batch = [{"candidate": "gem:ada", "name": "Ada Byron"}, {"candidate": "gem:bob", "name": "Bob Stone"}]
    answer = await ats.ask("POST", "/v1/candidates/batch", {"Idempotency-Key": "both"}, json=batch)

    held = await held_of(caller("admin"), "gem:ada")

    assert answer.json()["items"][1]["status"] == 201
    assert "Ada Byron" in str(held)
    assert "gem:bob" not in str(held)
    assert str(candidate_id("gem:bob")) not in str(held)
