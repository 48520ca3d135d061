"""Suspected duplicates: found by evidence however people come, previewed, merged, parted, and said not to be the same."""

import asyncio
from typing import Any
from urllib.parse import quote

import pytest

from services.candidates.settings import CandidatesSettings
from services.candidates.storage import duplicates
from services.candidates.use_cases import stage_import
from services.candidates.use_cases.compare_people import compare_next, scan
from shared import clock
from shared.db.engine import Sessions
from shared.ids import candidate_id
from tests.integration.candidates.conftest import Caller
from tests.integration.candidates.imported import Importer
from tests.integration.candidates.test_erasing import erase, everything
from tests.waiting import eventually

ADA: dict[str, Any] = {
    "name": "Ada Byron",
    "emails": ["ada.byron@example.org"],
    "company": "Analytical",
    "location": {"country": "DE", "city": "Berlin"},
}
LANDLINE = "+49 30 901820"


async def compare(sessions: Sessions) -> None:
    """Compare whoever waits for it, as the worker does."""
    while await compare_next(sessions, now=clock.now()):
        pass


async def pairs(caller: Caller, query: str = "") -> list[dict[str, Any]]:
    return await caller.all_of(f"/v1/duplicates?limit=2{query}")


async def the_pair(caller: Caller) -> dict[str, Any]:
    (pair,) = await pairs(caller)
    return pair


async def post(caller: Caller, pair: dict[str, Any], action: str, **body: Any) -> Any:
    return await caller.ask("POST", f"/v1/duplicates/{pair['id']}/{action}", json=body)


async def test_two_records_of_one_person_are_suspected_with_evidence(ats: Caller, candidates: Sessions) -> None:
    await ats.patched("greenhouse:1", **ADA)
    await ats.patched("gem:1", name="Byron, Ada", emails=["ADA.byron@example.org"])
    await ats.patched("gem:2", name="Grace Hopper", emails=["grace@example.org"], company="Navy")

    await compare(candidates)

    pair = await the_pair(ats)
    assert pair["score"] > 0.9
    assert (pair["judgement"], pair["status"]) == ("likely", "open")
    assert [one["id"] for one in pair["candidates"]] == sorted(str(candidate_id(name)) for name in ("greenhouse:1", "gem:1"))
    assert {one["signal"]: one["why"] for one in pair["evidence"]} == {
        "email": "the same mailbox",
        "name": "the same name in another order",
    }
    assert [one["id"] for one in await pairs(ats, "&candidate=gem:1&min_score=0.9")] == [pair["id"]]
    assert await pairs(ats, "&candidate=gem:2") == []
    assert await pairs(ats, "&min_score=1") == []


async def test_every_way_in_gives_the_same_score(ats: Caller, candidates: Sessions, settings: CandidatesSettings) -> None:
    await ats.patched("greenhouse:1", **ADA)
    await compare(candidates)
    await ats.patched("gem:1", name="Ada Byron", company="Analytical Ltd.", location={"country": "DE", "city": "Berlin"})
    await compare(candidates)
    by_api = await the_pair(ats)

    importer = Importer(ats, candidates, settings)
    await importer.imported("external_id,name,company,country,city\n1,Ada Byron,Analytical Ltd.,DE,Berlin\n", source="csv")
    await compare(candidates)
    found = await pairs(ats, "&candidate=csv:1")
    by_import = next(one for one in found if str(candidate_id("greenhouse:1")) in {who["id"] for who in one["candidates"]})
    assert await scan(candidates) == 3
    await compare(candidates)
    by_scan = {one["id"]: one for one in await pairs(ats)}

    assert (
        by_api["evidence"] == by_import["evidence"] == by_scan[by_api["id"]]["evidence"] == by_scan[by_import["id"]]["evidence"]
    )
    assert by_api["score"] == by_import["score"] == by_scan[by_api["id"]]["score"]
    assert by_scan[by_api["id"]]["found_at"] == by_api["found_at"]
    assert len(by_scan) == 3


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ({"name": "Anna Keller", "phones": [LANDLINE]}, {"name": "Peter Keller", "phones": [LANDLINE]}),
        ({"name": "John Smith Jr.", "phones": [LANDLINE]}, {"name": "John Smith Sr.", "phones": [LANDLINE]}),
        ({"name": "Anna Keller", "emails": ["keller@example.org"]}, {"name": "Jan Keller", "emails": ["keller@example.org"]}),
    ],
)
async def test_families_are_suggestions(ats: Caller, candidates: Sessions, one: dict[str, Any], other: dict[str, Any]) -> None:
    await ats.patched("gem:1", **one)
    await ats.patched("gem:2", **other)
    await compare(candidates)

    pair = await the_pair(ats)
    assert pair["judgement"] == "possible"
    assert (await ats.read("gem:1"))["references"] == ["gem:1"]


