"""Linking references, undoing it, and what becomes of the person's record, its streams and its snapshots."""

import random
from itertools import permutations
from typing import Any

import pytest

from shared.db.engine import Sessions
from shared.ids import candidate_id
from tests.integration.candidates.conftest import Caller
from tests.integration.candidates.outgoing import latest, published


def ids(*references: str) -> list[str]:
    return [str(candidate_id(reference)) for reference in references]


async def test_a_second_reference_is_the_same_person(ats: Caller, candidates: Sessions) -> None:
    await ats.patched("gem:77", title="Lead", company="Analytical", observed_at="2026-02-01T00:00:00Z")
    body = await ats.patched("greenhouse:1", references=["gem:77"], title="Engineer", observed_at="2026-01-01T00:00:00Z")

    survivor, other = ids("greenhouse:1", "gem:77")
    assert body["id"] == survivor
    assert body["references"] == ["greenhouse:1", "gem:77"]
    assert (body["title"], body["company"]) == ("Lead", "Analytical")
    assert (body.pop("ignored"), body.pop("refused")) == (["title"], [])
    assert await ats.read("gem:77") == await ats.read("greenhouse:1") == body
    assert {stream: data["person_id"] for stream, data in (await latest(candidates)).items()} == {
        survivor: survivor,
        other: survivor,
    }
    assert body["after_each"] == sorted([f"candidate:{survivor}:1", f"candidate:{other}:2"])


async def test_a_merged_id_redirects_with_its_method(ats: Caller) -> None:
    await ats.patched("gem:77", name="Ada")
    await ats.patched("greenhouse:1", references=["gem:77"])
    survivor, other = ids("greenhouse:1", "gem:77")

    for method, rest in (("GET", ""), ("GET", "/history?limit=5"), ("PATCH", "")):
        response = await ats.ask(method, f"/v1/candidates/{other}{rest}", json={} if method == "PATCH" else None)
        assert response.status_code == 308, response.text
        assert response.headers["Location"] == f"/v1/candidates/{survivor}{rest}"
    undone = await ats.unlink(other, "gem:ä/ö 7")
    assert (undone.status_code, undone.headers["Location"]) == (
        308,
        f"/v1/candidates/{survivor}/references/gem%3A%C3%A4%2F%C3%B6%207",
    )


async def test_undoing_a_link_gives_each_what_its_own_sources_told(ats: Caller, candidates: Sessions) -> None:
    await ats.patched("gem:77", title="Lead", skills=["go"])
    await ats.patched("greenhouse:1", name="Ada", skills=["python"])
    before = [await ats.read(name) for name in ("greenhouse:1", "gem:77")]
    await ats.patched("greenhouse:1", references=["gem:77"])
    await ats.patched("gem:77", company="Told while linked")

    response = await ats.unlink("greenhouse:1", "gem:77")

    assert response.status_code == 200
    left, parted = await ats.read("greenhouse:1"), await ats.read("gem:77")
    volatile = {"after", "after_each"}
    assert {k: v for k, v in left.items() if k not in volatile} == {k: v for k, v in before[0].items() if k not in volatile}
    assert (parted["title"], parted["company"], parted["skills"]) == ("Lead", "Told while linked", ["go"])
    survivor, other = ids("greenhouse:1", "gem:77")
    newest = await latest(candidates)
    assert (newest[other]["person_id"], newest[other]["skills"]) == (other, ["go"])
    assert newest[survivor]["skills"] == ["python"]
    assert response.json()["after_each"] == sorted([left["after"], parted["after"]])


async def test_what_is_not_linked_cannot_be_parted(ats: Caller) -> None:
    await ats.patched("greenhouse:1", references=["gem:77"])
    for reference in ("gem:78", "greenhouse:1"):
        response = await ats.unlink("greenhouse:1", reference)
        assert (response.status_code, response.json()["code"]) == (404, "reference_not_linked")
    assert (await ats.unlink("gem:none", "gem:77")).status_code == 404
    assert (await ats.unlink("greenhouse:1", "gem:77")).status_code == 200
    assert (await ats.unlink("greenhouse:1", "gem:77")).status_code == 404


