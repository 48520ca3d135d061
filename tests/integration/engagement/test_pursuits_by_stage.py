"""Who of a position stands where: pursuits by stage and status, and how many there are of each."""

from tests.integration.engagement.posting import Ats, event


async def test_pursuits_are_found_and_counted_by_the_stage_and_status_of_their_latest_attempt(ats: Ats) -> None:
    moved = event("pursuit.stage_entered", of="ats:cem", at="2026-03-03", stage="screening")
    declined = event("pursuit.declined", of="ats:dee", at="2026-03-03", reason="salary")
    elsewhere = event(of="ats:eve", at="2026-03-01", position="ats:another")
    contacted = [event(of=f"ats:{name}", at="2026-03-01") for name in ("ada", "bob", "cem", "dee")]
    await ats.post([*contacted, moved, declined, elsewhere], status=207)
    await ats.follow()

    counts = (await ats.get("/v1/pursuits/counts", position="ats:job"))["items"]
    assert {(one["stage"], one["status"]): one["pursuits"] for one in counts} == {
        ("contacted", "closed"): 2,  # nobody answered for a month
        ("screening", "open"): 1,
        ("responded", "closed"): 1,
    }
    asked = {"position": "ats:job", "stage": "contacted", "status": "closed", "limit": "1"}
    first = (await ats.client.get("/v1/pursuits", params=asked)).json()
    second = (await ats.client.get("/v1/pursuits", params={**asked, "cursor": first["next_cursor"]})).json()
    shown = [*first["items"], *second["items"]]
    assert sorted(one["references"] for one in shown) == [["ats:ada"], ["ats:bob"]]
    assert second["next_cursor"] is None
    assert [one["references"] for one in await ats.pursuits(candidate="ats:cem", stage="screening")] == [["ats:cem"]]
    assert await ats.pursuits(candidate="ats:cem", stage="contacted") == []


async def test_a_cursor_of_one_stage_is_none_of_another(ats: Ats) -> None:
    await ats.post([event(of=f"ats:{name}", at="2026-03-01") for name in ("ada", "bob")], status=207)
    await ats.follow()
    cursor = (await ats.get("/v1/pursuits", stage="contacted", limit=1))["next_cursor"]

    refused = await ats.get("/v1/pursuits", stage="responded", cursor=cursor, status=400)

    assert refused["code"] == "invalid_cursor"
