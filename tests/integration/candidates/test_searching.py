"""People are found by words: the best match first, with what matched, and counted by facets."""

from collections.abc import Callable
from typing import Any
from urllib.parse import quote

import pytest

from shared.db.engine import Sessions
from tests.integration.candidates.conftest import Caller

PEOPLE: dict[str, dict[str, Any]] = {
    "gem:ada": {
        "name": "Ada Byron",
        "title": "Backend engineer",
        "company": "Analytical",
        "skills": ["python"],
        "level": "senior",
    },
    "gem:jose": {"name": "José Núñez", "title": "Data engineer", "company": "Byron & Sons", "skills": ["sql"], "level": "staff"},
    "gem:zoe": {"name": "Zoë Strauß", "title": "Designer", "company": "Forma", "skills": ["figma"], "location": {"city": "Köln"}},
    "gem:grace": {"name": "Grace Hopper", "title": "Frontend engineer", "company": "Navy", "skills": ["cobol", "python"]},
}


@pytest.fixture
async def pool(ats: Caller) -> Caller:
    """A system with a few people."""
    for reference, fields in PEOPLE.items():
        await ats.patched(reference, **fields)
    return ats


async def found(caller: Caller, words: str, **query: Any) -> list[str]:
    """The references of those who were found, the best first."""
    return [one["references"][0] for one in (await page(caller, words, **query))["items"]]


async def page(caller: Caller, words: str, **query: Any) -> dict[str, Any]:
    response = await caller.ask("GET", "/v1/candidates", params={"q": words, **query})
    assert response.status_code == 200, response.text
    body: dict[str, Any] = response.json()
    return body


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        ("byron", ["gem:ada", "gem:jose"]),
        ("Engineer", ["gem:ada", "gem:grace", "gem:jose"]),
        ("engineer python", ["gem:ada", "gem:grace"]),
        ('"backend engineer"', ["gem:ada"]),
        ('"engineer backend"', []),
        ("engineer -python", ["gem:jose"]),
        ("designer or cobol", ["gem:grace", "gem:zoe"]),
        ("jose nunez", ["gem:jose"]),
        ("José", ["gem:jose"]),
        ("Jose\u0301", ["gem:jose"]),
        ("strauss", ["gem:zoe"]),
        ("koln", ["gem:zoe"]),
        ("analyt", ["gem:ada"]),
        ("analyt ada", []),
        ("postgres", []),
        ("grace ; DROP TABLE candidates", []),
    ],
)
async def test_words_phrases_alternatives_and_exclusions_find(pool: Caller, words: str, expected: list[str]) -> None:
    body = await page(pool, words)
    by_words = [one["references"][0] for one in body["items"]] if body["found_by"] != "names" else []
    assert (by_words if expected == ["gem:ada", "gem:jose"] else sorted(by_words)) == expected


async def test_a_name_that_is_spelled_otherwise_is_found_and_said_to_be(pool: Caller) -> None:
    body = await page(pool, "Grase Hoper")

    assert [one["name"] for one in body["items"]] == ["Grace Hopper"]
    assert (body["found_by"], body["total"], body["items"][0]["matched"]) == ("names", 1, [])


async def test_what_matched_is_marked(pool: Caller) -> None:
    [jose] = (await page(pool, "nunez data"))["items"]

    assert jose["matched"] == [
        {"field": "name", "text": "José Núñez", "spans": [[5, 10]]},
        {"field": "title", "text": "Data engineer", "spans": [[0, 4]]},
    ]


async def test_titles_and_companies_of_the_past_find_as_well(pool: Caller) -> None:
    await pool.patched("gem:ada", title="Staff engineer", company="Difference")
    await pool.patched("gem:ada", company="Oldest", observed_at="2001-01-01T00:00:00Z")

    [ada] = (await page(pool, "analytical backend"))["items"]
    assert [(one["field"], one["text"]) for one in ada["matched"]] == [("past", "Analytical"), ("past", "Backend engineer")]
    assert await found(pool, "oldest byron") == ["gem:ada"]


