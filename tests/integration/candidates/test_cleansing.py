"""People whose records are to be cleansed are listed and counted, each with why, and with what it costs to leave them."""

from collections.abc import Callable
from typing import Any

from shared.db.engine import Sessions
from tests.integration.candidates.conftest import Caller

WHOLE: dict[str, Any] = {"emails": ["ada@example.org"], "skills": ["python"], "level": "senior"}


async def counts(ats: Caller) -> dict[str, int]:
    """How many people are in each list."""
    items = (await ats.ask("GET", "/v1/cleansing")).json()["items"]
    assert all(one["cost"] and one["title"] for one in items)
    return {one["name"]: one["people"] for one in items}


async def listed(ats: Caller, name: str) -> dict[str, list[str]]:
    """Why each person is in a list, by reference."""
    return {one["references"][0]: one["why"] for one in await ats.all_of(f"/v1/cleansing/{name}?limit=2")}


async def test_whoever_lacks_what_people_are_found_by_or_cannot_be_reached_is_listed_with_why(ats: Caller) -> None:
    await ats.patched("gem:whole", name="Ada Byron", **WHOLE)
    await ats.patched("gem:bare", name="Bo Bare")
    await ats.patched("gem:phone", phones=["+4930123456"], skills=["go"])
    await ats.patched("gem:link", links=["https://www.linkedin.com/in/link"], level="junior")

    assert await counts(ats) == {"stale": 0, "unreachable": 1, "incomplete": 3}
    assert await listed(ats, "unreachable") == {"gem:bare": ["No e-mail address, telephone or link of a profile is known."]}
    assert await listed(ats, "incomplete") == {
        "gem:bare": ["No skill is known.", "Their level is not known."],
        "gem:phone": ["Their level is not known."],
        "gem:link": ["No skill is known."],
    }


async def test_a_person_leaves_a_list_when_what_was_missing_is_stated_even_by_a_linked_reference(ats: Caller) -> None:
    await ats.patched("gem:bare", name="Bo Bare")

    await ats.patched("ats:7", **WHOLE)
    await ats.patched("gem:bare", references=["ats:7"])

    assert await counts(ats) == {"stale": 0, "unreachable": 0, "incomplete": 0}


async def test_who_was_neither_changed_nor_contacted_for_a_year_is_stale(ats: Caller, candidates: Sessions) -> None:
    for name in ("old", "written-to", "new"):
        await ats.patched(f"gem:{name}", name=name, **WHOLE)
    async with candidates.begin_raw() as transaction:
        await transaction.connection.execute(
            "UPDATE candidates SET changed_at = now() - interval '400 days' WHERE reference <> 'gem:new'"
        )
        await transaction.connection.execute(
            "UPDATE candidates SET learned = jsonb_build_object('last_contact_at', now() - interval '3 days')"
            " WHERE reference = 'gem:written-to'"
        )

    assert list(await listed(ats, "stale")) == ["gem:old"]
    [item] = (await ats.ask("GET", "/v1/cleansing/stale")).json()["items"]
    assert item["since"] < "2030"

    await ats.patched("gem:old", title="Captain")
    assert (await counts(ats))["stale"] == 0


async def test_lists_are_for_those_who_read_records_and_hold_nobody_who_was_erased(
    ats: Caller, caller: Callable[..., Caller]
) -> None:
    await ats.patched("gem:bare", name="Bo Bare")
    await ats.ask("POST", "/v1/erasures", json={"candidate": "gem:bare"})

    assert set((await counts(ats)).values()) == {0}
    assert (await caller("engagement:read").ask("GET", "/v1/cleansing")).status_code == 403
    unknown = await ats.ask("GET", "/v1/cleansing/lost")
    assert (unknown.status_code, unknown.json()["code"]) == (404, "cleansing_list_unknown")
    assert (await ats.ask("GET", "/v1/cleansing/stale?cursor=nonsense")).status_code == 400
