"""A person is vetted by somebody, by something and for a time; pools and searches know who is vetted now."""

from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import quote

import httpx
import pytest

from shared.db.engine import Sessions
from tests.integration.candidates.conftest import Caller
from tests.integration.candidates.test_pools import followed, made, members, news, say

NOW = datetime.now(UTC)


async def put(ats: Caller, person: str, **fields: Any) -> httpx.Response:
    body = {"methods": ["references", "interview"], "recruiter": "maria", **fields}
    return await ats.ask("PUT", f"/v1/candidates/{quote(person, safe='')}/vetting", json=body)


async def vetted(ats: Caller, query: str = "vetted=true") -> set[str]:
    return {one["references"][0] for one in await ats.all_of(f"/v1/candidates?{query}&limit=1")}


async def test_it_says_who_when_by_what_and_until_when_and_stands_in_the_record(ats: Caller) -> None:
    person = await ats.patched("gem:ada", name="Ada Byron")

    said = await put(ats, "gem:ada", vetted_at="2026-03-02T09:00:00Z")

    assert said.status_code == 200, said.text
    vetting = {
        "methods": ["interview", "references"],
        "recruiter": "maria",
        "vetted_at": "2026-03-02T09:00:00Z",
        "valid_until": "2027-03-02T09:00:00Z",
    }
    assert said.json() == {"candidate_id": person["id"], "references": ["gem:ada"], **vetting}
    record = await ats.read("gem:ada")
    assert record["vetting"] == vetting
    [listed] = (await ats.ask("GET", "/v1/candidates?ids=gem:ada")).json()["items"]
    assert listed["vetting"] == vetting
    assert (await ats.ask("DELETE", "/v1/candidates/gem:ada/vetting")).status_code == 204
    assert (await ats.read("gem:ada"))["vetting"] is None


async def test_who_is_vetted_is_found_until_it_expires(ats: Caller, candidates: Sessions) -> None:
    for name in ("ada", "bob", "cyd"):
        await ats.patched(f"gem:{name}", name=f"{name} of the pool", level="senior")
    await put(ats, "gem:ada", valid_until=(NOW + timedelta(days=30)).isoformat())
    await put(ats, "gem:bob", vetted_at="2020-01-01T00:00:00Z", valid_until="2021-01-01T00:00:00Z")

    assert await vetted(ats) == {"gem:ada"}
    assert await vetted(ats, "vetted=true&q=pool&level=senior") == {"gem:ada"}
    assert await vetted(ats, "vetted=false") == {"gem:bob", "gem:cyd"}

    await followed(candidates, NOW + timedelta(days=31))
    assert await vetted(ats) == set()
    assert (await ats.read("gem:ada"))["vetting"] is not None


async def test_a_pool_of_vetted_people_only_holds_nobody_else_and_loses_those_for_whom_it_expires(
    ats: Caller, candidates: Sessions
) -> None:
    for name in ("ada", "bob"):
        await ats.patched(f"gem:{name}", name=name, level="senior")
    pool = await made(ats, rule={"level": "senior"}, vetted_only=True)
    await followed(candidates)
    assert await members(ats, pool) == {}
    refused = await ats.ask("PUT", f"/v1/pools/{pool}/members/gem:bob", json={"reason": "A friend"})
    assert (refused.status_code, refused.json()["code"]) == (409, "candidate_not_vetted")

    for name in ("ada", "bob"):
        await put(ats, f"gem:{name}", valid_until=(NOW + timedelta(days=30)).isoformat())
    await say(ats, pool, "gem:bob")
    await followed(candidates)
    assert await members(ats, pool) == {"gem:ada": ["rule"], "gem:bob": ["rule", "hand"]}

    await followed(candidates, NOW + timedelta(days=31))
    assert await members(ats, pool) == {}
    left = [rest for _, kind, rest in await news(candidates) if kind == "pool.left"]
    assert left == [{"pool_id": pool, "reason": "rule"}] * 2