async def test_what_is_forgotten_finds_nobody(pool: Caller) -> None:
    await pool.patched("gem:ada", company="Difference")
    assert await found(pool, "analytical") == ["gem:ada"]

    response = await pool.ask("PATCH", "/v1/candidates/gem:ada?history=forget", json={"company": None})

    assert response.status_code == 200
    assert (await page(pool, "analytical"))["total"] == 0
    assert (await page(pool, "difference"))["total"] == 0


async def test_linked_people_are_found_by_what_either_said_and_parted_ones_by_their_own(pool: Caller) -> None:
    await pool.patched("gem:ada", references=["gem:grace"])
    assert await found(pool, "navy cobol python analytical") == ["gem:ada"]

    await pool.ask("DELETE", f"/v1/candidates/gem:ada/references/{quote('gem:grace', safe='')}")

    assert await found(pool, "navy analytical") == []
    assert await found(pool, "byron analytical") == ["gem:ada"]
    assert await found(pool, "hopper navy") == ["gem:grace"]


async def test_who_is_erased_is_not_found_and_leaves_no_words(pool: Caller, candidates: Sessions) -> None:
    await pool.patched("gem:ada", company="Difference")
    await pool.ask("POST", "/v1/erasures", json={"candidate": "gem:ada"})

    assert (await page(pool, "analytical"))["total"] == 0
    async with candidates.alone() as connection:
        rows = await connection.fetch("SELECT past, folded_name, words::text FROM candidates WHERE erased_at IS NOT NULL")
    assert [tuple(row) for row in rows] == [(None, None, "")]


async def test_filters_narrow_what_words_find_and_facets_count_it(pool: Caller) -> None:
    body = await page(pool, "engineer", facets=True)
    assert (body["total"], body["total_is_capped"]) == (3, False)
    assert body["facets"]["level"] == {"senior": 1, "staff": 1}
    assert list(body["facets"]["skill"].items()) == [("python", 2), ("cobol", 1), ("sql", 1)]

    assert await found(pool, "engineer", level="staff") == ["gem:jose"]
    assert await found(pool, "engineer", skill=["python", "cobol"]) == ["gem:grace"]
    assert sorted(await found(pool, "engineer", any_skill=["sql", "cobol"])) == ["gem:grace", "gem:jose"]
    assert (await page(pool, "engineer", level="staff", facets=True))["facets"]["level"] == {"staff": 1}


async def test_a_list_without_words_takes_the_same_filters_and_facets(pool: Caller) -> None:
    await pool.patched(
        "lever:lin", name="Lin", years_experience=7, salary={"amount": 80000, "currency": "EUR"}, location={"city": "KÖLN"}
    )

    async def names(**query: Any) -> list[str]:
        response = await pool.ask("GET", "/v1/candidates", params=query)
        assert response.status_code == 200, response.text
        return sorted(one["name"] for one in response.json()["items"])

    assert await names(source="lever") == ["Lin"]
    assert await names(city="koln") == ["Lin", "Zoë Strauß"]
    assert await names(years_from=7, years_to=7) == ["Lin"]
    assert await names(years_from=8) == []
    assert await names(salary_to=80000, currency="EUR") == ["Lin"]
    assert await names(salary_to=79999, currency="EUR") == []
    assert await names(salary_to=80000, currency="USD") == []
    assert len(await names(last_contact_before="2026-01-01T00:00:00Z")) == 5
    facets = (await pool.ask("GET", "/v1/candidates", params={"facets": True})).json()["facets"]
    assert facets["level"] == {"senior": 1, "staff": 1}


async def test_pages_of_a_search_hold_everybody_once_in_the_order_of_relevance(pool: Caller) -> None:
    for number in range(25):
        await pool.patched(f"lever:{number}", name=f"Person {number}", title="Engineer " * (1 + number % 3))

    whole = await found(pool, "engineer", limit=200)
    pages = await pool.all_of("/v1/candidates?q=engineer&limit=4")

    assert len(whole) == 28
    assert [one["references"][0] for one in pages] == whole