async def test_a_linked_reference_that_was_never_told_anything_is_unknown_again_when_parted(ats: Caller) -> None:
    await ats.patched("greenhouse:1", references=["gem:77"])
    assert (await ats.read("gem:77"))["id"] == ids("greenhouse:1")[0]

    await ats.unlink("greenhouse:1", "gem:77")

    assert (await ats.ask("GET", "/v1/candidates/gem:77")).status_code == 404
    assert [item["references"] for item in (await ats.ask("GET", "/v1/candidates")).json()["items"]] == [["greenhouse:1"]]


async def test_a_chain_is_one_person_and_parts_in_the_middle(ats: Caller) -> None:
    for record, named in (("a:1", "b:1"), ("b:1", "c:1"), ("c:1", "d:1")):
        await ats.patched(record, name=record, references=[named])
    await ats.patched("d:1", name="d:1")
    assert {(await ats.read(name))["id"] for name in ("a:1", "b:1", "c:1", "d:1")} == set(ids("a:1"))

    assert (await ats.unlink("a:1", "c:1")).status_code == 200

    people = [(await ats.read(name))["id"] for name in ("a:1", "b:1", "c:1", "d:1")]
    assert people == ids("a:1", "a:1", "c:1", "c:1")


async def test_a_circle_of_links_is_one_person_with_the_smallest_id(ats: Caller) -> None:
    for record, named in (("a:1", "b:1"), ("b:1", "c:1"), ("c:1", "a:1")):
        await ats.patched(record, references=[named])

    assert {(await ats.read(name))["id"] for name in ("a:1", "b:1", "c:1")} == {min(ids("a:1", "b:1", "c:1"))}


async def test_the_order_of_patches_and_links_does_not_matter(ats: Caller, candidates: Sessions) -> None:
    sent: list[tuple[str, dict[str, Any]]] = [
        ("{0}:1", {"title": "Engineer", "observed_at": "2026-01-01T00:00:00Z"}),
        ("{0}:2", {"title": "Lead", "company": "One", "observed_at": "2026-02-01T00:00:00Z"}),
        ("{0}:1", {"references": ["{0}:2"]}),
        ("{0}:2", {"references": ["{0}:3"], "location": {"country": "DE"}, "observed_at": "2026-03-01T00:00:00Z"}),
    ]
    seen = set()
    for number, order in enumerate(permutations(sent)):
        for name, fields in order:
            named = [reference.format(f"s{number}") for reference in fields.get("references", [])]
            await ats.patched(name.format(f"s{number}"), **{**fields, "references": named})
        body = await ats.read(f"s{number}:3")
        shown = [body[field] for field in ("title", "company", "location", "references")]
        seen.add(str([body["id"] == ids(f"s{number}:1")[0], *shown]).replace(f"s{number}:", "s:"))
    assert len(seen) == 1


async def test_versions_of_every_stream_rise_by_one(ats: Caller, candidates: Sessions) -> None:
    choose = random.Random(7)
    names = [f"s:{number}" for number in range(5)]
    for _ in range(40):
        record, other = choose.sample(names, 2)
        if choose.random() < 0.4:
            await ats.unlink(record, other)
        else:
            await ats.patch(record, references=[other], title=choose.choice("abc"))

    versions: dict[str, list[int]] = {}
    for stream, version, _, _ in await published(candidates):
        versions.setdefault(stream, []).append(version)
    assert len(versions) == 5
    assert all(found == list(range(1, len(found) + 1)) for found in versions.values())


async def test_a_linked_person_is_listed_once_and_found_by_all_fields(ats: Caller) -> None:
    await ats.patched("gem:77", skills=["Go"], location={"country": "DE"})
    await ats.patched("greenhouse:1", references=["gem:77"], level="senior", tier="inner", market_status="open")

    for query in ("", "?skill=GO", "?level=senior&country=DE", "?tier=inner&market_status=open"):
        items = (await ats.ask("GET", f"/v1/candidates{query}")).json()["items"]
        assert [item["references"] for item in items] == [["greenhouse:1", "gem:77"]], query
    assert (await ats.ask("GET", "/v1/candidates?skill=rust")).json()["items"] == []