async def test_who_was_put_in_by_hand_is_in_again_once_a_pool_is_of_vetted_people_no_more(
    ats: Caller, candidates: Sessions, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("services.candidates.use_cases.follow_pools.CHUNK", 2)
    pool = await made(ats, rule={"level": "senior"})
    names = [f"gem:{number}" for number in range(5)]
    for name in names:
        await ats.patched(name, name=f"Called {name}")
        await say(ats, pool, name)

    for vetted_only, expected in ((True, {}), (False, {name: ["hand"] for name in names})):
        tag = (await ats.ask("GET", f"/v1/pools/{pool}")).headers["ETag"]
        changed = await ats.ask("PATCH", f"/v1/pools/{pool}", {"If-Match": tag}, json={"vetted_only": vetted_only})
        assert changed.status_code == 200, changed.text
        await followed(candidates)
        assert await members(ats, pool) == expected


async def test_a_rule_may_ask_for_vetted_people(ats: Caller, candidates: Sessions) -> None:
    await ats.patched("gem:ada", name="Ada")
    pool = await made(ats, rule={"vetted": True})
    await put(ats, "gem:ada")
    await followed(candidates)
    assert await members(ats, pool) == {"gem:ada": ["rule"]}
    assert await vetted(ats, f"pool={pool}") == {"gem:ada"}

    await ats.ask("DELETE", "/v1/candidates/gem:ada/vetting")
    await followed(candidates)
    assert await members(ats, pool) == {}
    assert await vetted(ats, f"pool={pool}") == set()


async def test_people_who_are_one_are_vetted_as_either_was_and_part_with_their_own(ats: Caller) -> None:
    await ats.patched("gem:ada", name="Ada")
    await ats.patched("ats:7", name="A.")
    await put(ats, "ats:7")
    await ats.patched("gem:ada", references=["ats:7"])

    assert (await ats.read("gem:ada"))["vetting"]["recruiter"] == "maria"
    assert await vetted(ats) == {"gem:ada"}

    assert (await ats.unlink("gem:ada", "ats:7")).status_code == 200
    assert (await ats.read("gem:ada"))["vetting"] is None
    assert await vetted(ats) == {"ats:7"}


async def test_what_is_said_of_people_who_are_one_takes_the_place_of_what_was_said_of_either(
    ats: Caller, candidates: Sessions
) -> None:
    month, year = ((NOW + timedelta(days=days)).isoformat() for days in (30, 365))
    await ats.patched("gem:ada", name="Ada")
    await ats.patched("ats:7", name="A.")
    pool = await made(ats, rule={"vetted": True})
    await put(ats, "ats:7", valid_until=year)
    await ats.patched("gem:ada", references=["ats:7"])
    shorter = (await put(ats, "gem:ada", valid_until=month)).json()
    await followed(candidates)
    assert (await ats.read("gem:ada"))["vetting"]["valid_until"] == shorter["valid_until"]
    assert await members(ats, pool) == {"gem:ada": ["rule"]}

    await followed(candidates, NOW + timedelta(days=31))
    assert (await members(ats, pool), await vetted(ats)) == ({}, set())

    assert (await ats.unlink("gem:ada", "ats:7")).status_code == 200
    await followed(candidates, NOW + timedelta(days=31))
    assert (await members(ats, pool))["ats:7"] == ["rule"]
    assert "ats:7" in await vetted(ats)

    await ats.patched("gem:ada", references=["ats:7"])
    await followed(candidates)
    assert (await ats.read("gem:ada"))["vetting"]["valid_until"] == shorter["valid_until"]
    await followed(candidates, NOW + timedelta(days=31))
    assert await vetted(ats) == set()


async def test_a_change_keeps_it_and_an_erasure_leaves_nothing_of_it(ats: Caller, candidates: Sessions) -> None:
    await ats.patched("gem:ada", name="Ada")
    await put(ats, "gem:ada")
    await ats.patched("gem:ada", title="Captain")
    assert (await ats.read("gem:ada"))["vetting"] is not None

    await ats.ask("POST", "/v1/erasures", json={"candidate": "gem:ada"})

    async with candidates.alone() as connection:
        assert await connection.fetch("SELECT id FROM candidates WHERE vetting IS NOT NULL OR vetted_until IS NOT NULL") == []
    assert (await put(ats, "gem:ada")).status_code == 410


@pytest.mark.parametrize(
    ("field", "body"),
    [
        ("methods", {"methods": []}),
        ("methods[0]", {"methods": ["horoscope"]}),
        ("valid_until", {"vetted_at": "2026-03-02", "valid_until": "2026-03-01"}),
        ("recruiter", {"recruiter": "Maria Keller"}),
    ],
)
async def test_what_breaks_a_rule_is_refused_by_field(ats: Caller, field: str, body: dict[str, Any]) -> None:
    await ats.patched("gem:ada", name="Ada")

    response = await put(ats, "gem:ada", **body)

    assert response.status_code == 422, response.text
    assert [one["field"] for one in response.json()["errors"]] == [field]
