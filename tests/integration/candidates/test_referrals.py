"""Who named whom for what is kept, with whether they were thanked and what came of it; nobody has applied by being named."""

from collections.abc import Callable
from typing import Any
from uuid import uuid4

import httpx

from shared.db.engine import Sessions
from shared.ids import position_id
from tests.integration.candidates.conftest import Caller
from tests.integration.candidates.outgoing import published
from tests.integration.candidates.test_learning import deliver, fact


async def refer(ats: Caller, referrer: str, candidate: str, **body: Any) -> httpx.Response:
    return await ats.ask("POST", "/v1/referrals", json={"referrer": referrer, "candidate": candidate, **body})


async def referred(ats: Caller, referrer: str, candidate: str, **body: Any) -> dict[str, Any]:
    response = await refer(ats, referrer, candidate, **body)
    assert response.status_code == 201, response.text
    said: dict[str, Any] = response.json()
    return said


async def known(ats: Caller, *names: str) -> None:
    for name in names:
        await ats.patched(f"gem:{name}", name=name)


async def test_a_referral_is_kept_with_who_named_whom_for_what(ats: Caller) -> None:
    await known(ats, "ada", "bob")

    said = await referred(ats, "gem:ada", "gem:bob", position="ats:role", note="Calm", referred_at="2026-02-01T00:00:00Z")

    assert (said["referrer"]["references"], said["candidate"]["references"]) == (["gem:ada"], ["gem:bob"])
    assert (said["position_id"], said["note"], said["thanked_at"]) == (str(position_id("ats:role")), "Calm", None)
    assert (said["came_of_it"], said["is_void"]) == ([], False)
    assert (await ats.ask("GET", f"/v1/referrals/{said['id']}")).json() == said


async def test_said_again_the_first_stays_and_for_another_position_it_is_another(ats: Caller) -> None:
    await known(ats, "ada", "bob")
    first = await referred(ats, "gem:ada", "gem:bob", note="Calm")

    again = await refer(ats, "gem:ada", "gem:bob", note="Loud")
    other = await referred(ats, "gem:ada", "gem:bob", position="ats:role")

    assert (again.status_code, again.json()) == (200, first)
    assert other["id"] != first["id"]


async def test_lists_are_of_one_referrer_or_of_those_not_thanked_each_once(ats: Caller) -> None:
    await known(ats, "ada", "bob", "cy", "dee")
    made = [
        await referred(ats, "gem:ada", f"gem:{name}", referred_at=f"2026-02-0{day}T00:00:00Z")
        for day, name in enumerate(("bob", "cy", "dee"), 1)
    ]
    await referred(ats, "gem:bob", "gem:cy")
    thanked = await ats.ask("POST", f"/v1/referrals/{made[0]['id']}/thanked", json={"recruiter": "maria"})

    assert thanked.json()["thanked_by"] == "maria"
    of_ada = await ats.all_of("/v1/referrals?referrer=gem:ada&limit=2")
    assert [one["id"] for one in of_ada] == [one["id"] for one in reversed(made)]
    assert len(await ats.all_of("/v1/referrals?thanked=false&limit=1")) == 3
    assert [one["id"] for one in await ats.all_of("/v1/referrals?thanked=true&limit=1")] == [made[0]["id"]]
    assert len(await ats.all_of("/v1/referrals?candidate=gem:cy&limit=1")) == 2
    assert await ats.all_of("/v1/referrals?referrer=gem:nobody&limit=1") == []
    again = await ats.ask("POST", f"/v1/referrals/{made[0]['id']}/thanked", json={"recruiter": "jonas"})
    assert again.json() == thanked.json()
    assert (await ats.ask("POST", f"/v1/referrals/{uuid4()}/thanked", json={})).status_code == 404


async def test_nobody_names_themselves_or_closes_a_circle(ats: Caller) -> None:
    await known(ats, "ada", "bob", "cy")
    await ats.patched("gem:ada", references=["ats:ada"])
    await referred(ats, "gem:ada", "gem:bob")
    await referred(ats, "gem:bob", "gem:cy", position="ats:role")

    for referrer, candidate in (("gem:ada", "gem:ada"), ("ats:ada", "gem:ada"), ("gem:cy", "ats:ada"), ("gem:bob", "gem:ada")):
        refused = await refer(ats, referrer, candidate, position="ats:other")
        assert (refused.status_code, refused.json()["code"]) == (422, "referral_circle")
        assert [one["field"] for one in refused.json()["errors"]] == ["candidate"]
    assert len(await ats.all_of("/v1/referrals?limit=10")) == 2