@pytest.mark.parametrize("limit", [1, 2, 3, 50])
async def test_lists_go_page_by_page(ats: Caller, limit: int) -> None:
    for number in range(5):
        await ats.patched(f"gem:{number}", level="senior" if number else "junior")

    items = await ats.all_of(f"/v1/candidates?level=senior&limit={limit}")

    seen = [item["references"][0] for item in items]
    assert sorted(seen) == ["gem:1", "gem:2", "gem:3", "gem:4"]


async def test_a_list_refuses_what_it_does_not_know(ats: Caller) -> None:
    await ats.patched("gem:1", level="senior")
    await ats.patched("gem:2", level="senior")
    cursor = (await ats.ask("GET", "/v1/candidates?limit=1")).json()["next_cursor"]

    asked = {
        "colour=red": 400,
        "level=wizard": 422,
        "country=Germany": 422,
        "limit=0": 422,
        "level=senior&level=junior": 400,
        "cursor=made-up": 400,
        f"cursor={cursor[:-1]}": 400,
        f"level=senior&cursor={cursor}": 400,
    }
    for query, status in asked.items():
        assert (await ats.ask("GET", f"/v1/candidates?{query}")).status_code == status, query


async def test_lists_of_linked_references_are_joined_until_they_part(ats: Caller, candidates: Sessions) -> None:
    at = "2026-0{}-01T00:00:00Z".format
    await ats.patched("gem:77", emails=["ada@gem.example"], skills=["Go", "python"], observed_at=at(2))
    await ats.patched("greenhouse:1", emails=["ada@work.example", "ADA@gem.example"], skills=["python"], observed_at=at(1))
    body = await ats.patched("greenhouse:1", references=["gem:77"])

    assert body["emails"] == ["ada@work.example", "ADA@gem.example"]
    assert body["skills"] == ["python", "go"]
    assert body["entries"]["skills"] == [{"value": "python", "source": "greenhouse"}, {"value": "go", "source": "gem"}]
    for email in body["emails"]:
        found = (await ats.ask("GET", f"/v1/candidates?email={email}")).json()["items"]
        assert [item["id"] for item in found] == [body["id"]]
    assert {tuple(data["skills"]) for data in (await latest(candidates)).values()} == {("go", "python")}

    count = len(await published(candidates))
    await ats.patched("gem:77", emails=["ada@gem.example"])
    assert len(await published(candidates)) == count, "repeating one of them changes nothing"

    older = await ats.patched("greenhouse:1", emails=["old@work.example"], observed_at="2025-01-01T00:00:00Z")
    cleared = await ats.patched("gem:77", emails=[])
    assert (older["ignored"], cleared["ignored"]) == (["emails"], [])
    assert cleared["emails"] == ["ada@work.example", "ADA@gem.example"]

    await ats.unlink("greenhouse:1", "gem:77")
    assert (await ats.read("gem:77"))["emails"] == []
    assert (await ats.read("gem:77"))["skills"] == ["go", "python"]
    assert (await ats.read("greenhouse:1"))["skills"] == ["python"]


async def test_a_record_says_whose_statement_of_each_field_counts(ats: Caller) -> None:
    place = {"city": "Berlin", "country": "DE"}
    await ats.patched("gem:77", title="Lead", location=place, skills=["go"], observed_at="2026-02-01T00:00:00Z")
    body = await ats.patched("greenhouse:1", references=["gem:77"], title="Engineer", observed_at="2026-03-01T00:00:00Z")

    stated = {name: (one["source"], one["since"]) for name, one in body["sources"].items()}
    assert stated == {
        "location.city": ("gem", "2026-02-01T00:00:00Z"),
        "location.country": ("gem", "2026-02-01T00:00:00Z"),
        "title": ("greenhouse", "2026-03-01T00:00:00Z"),
    }
    await ats.unlink("greenhouse:1", "gem:77")
    assert list((await ats.read("greenhouse:1"))["sources"]) == ["title"]
    (listed,) = [one for one in await ats.all_of("/v1/candidates") if one["references"] == ["gem:77"]]
    assert listed["sources"] == {}, "a page of many names no sources"
