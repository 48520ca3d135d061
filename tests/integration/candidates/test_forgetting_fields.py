"""PATCH with history=forget: what is cleared leaves the history too, and does not come back."""

from itertools import permutations
from typing import Any

from sqlalchemy import text

from shared.db.engine import Sessions
from tests.integration.candidates.conftest import Caller

EARLY, ANONYMISED, LATE = (f"2026-0{month}-01T00:00:00Z" for month in (1, 3, 5))


async def clear(ats: Caller, record: str, **fields: Any) -> dict[str, Any]:
    answer = await ats.ask("PATCH", f"/v1/candidates/{record}?history=forget", json=fields)
    assert answer.status_code in {200, 201}, answer.text
    body: dict[str, Any] = answer.json()
    return body


async def history(ats: Caller, record: str) -> set[tuple[str, str]]:
    """Fields with each value that was stated; a list as its items."""
    items = await ats.all_of(f"/v1/candidates/{record}/history?limit=50")
    return {(item["field"], str(item["value"])) for item in items}


async def test_what_is_cleared_leaves_the_history(ats: Caller) -> None:
    await ats.patched("gem:1", name="Ada", emails=["ada@x.example"], title="Engineer", observed_at=EARLY)
    await ats.patched("gem:1", name="Ada Byron", location={"country": "DE", "city": "Bonn"}, observed_at=EARLY)

    body = await clear(ats, "gem:1", name=None, emails=[], location={"city": None}, observed_at=ANONYMISED)

    assert (body["name"], body["emails"], body["location"]) == (None, [], {"country": "DE", "city": None})
    cleared = {("name", "None"), ("emails", "None"), ("location.city", "None")}
    assert await history(ats, "gem:1") == {*cleared, ("title", "Engineer"), ("location.country", "DE")}


async def test_without_the_request_the_history_keeps_it(ats: Caller) -> None:
    await ats.patched("gem:1", name="Ada", observed_at=EARLY)
    await ats.patched("gem:1", name=None, observed_at=ANONYMISED)

    assert await history(ats, "gem:1") == {("name", "Ada"), ("name", "None")}


async def test_any_order_ends_alike(ats: Caller) -> None:
    bodies: list[dict[str, Any]] = [
        {"name": "Ada", "observed_at": EARLY},
        {"name": "Ada Byron", "observed_at": ANONYMISED},
        {"name": None, "observed_at": ANONYMISED},
        {"name": "Lovelace", "observed_at": LATE},
    ]
    for number, order in enumerate(permutations(bodies)):
        record = f"gem:{number}"
        for body in order:
            if body["name"] is None:
                await clear(ats, record, **body)
            else:
                await ats.patched(record, **body)

        assert (await ats.read(record))["name"] == "Lovelace"
        assert await history(ats, record) == {("name", "None"), ("name", "Lovelace")}, order


async def test_a_repetition_is_the_same_and_a_late_value_is_ignored(ats: Caller) -> None:
    await ats.patched("gem:1", name="Ada", observed_at=EARLY)
    first = await clear(ats, "gem:1", name=None, observed_at=ANONYMISED)
    again = await clear(ats, "gem:1", name=None, observed_at=ANONYMISED)
    late = await ats.patched("gem:1", name="Ada", observed_at=EARLY)

    assert (first["after"], late["after"]) == (again["after"], again["after"])
    assert late["ignored"] == ["name"]
    assert await history(ats, "gem:1") == {("name", "None")}


async def test_what_others_stated_stays(ats: Caller) -> None:
    await ats.patched("gem:1", name="Ada", observed_at=EARLY)
    await ats.patched("lever:1", name="Ada Byron", references=["gem:1"], observed_at=EARLY)

    await clear(ats, "gem:1", name=None, observed_at=ANONYMISED)

    assert await history(ats, "lever:1") == {("name", "None"), ("name", "Ada Byron")}


async def test_an_erasure_leaves_no_mark(ats: Caller, candidates: Sessions) -> None:
    await ats.patched("gem:1", name="Ada", observed_at=EARLY)
    await clear(ats, "gem:1", name=None, observed_at=ANONYMISED)

    assert (await ats.ask("POST", "/v1/erasures", {"Idempotency-Key": "k"}, json={"candidate": "gem:1"})).status_code in {
        200,
        202,
    }

    async with candidates.begin() as session:
        assert (await session.execute(text("SELECT count(*) FROM candidate_forgotten"))).scalar() == 0