async def test_a_family_with_one_landline_is_imported_as_several_people(
    ats: Caller, candidates: Sessions, settings: CandidatesSettings
) -> None:
    importer = Importer(ats, candidates, settings)
    rows = f'name,phones\nAnna Keller,{LANDLINE}\nPeter Keller,{LANDLINE}\n"Keller, Anna",{LANDLINE}\n'

    done = await importer.imported(rows)
    again = await importer.imported(rows + f"Paul Keller,{LANDLINE}\n")
    await compare(candidates)

    assert (done["created"], again["created"]) == (2, 1)
    found = await pairs(ats)
    assert len(found) == 3
    assert {one["judgement"] for one in found} == {"possible"}


async def test_a_family_with_one_address_is_imported_as_several_people(
    ats: Caller, candidates: Sessions, settings: CandidatesSettings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(stage_import, "BATCH", 2)
    importer = Importer(ats, candidates, settings)
    anna, jan, married = "Anna Keller,k@example.org\n", "Jan Keller,k@example.org\n", "Anna Huber,k@example.org\n"

    tried = await importer.send(f"name,email\n{anna}{jan}{jan}", dry_run="true")
    done = await importer.imported(f'name,email\n{anna}"Keller, Anna",k@example.org\n{jan}')
    again = await importer.imported(f"name,email\n{jan}{married}")
    waiting = [
        (await importer.send(f"name,email\n{row}")).json()["id"] for row in ("Eva Ott,o@example.org", "Tim Ott,o@example.org")
    ]
    await importer.work()
    await compare(candidates)

    assert (tried.json()["created"], tried.json()["unchanged"]) == (2, 1)
    assert (done["created"], again["created"], again["unchanged"], again["updated"]) == (2, 0, 1, 1)
    assert [(await importer.read(one))["created"] for one in waiting] == [1, 1]
    assert {person["name"] for person in await importer.people()} == {"Anna Huber", "Jan Keller", "Eva Ott", "Tim Ott"}
    assert {one["judgement"] for one in await pairs(ats)} == {"possible"}


async def test_the_preview_says_which_value_wins_and_why_and_the_merge_keeps_to_it(ats: Caller, candidates: Sessions) -> None:
    await ats.patched("greenhouse:1", **ADA, title="Engineer", observed_at="2026-01-01T00:00:00Z")
    await ats.patched(
        "gem:1", name="Ada Byron", emails=["ada.byron@example.org"], title="Lead", observed_at="2026-02-01T00:00:00Z"
    )
    await compare(candidates)
    pair = await the_pair(ats)

    shown = (await ats.ask("GET", f"/v1/duplicates/{pair['id']}")).json()

    fields = {one["field"]: one for one in shown["preview"]["fields"]}
    assert (fields["title"]["value"], fields["title"]["other_value"], fields["title"]["why"]) == (
        "Lead",
        "Engineer",
        "it was so later",
    )
    assert fields["title"]["candidate_id"] == str(candidate_id("gem:1"))
    assert fields["company"]["why"] == "the other record says nothing of it"
    assert fields["name"]["why"] == "both records say the same"
    (email,) = shown["preview"]["lists"]["emails"]
    assert sorted(email["candidate_ids"]) == [one["id"] for one in pair["candidates"]]
    survivor = candidate_id("gem:1")
    merged = await post(ats, pair, "merge", survivor=str(survivor))
    assert merged.status_code == 200, merged.text
    assert (merged.json()["candidate_id"], merged.json()["merged_id"]) == (str(survivor), str(candidate_id("greenhouse:1")))
    record = await ats.read("greenhouse:1")
    assert record["id"] == str(survivor)
    for name in ("title", "company", "name"):
        assert record[name] == fields[name]["value"]
    assert await pairs(ats) == []
    await compare(candidates)
    assert (await ats.ask("GET", f"/v1/duplicates/{pair['id']}")).status_code == 404
    assert (await post(ats, pair, "merge")).json()["code"] == "duplicate_unknown"


async def test_merged_people_part_exactly_as_they_were(ats: Caller, candidates: Sessions) -> None:
    await ats.patched("greenhouse:1", **ADA, skills=["python"], references=["lever:1"])
    await ats.patched("gem:1", name="Ada Byron", emails=["ada.byron@example.org"], skills=["go"], references=["ashby:1"])
    before = {name: await ats.read(name) for name in ("greenhouse:1", "gem:1")}
    await compare(candidates)
    pair = await the_pair(ats)
    merged = (await post(ats, pair, "merge")).json()
    assert sorted((await ats.read("gem:1"))["references"]) == ["ashby:1", "gem:1", "greenhouse:1", "lever:1"]

    parted = await ats.unlink(merged["candidate_id"], merged["merged_id"])

    assert parted.status_code == 200, parted.text
    changing = {"after", "after_each"}
    for name, record in before.items():
        now = await ats.read(name)
        assert {k: v for k, v in now.items() if k not in changing} == {k: v for k, v in record.items() if k not in changing}
    await compare(candidates)
    assert (await the_pair(ats))["id"] == pair["id"]


async def test_not_the_same_is_remembered_until_it_is_taken_back(ats: Caller, candidates: Sessions) -> None:
    await ats.patched("gem:1", name="John Smith", phones=[LANDLINE])
    await ats.patched("gem:2", name="John Smith", phones=[LANDLINE])
    await compare(candidates)
    pair = await the_pair(ats)

    said = await post(ats, pair, "not-the-same", reason="father and son")
    again = await post(ats, pair, "not-the-same", reason="another reason")

    assert said.json() == again.json()
    assert (said.json()["reason"], said.json()["decided_by"]) == ("father and son", "tester")
    await ats.patched("gem:2", title="Engineer", company="Analytical")
    await ats.patched("gem:3", name="John Smith", references=["gem:2"])
    await scan(candidates)
    await compare(candidates)
    assert await pairs(ats) == []
    (kept,) = await pairs(ats, "&status=not_the_same")
    assert kept["status"] == "not_the_same"
    assert (await ats.ask("GET", f"/v1/duplicates/{kept['id']}")).json()["decision"] == said.json()
    undone = await ats.ask("DELETE", f"/v1/duplicates/{kept['id']}/not-the-same")
    assert undone.status_code == 204
    assert [one["id"] for one in await pairs(ats)] == [kept["id"]]
    await scan(candidates)
    await compare(candidates)
    assert [one["id"] for one in await pairs(ats)] == [kept["id"]]


async def test_who_decides_while_the_two_are_compared_is_heard(
    ats: Caller, candidates: Sessions, monkeypatch: pytest.MonkeyPatch
) -> None:
    await ats.patched("gem:1", name="John Smith", phones=[LANDLINE])
    await ats.patched("gem:2", name="John Smith", phones=[LANDLINE])
    await compare(candidates)
    pair = await the_pair(ats)
    replace, deciding = duplicates.replace_pairs, list[asyncio.Task[Any]]()

    async def decided_or_waiting() -> bool:
        locks = "SELECT count(*) FROM pg_locks WHERE NOT granted"
        return deciding[0].done() or bool((await candidates.fetch_alone(locks))[0][0])

    async def replace_once_somebody_decides(*given: Any, **how: Any) -> None:
        if not deciding:
            deciding.append(asyncio.create_task(post(ats, pair, "not-the-same", reason="father and son")))
            await eventually(decided_or_waiting)
        await replace(*given, **how)

    monkeypatch.setattr(duplicates, "replace_pairs", replace_once_somebody_decides)
    await scan(candidates)
    await compare(candidates)

    assert (await deciding[0]).status_code == 200
    assert await pairs(ats) == []
    assert [one["id"] for one in await pairs(ats, "&status=not_the_same")] == [pair["id"]]


async def test_a_decision_follows_who_is_linked_though_nothing_that_is_compared_has_changed(
    ats: Caller, candidates: Sessions
) -> None:
    for name in ("gem:1", "gem:2", "gem:3"):
        await ats.patched(name, name="John Smith", phones=[LANDLINE])
    await compare(candidates)
    ids = {name: (await ats.read(name))["id"] for name in ("gem:1", "gem:2", "gem:3")}
    apart = next(
        one
        for one in await pairs(ats)
        if {one["candidates"][0]["id"], one["candidates"][1]["id"]} == {ids["gem:2"], ids["gem:3"]}
    )
    await post(ats, apart, "not-the-same", reason="father and son")

    await ats.patched("gem:1", references=["gem:2"])
    await compare(candidates)
    assert await pairs(ats) == []

    await ats.unlink("gem:1", "gem:2")
    await compare(candidates)
    assert len(await pairs(ats)) == 2


async def test_a_merge_that_one_step_would_not_undo_is_refused(ats: Caller, candidates: Sessions) -> None:
    await ats.patched("gem:1", name="Ada Byron", emails=["ada@example.org"], references=["linkedin:ada"])
    await ats.patched("lever:1", name="Ada Byron", references=["linkedin:ada"])
    # Of several whom nobody names the smallest id stands for a person: here never the single one's.
    last = max((f"zoho:{number}" for number in range(500)), key=candidate_id)
    await ats.patched(last, name="Ada Byron", emails=["ada@example.org"])
    await compare(candidates)
    pair = await the_pair(ats)
    several = (await ats.read("linkedin:ada"))["id"]
    single = (await ats.read(last))["id"]

    refused = await post(ats, pair, "merge", survivor=single)
    merged = await post(ats, pair, "merge", survivor=several)

    assert (refused.status_code, refused.json()["code"]) == (409, "merge_not_exact")
    assert merged.status_code == 200, merged.text
    assert merged.json()["candidate_id"] == several
    assert (await ats.unlink(several, single)).status_code == 200
    assert (await ats.read(last))["references"] == [last]


async def test_a_chain_of_fifty_is_merged_and_parted(ats: Caller, candidates: Sessions) -> None:
    for number in range(50):
        await ats.patched(f"gem:{number}", name="Ada Byron", emails=["ada@example.org"])
    await compare(candidates)
    merges = []
    while found := (await ats.ask("GET", "/v1/duplicates?limit=1")).json()["items"]:
        merges.append((await post(ats, found[0], "merge")).json())
        await compare(candidates)

    assert len(merges) == 49
    assert len((await ats.read("gem:7"))["references"]) == 50
    for merge in reversed(merges):
        assert (await ats.unlink(merge["candidate_id"], merge["merged_id"])).status_code == 200
    for number in range(50):
        assert (await ats.read(f"gem:{number}"))["references"] == [f"gem:{number}"]


async def test_an_erasure_leaves_nothing_of_pairs_keys_and_decisions(ats: Caller, candidates: Sessions) -> None:
    await ats.patched("gem:1", name="Zephyrine Quill", emails=["zephyrine@example.org"])
    await ats.patched("gem:2", name="Zephyrine Quill", emails=["zephyrine@example.org"])
    await ats.patched("gem:3", name="Zephyrine Quill", emails=["zephyrine@example.org"])
    await compare(candidates)
    first, *others = await pairs(ats, "&candidate=gem:1")
    await post(ats, first, "not-the-same", reason="Xanthippe said so")
    await ats.patched("gem:1", title="Waits to be compared")

    await erase(ats, "gem:1")

    left = await everything(candidates)
    assert "Xanthippe" not in left
    await erase(ats, "gem:2")
    await erase(ats, "gem:3")
    await compare(candidates)
    left = (await everything(candidates)).lower()
    assert "zephyrine" not in left
    assert b"zephyrine".hex() not in left
    assert await pairs(ats) == []
    merged = await post(ats, others[0], "merge")
    assert (merged.status_code, merged.json()["code"]) == (404, "duplicate_unknown")


@pytest.mark.parametrize(
    "name",
    [
        "A",
        "\u00d8",
        "\u738b",
        "x" * 200,
        "\u05d9\u05d5\u05e1\u05e3 \u05db\u05d4\u05df",
        "\u0645\u062d\u0645\u062f \u0639\u0644\u064a",
        "\U0001f642",
        "\u0e2a\u0e21\u0e0a\u0e32\u0e22",
        "...",
        "Jr. Sr.",
        "\u202eevil",
    ],
)
async def test_any_name_is_compared(ats: Caller, candidates: Sessions, name: str) -> None:
    for number in (1, 2):
        answer = await ats.patch(f"gem:{number}", name=name, emails=["same@example.org"])
        assert answer.status_code in {200, 201, 422}, answer.text
    await ats.patched("gem:1", emails=["same@example.org"])
    await ats.patched("gem:2", emails=["same@example.org"])

    await compare(candidates)

    assert len(await pairs(ats)) == 1


async def test_one_who_cannot_be_compared_hinders_nobody(
    ats: Caller, candidates: Sessions, caplog: pytest.LogCaptureFixture
) -> None:
    await ats.patched("gem:0", name="Broken Secret")
    await ats.patched("gem:1", **ADA)
    await ats.patched("gem:2", **ADA)
    async with candidates.begin_raw() as transaction:
        broken = str(candidate_id("gem:0"))
        await transaction.connection.execute(f"UPDATE candidates SET record = record - 'emails' WHERE id = '{broken}'")

    await compare(candidates)

    assert len(await pairs(ats)) == 1
    assert f"{broken} could not be compared" in caplog.text
    assert "Secret" not in caplog.text


async def test_a_telephone_without_its_country_finds_the_one_with_it(ats: Caller, candidates: Sessions) -> None:
    await ats.patched("gem:1", name="Ada Byron", phones=["0151 23456789"])
    await ats.patched("gem:2", name="Ada Byron", phones=["+49 151 23456789"])
    await ats.patched("gem:3", name="Ada Byron", phones=["+43 660 1234567"])

    await compare(candidates)

    pair = await the_pair(ats)
    assert [one["why"] for one in pair["evidence"] if one["signal"] == "phone"] == [
        "the same telephone, once without its country's code"
    ]


async def test_a_pair_that_is_none_any_more_is_gone(ats: Caller, candidates: Sessions) -> None:
    await ats.patched("gem:1", **ADA)
    await ats.patched("gem:2", **ADA)
    await compare(candidates)
    assert len(await pairs(ats)) == 1

    await ats.patched("gem:2", name="Grace Hopper", emails=["grace@example.org"], company="Navy", location=None)
    await compare(candidates)

    assert await pairs(ats) == []


async def test_a_scan_says_how_many_wait(ats: Caller, candidates: Sessions, caller: Any) -> None:
    await ats.patched("gem:1", **ADA)
    await ats.patched("gem:2", **ADA)
    await compare(candidates)

    started = [await ats.ask("POST", "/v1/duplicates/scan") for _ in range(2)]

    assert [(answer.status_code, answer.json()) for answer in started] == [(202, {"waiting": 2})] * 2
    assert (await ats.ask("GET", "/v1/duplicates/scan")).json() == {"waiting": 2}
    await compare(candidates)
    assert (await ats.ask("GET", "/v1/duplicates/scan")).json() == {"waiting": 0}
    assert len(await pairs(ats)) == 1
    assert (await caller("candidates:read").ask("POST", "/v1/duplicates/scan")).status_code == 403


async def test_what_too_many_share_finds_nobody(ats: Caller, candidates: Sessions) -> None:
    namesake: dict[str, Any] = {"name": "Ada Byron", "title": "Engineer", "location": {"country": "DE", "city": "Berlin"}}
    for number in range(12):
        await ats.patched(f"gem:{number}", **namesake)
    await compare(candidates)
    before = len((await ats.ask("GET", "/v1/duplicates?limit=200")).json()["items"])

    await ats.patched("gem:12", **namesake)
    await scan(candidates)
    await compare(candidates)

    assert before == 66
    assert await pairs(ats) == []


async def test_names_are_shown_with_their_scope_alone(ats: Caller, candidates: Sessions, caller: Any) -> None:
    await ats.patched("gem:1", **ADA)
    await ats.patched("gem:2", **ADA)
    await compare(candidates)
    pair = await the_pair(ats)

    half = caller("contact_details:read")
    (seen,) = await pairs(half)
    assert [one["name"] for one in seen["candidates"]] == [None, None]
    assert (await half.ask("GET", f"/v1/duplicates/{pair['id']}")).json()["preview"] is None
    assert (await caller("candidates:read").ask("GET", "/v1/duplicates")).status_code == 403
    for wrong in ({"survivor": str(candidate_id("gem:9"))}, {"survivor": "x"}, {"else": 1}):
        answer = await post(ats, pair, "merge", **wrong)
        assert answer.status_code == 422, answer.text
    assert (await post(ats, pair, "not-the-same", reason=" ")).status_code == 422
    assert (await ats.ask("GET", f"/v1/duplicates?candidate={quote('?')}")).status_code == 422
