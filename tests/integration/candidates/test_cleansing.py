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


async def act(ats: Caller, status: int = 201, key: str | None = None, **body: Any) -> dict[str, Any]:
    headers = {} if key is None else {"Idempotency-Key": key}
    answer = await ats.ask("POST", "/v1/cleansing/actions", headers, json=body)
    assert answer.status_code == status, answer.text
    said: dict[str, Any] = answer.json()
    return said


async def tiers(ats: Caller, *names: str) -> list[str | None]:
    return [(await ats.read(f"gem:{name}"))["tier"] for name in names]


async def test_people_of_a_list_are_moved_to_the_pool_at_once_and_back_again(ats: Caller) -> None:
    await ats.patched("gem:warm", tier="warm", **WHOLE | {"level": None})
    await ats.patched("gem:none", **WHOLE | {"level": None})
    await ats.patched("gem:pool", tier="pool", **WHOLE | {"level": None})
    await ats.patched("gem:other", tier="warm", **WHOLE)

    would = await act(ats, 200, action="to_pool", list="incomplete", dry_run=True)
    assert (would["id"], would["people"]) == (None, 2)
    assert await tiers(ats, "warm", "none") == ["warm", None]

    first, again = [await act(ats, key="one", action="to_pool", list="incomplete") for _ in range(2)]
    assert first == again
    assert first["candidate_ids"] == would["candidate_ids"]
    assert await tiers(ats, "warm", "none", "pool", "other") == ["pool", "pool", "pool", "warm"]
    assert (await act(ats, action="to_pool", list="incomplete"))["people"] == 0

    await ats.patched("gem:none", tier="inner")
    undone, repeated = [(await ats.ask("POST", f"/v1/cleansing/actions/{first['id']}/undo")).json() for _ in range(2)]
    assert undone == repeated
    assert undone["undone_at"] is not None
    assert await tiers(ats, "warm", "none", "pool", "other") == ["warm", "inner", "pool", "warm"]


async def test_who_is_set_aside_leaves_the_list_until_then_or_until_it_is_undone(ats: Caller, candidates: Sessions) -> None:
    for name in ("one", "two"):
        await ats.patched(f"gem:{name}", skills=["python"])

    done = await act(ats, action="set_aside", list="unreachable", candidates=["gem:one"], days=30)

    assert set(await listed(ats, "unreachable")) == {"gem:two"}
    assert set(await listed(ats, "incomplete")) == {"gem:one", "gem:two"}
    assert (await counts(ats))["unreachable"] == 1
    assert (await ats.ask("GET", f"/v1/cleansing/actions/{done['id']}")).json() == done

    await ats.ask("POST", f"/v1/cleansing/actions/{done['id']}/undo")
    assert set(await listed(ats, "unreachable")) == {"gem:one", "gem:two"}

    await act(ats, action="set_aside", list="unreachable")
    assert await listed(ats, "unreachable") == {}
    async with candidates.begin_raw() as transaction:
        await transaction.connection.execute("UPDATE cleansing_actions SET until = now() - interval '1 day'")
    assert set(await listed(ats, "unreachable")) == {"gem:one", "gem:two"}


async def test_people_of_other_lists_are_named_and_an_erasure_leaves_nothing_of_it(ats: Caller, candidates: Sessions) -> None:
    await ats.patched("gem:ada", tier="warm", references=["ats:7"], **WHOLE)

    done = await act(ats, action="to_pool", candidates=["ats:7", "gem:ada", "gem:nobody"])
    assert (done["people"], await tiers(ats, "ada")) == (1, ["pool"])

    erased = (await ats.ask("POST", "/v1/erasures", json={"candidate": "gem:ada"})).json()
    assert erased["services"][0]["removed"]["cleansing_actions"] == 1
    async with candidates.alone() as connection:
        assert await connection.fetch("SELECT FROM cleansing_people") == []
    undone = (await ats.ask("POST", f"/v1/cleansing/actions/{done['id']}/undo")).json()
    assert undone["people"] == 0


async def test_what_is_asked_wrongly_or_by_whoever_may_not_is_refused(ats: Caller, caller: Callable[..., Caller]) -> None:
    for field, body in (
        ("list", {"action": "to_pool"}),
        ("list", {"action": "set_aside", "candidates": ["gem:1"]}),
        ("list", {"action": "to_pool", "list": "bounced"}),
        ("action", {"action": "erase", "list": "stale"}),
        ("candidates", {"action": "to_pool", "candidates": []}),
        ("candidates", {"action": "to_pool", "candidates": ["nobody"]}),
        ("days", {"action": "set_aside", "list": "stale", "days": 0}),
    ):
        refused = await act(ats, 422, **body)
        assert [one["field"] for one in refused["errors"]] == [field]
    answer = await caller("candidates:read").ask("POST", "/v1/cleansing/actions", json={"action": "to_pool", "list": "stale"})
    assert answer.status_code == 403
    lost = await ats.ask("GET", "/v1/cleansing/actions/0190b5b4-1111-5222-8333-444455556666")
    assert (lost.status_code, lost.json()["code"]) == (404, "cleansing_action_unknown")
