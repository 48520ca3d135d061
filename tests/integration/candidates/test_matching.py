"""Who fits a position, and which positions fit a person: requirements decide, needs rank, every part says why."""

from typing import Any

from tests.integration.candidates.conftest import Caller

STAFF = {
    "title": "Staff engineer",
    "status": "open",
    "level": "staff",
    "remote": True,
    "salary": {"max": 100_000, "currency": "EUR"},
    "requirements": [{"text": "Python or Go", "skills_any": ["python", "go"]}, {"text": "Five years", "years_from": 5}],
    "needs": [{"text": "Has led", "level_from": "lead"}, {"text": "Knows Kafka", "skills_any": ["kafka"]}],
}
PEOPLE: dict[str, dict[str, Any]] = {
    "gem:both": {"name": "Both", "skills": ["python", "kafka"], "years_experience": 9, "level": "lead"},
    "gem:one": {"name": "One", "skills": ["Golang"], "years_experience": 5, "level": "lead"},
    "gem:none": {"name": "None", "skills": ["python"], "years_experience": 6, "level": "mid"},
    "gem:junior": {"name": "Junior", "skills": ["python"], "years_experience": 4},
    "gem:unknown": {"name": "Unknown", "skills": ["python"]},
    "gem:other": {"name": "Other", "skills": ["cobol"], "years_experience": 30},
}


async def matches(caller: Caller, path: str, **query: Any) -> dict[str, Any]:
    response = await caller.ask("GET", f"/v1/{path}/matches", params=query)
    assert response.status_code == 200, response.text
    body: dict[str, Any] = response.json()
    return body


async def fill(ats: Caller) -> None:
    await ats.patched("ats:staff", thing="positions", **STAFF)
    for reference, fields in PEOPLE.items():
        await ats.patched(reference, **fields)


async def test_who_meets_every_requirement_is_ranked_by_the_needs_met(ats: Caller) -> None:
    await fill(ats)
    body = await matches(ats, "positions/ats:staff")

    assert [(one["name"], one["needs_met"], one["missing"]) for one in body["items"]] == [
        ("Both", 2, []),
        ("One", 1, ["lacks kafka"]),
        ("None", 0, ["is mid, needs lead or higher", "lacks kafka"]),
    ]
    assert (body["total"], body["total_is_capped"]) == (3, False)
    assert body["items"][1]["requirements"] == [
        {"text": "Python or Go", "answer": "met", "why": "has go"},
        {"text": "Five years", "answer": "met", "why": "has 5 years, needs 5"},
    ]


async def test_those_of_whom_something_is_not_known_come_behind_when_asked_for(ats: Caller) -> None:
    await fill(ats)
    body = await matches(ats, "positions/ats:staff", fit="possible")

    assert [one["name"] for one in body["items"]] == ["Both", "One", "None", "Unknown"]
    assert body["items"][-1]["requirements"][1]["answer"] == "not_known"


async def test_pages_hold_every_match_once_in_order(ats: Caller) -> None:
    await fill(ats)
    for number in range(7):
        await ats.patched(f"lever:{number}", name=f"More {number}", skills=["go"], years_experience=7)

    whole = (await matches(ats, "positions/ats:staff", limit=200))["items"]
    pages = await ats.all_of("/v1/positions/ats:staff/matches?limit=3")

    assert len(whole) == 10
    assert pages == whole


async def test_a_position_without_requirements_fits_everybody(ats: Caller) -> None:
    await fill(ats)
    await ats.patched("ats:any", thing="positions", title="Anything", status="open")

    assert (await matches(ats, "positions/ats:any"))["total"] == len(PEOPLE)


async def test_a_requirement_of_words_alone_is_known_of_nobody(ats: Caller) -> None:
    await fill(ats)
    await ats.patched("ats:kind", thing="positions", title="Kind", status="open", requirements=["Is kind"])

    assert (await matches(ats, "positions/ats:kind"))["total"] == 0
    assert (await matches(ats, "positions/ats:kind", fit="possible"))["total"] == len(PEOPLE)


async def test_the_open_positions_that_fit_a_person_say_what_they_pay_and_where_they_are(ats: Caller) -> None:
    await fill(ats)
    await ats.patched("ats:draft", thing="positions", title="Draft", status="draft")
    await ats.patched("ats:berlin", thing="positions", title="Berlin", status="open", locations=[{"country": "DE"}])
    await ats.patched("gem:both", location={"country": "FR"}, salary={"amount": 100_001, "currency": "EUR"})

    items = (await matches(ats, "candidates/gem:both"))["items"]

    assert sorted((one["title"], one["salary"], one["place"]) for one in items) == [
        ("Berlin", "not_known", "not_met"),
        ("Staff engineer", "not_met", "met"),
    ]
    assert [one["title"] for one in (await matches(ats, "candidates/gem:other"))["items"]] == ["Berlin"]


async def test_salaries_in_other_currencies_are_compared_by_the_rates(ats: Caller) -> None:
    """Of the shipped table 100,000 EUR are 103,890 USD; it has no XPF."""
    await ats.patched("ats:staff", thing="positions", title="Staff", status="open", salary={"min": 100_000, "currency": "EUR"})
    for name, salary in (("a", (103_890, "USD")), ("b", (103_891, "USD")), ("c", (5, "XPF")), ("d", (100_000, "EUR"))):
        await ats.patched(f"gem:{name}", name=name, salary=dict(zip(("amount", "currency"), salary, strict=True)))

    items = (await matches(ats, "positions/ats:staff"))["items"]

    assert {one["name"]: (one["salary"], one["salary_why"]) for one in items} == {
        "a": ("met", "pays to 100,000 EUR"),
        "b": ("not_met", "pays only to 100,000 EUR"),
        "c": ("not_known", "XPF and EUR cannot be compared: the table of rates lacks one of them"),
        "d": ("met", "pays to 100,000 EUR"),
    }


async def test_a_position_that_lists_no_requirements_requires_what_its_record_names(ats: Caller) -> None:
    await fill(ats)
    await ats.patched(
        "ats:own", thing="positions", title="Own", status="open", skills=["Python"], level="mid", years_experience=6
    )

    body = await matches(ats, "positions/ats:own")

    assert sorted(one["name"] for one in body["items"]) == ["Both", "None"]
    assert next(one for one in body["items"] if one["name"] == "Both")["requirements"][1:] == [
        {"text": "Level mid or higher", "answer": "met", "why": "is lead, needs mid or higher"},
        {"text": "6 years of experience", "answer": "met", "why": "has 9 years, needs 6"},
    ]


async def test_whoever_is_unknown_or_erased_is_said_to_be(ats: Caller) -> None:
    await fill(ats)
    await ats.ask("POST", "/v1/erasures", json={"candidate": "gem:both"})

    answers = [
        await ats.ask("GET", f"/v1/{path}/matches") for path in ("positions/ats:no", "candidates/gem:no", "candidates/gem:both")
    ]

    assert [(one.status_code, one.json()["code"]) for one in answers] == [
        (404, "position_unknown"),
        (404, "candidate_unknown"),
        (410, "candidate_erased"),
    ]
    assert (await matches(ats, "positions/ats:staff"))["total"] == 2