async def test_contact_details_find_only_with_their_scope(pool: Caller, caller: Callable[..., Caller]) -> None:
    await pool.patched("gem:ada", emails=["Ada.Byron@example.org"], phones=["+49 30 1234567"])
    reader = caller("candidates:read")

    for words in ("ada.byron@EXAMPLE.org", "+49 (30) 123-4567", "0049301234567"):
        response = await pool.ask("GET", "/v1/candidates", params={"q": words})
        assert [one["name"] for one in response.json()["items"]] == ["Ada Byron"], words
        hidden = await reader.ask("GET", "/v1/candidates", params={"q": words})
        assert (hidden.status_code, hidden.json()["items"]) == (200, []), words


@pytest.mark.parametrize("words", ["", "   ", "!!!", "-python", '""', "&|!()"])
async def test_a_search_without_a_word_is_refused_and_says_why(pool: Caller, words: str) -> None:
    response = await pool.ask("GET", "/v1/candidates", params={"q": words})

    assert response.status_code == 422
    assert [error["field"] for error in response.json()["errors"]] == ["q"]


@pytest.mark.parametrize(
    "words", ["'", "a'b", "\\", "a:*b", "<->", "a <2> b", "ada & | !", '"ada', "a" * 200, "אדה", "艾达", "👩‍💻 x"]
)
async def test_any_other_text_is_searched_for(pool: Caller, words: str) -> None:
    response = await pool.ask("GET", "/v1/candidates", params={"q": words})

    assert response.status_code in {200, 422}
    assert "items" in response.json() or response.json()["errors"][0]["field"] == "q"


async def test_a_filter_that_makes_no_sense_is_refused(pool: Caller) -> None:
    async def refused(**query: Any) -> str:
        response = await pool.ask("GET", "/v1/candidates", params=query)
        assert response.status_code == 422, response.text
        field: str = response.json()["errors"][0]["field"]
        return field

    assert await refused(salary_to=1) == "salary_to"
    assert await refused(years_from=5, years_to=4) == "years_to"
    assert await refused(ids="gem:ada", q="ada") == "ids"
    assert await refused(ids="gem:ada", years_from=0) == "ids"
    assert await refused(ids="gem:ada", facets=True) == "ids"
    assert await refused(updated_since="2026-01-01T00:00:00Z", q="ada") == "updated_since"


async def test_who_lives_near_a_place_is_found_whatever_their_city_is_called(pool: Caller) -> None:
    await pool.patched("gem:ada", location={"country": "DE", "city": "Köln"})
    await pool.patched("gem:jose", location={"country": "DE", "city": "BONN"})
    await pool.patched("gem:grace", location={"country": "DE", "city": "Cologne"})
    await pool.patched("gem:zoe", location={"country": "DE", "city": None})

    async def near(**query: Any) -> list[str]:
        answer = await pool.ask("GET", "/v1/candidates", params=query)
        assert answer.status_code == 200, answer.text
        return sorted(one["references"][0] for one in answer.json()["items"])

    assert await near(near="Cologne,DE") == ["gem:ada", "gem:grace", "gem:jose"]
    assert await near(near="koln,de", within_km=10) == ["gem:ada", "gem:grace"]
    assert await near(near="50.73,7.1", within_km=10) == ["gem:jose"]
    assert await near(near="Berlin,DE") == []
    assert await found(pool, "engineer", near="Bonn,DE", within_km=10) == ["gem:jose"]


@pytest.mark.parametrize(
    ("field", "query"),
    [("near", {"near": "Atlantis,DE"}), ("near", {"near": "95,10"}), ("within_km", {"within_km": 5})],
)
async def test_a_place_that_is_not_known_is_refused(ats: Caller, field: str, query: dict[str, Any]) -> None:
    answer = await ats.ask("GET", "/v1/candidates", params=query)

    assert answer.status_code == 422, answer.text
    assert [one["field"] for one in answer.json()["errors"]] == [field]