async def test_who_turns_out_to_be_one_person_named_nobody(ats: Caller) -> None:
    await known(ats, "ada", "bob", "cy")
    await referred(ats, "gem:ada", "gem:bob")
    await referred(ats, "gem:bob", "gem:cy")
    await ats.patched("gem:ada", references=["gem:bob", "gem:cy"])

    assert [one["is_void"] for one in await ats.all_of("/v1/referrals?limit=10")] == [True, True]
    assert (await refer(ats, "gem:cy", "gem:ada", position="ats:role")).status_code == 422


async def test_what_came_of_it_is_read_from_the_pursuits_of_the_person_named(ats: Caller, candidates: Sessions) -> None:
    await known(ats, "ada", "bob")
    before = await referred(ats, "gem:ada", "gem:bob", position="ats:9", referred_at="2026-03-02T00:00:00Z")
    everything = await referred(ats, "gem:ada", "gem:bob", referred_at="2026-03-10T00:00:00Z")
    await deliver(
        candidates,
        fact("gem:bob", "pursuit.sourced", 3, position="ats:9", via="referral"),
        fact("gem:bob", "pursuit.contacted", 4, position="ats:9", channel="email"),
        fact("gem:bob", "pursuit.interested", 5, position="ats:9"),
        fact("gem:bob", "pursuit.declined", 6, position="ats:9", reason="salary"),
        fact("gem:bob", "pursuit.offered", 12, position="ats:8"),
        fact("gem:bob", "pursuit.hired", 13, position="ats:8"),
    )

    async def came_of(one: dict[str, Any]) -> list[tuple[str, str, str]]:
        said = (await ats.ask("GET", f"/v1/referrals/{one['id']}")).json()
        return [(result["position_id"], result["stage"], result["outcome"]) for result in said["came_of_it"]]

    assert await came_of(before) == [(str(position_id("ats:9")), "interested", "soft_no")]
    assert await came_of(everything) == [(str(position_id("ats:8")), "hired", "hired")]


async def test_being_named_teaches_nothing_of_a_person_and_is_no_event(ats: Caller, candidates: Sessions) -> None:
    await known(ats, "ada", "bob")
    events, record = len(await published(candidates)), await ats.read("gem:bob")

    await referred(ats, "gem:ada", "gem:bob", position="ats:role")

    assert len(await published(candidates)) == events
    assert await ats.read("gem:bob") == record
    assert record["learned"]["market_status"] is None


async def test_an_erasure_of_either_side_leaves_nothing_and_counts_it(ats: Caller, candidates: Sessions) -> None:
    await known(ats, "ada", "bob", "cy")
    await referred(ats, "gem:ada", "gem:bob", note="Calm")
    await referred(ats, "gem:bob", "gem:cy")

    erased = (await ats.ask("POST", "/v1/erasures", json={"candidate": "gem:bob"})).json()

    assert erased["services"][0]["removed"]["referrals"] == 2
    async with candidates.alone() as connection:
        assert await connection.fetch("SELECT FROM referrals") == []
    assert (await refer(ats, "gem:ada", "gem:bob")).status_code == 410


async def test_both_have_it_in_their_copy(ats: Caller, caller: Callable[..., Caller]) -> None:
    await known(ats, "ada", "bob", "cy")
    made = await referred(ats, "gem:ada", "gem:bob")
    admin = caller("admin")

    for name, expected in (("ada", [made["id"]]), ("bob", [made["id"]]), ("cy", [])):
        ids = {"candidate_id": (await ats.read(f"gem:{name}"))["id"]}
        held = (await admin.ask("GET", "/v1/candidates/personal-data", params=ids)).json()["rows"]
        assert [row["id"] for row in held.get("referrals", [])] == expected


async def test_referrals_are_of_people_who_are_known_and_for_those_who_may(ats: Caller, caller: Callable[..., Caller]) -> None:
    await known(ats, "ada", "bob")

    assert (await refer(ats, "gem:ada", "gem:nobody")).status_code == 404
    assert (await refer(ats, "gem:nobody", "gem:ada")).status_code == 404
    assert (await refer(caller("candidates:read"), "gem:ada", "gem:bob")).status_code == 403
    assert (await refer(caller("engagement:write"), "gem:ada", "gem:bob")).status_code == 201
    assert (await caller("engagement:write").ask("GET", "/v1/referrals")).status_code == 403
    wrong = await refer(ats, "ada", "gem:bob")
    assert (wrong.status_code, wrong.json()["errors"][0]["field"]) == (422, "referrer")
