"""What resumes say of work, schools and languages is shown with its source, found by, and goes with the file that says it."""

from typing import Any
from urllib.parse import quote

from services.candidates.settings import CandidatesSettings
from shared.db.engine import Sessions
from tests.integration.candidates.conftest import Caller
from tests.integration.candidates.imported import Importer
from tests.integration.candidates.test_files import kept, place
from tests.integration.candidates.test_resumes import ADA

LATER = ADA.replace("Mar 2020 - Present", "Mar 2020 - May 2025").replace("2012 - 2016", "2013 - 2016")


async def background(caller: Caller, person: str) -> dict[str, list[dict[str, Any]]]:
    answer = await caller.ask("GET", f"/v1/candidates/{quote(person, safe='')}/background")
    assert answer.status_code == 200, answer.text
    body: dict[str, Any] = answer.json()
    assert body.pop("candidate_id") == (await caller.read(person))["id"]
    return body


async def found(caller: Caller, words: str) -> list[str]:
    page = (await caller.ask("GET", "/v1/candidates", params={"q": words})).json()
    return [one["references"][0] for one in page["items"]]


async def test_what_a_resume_says_is_shown_with_its_source_its_place_and_how_sure_it_is(ats: Caller) -> None:
    await ats.patched("gem:ada", name="Ada Byron")
    file = await kept(ats, "gem:ada", ADA, source="mail")

    shown = await background(ats, "gem:ada")

    now, before = shown["positions"]
    assert (now["company"], now["title"], now["from"], now["is_open"]) == (
        *("Analytical Engines Ltd", "Senior Software Engineer", "2020-03"),
        True,
    )
    assert (before["company"], before["from"], before["to"], before["is_open"]) == ("Babbage & Co", "2016", "2020", False)
    (school,) = shown["schools"]
    assert (school["school"], school["degree"], school["to"]) == ("University of London", "BSc Mathematics", "2016")
    assert [(one["language"], one["proficiency"]) for one in shown["languages"]] == [("en", "native"), ("fr", "good")]
    for one in (now, before, school, *shown["languages"]):
        assert (one["file_id"], one["source"], one["received_at"]) == (file["id"], "mail", file["received_at"])
        assert 0 < one["confidence"] <= 1
        assert one["place"]["page"] == 1


async def test_people_are_found_by_past_companies_titles_and_schools(
    ats: Caller, candidates: Sessions, settings: CandidatesSettings
) -> None:
    await Importer(ats, candidates, settings).imported(ADA)
    await ats.patched("gem:eva", name="Eva Stone")
    file = await kept(ats, "gem:eva", ADA.replace("ada.byron", "eva").replace("Babbage", "Lovelace"))

    assert (len(await found(ats, "babbage")), await found(ats, "lovelace")) == (1, ["gem:eva"])
    assert len(await found(ats, '"university of london"')) == 2
    await ats.patched("gem:eva", title="Captain")
    assert await found(ats, "lovelace") == ["gem:eva"]

    await ats.ask("DELETE", place("gem:eva", file["id"]), params={"reason": "outdated"})
    assert await found(ats, "lovelace") == []
    assert await background(ats, "gem:eva") == {"positions": [], "schools": [], "languages": []}


async def test_what_several_resumes_say_is_what_the_newest_says_and_who_parts_has_their_own(ats: Caller) -> None:
    await ats.patched("gem:ada", name="Ada Byron")
    await ats.patched("ats:7", name="A. Byron")
    first = await kept(ats, "gem:ada", ADA)
    await ats.patched("gem:ada", references=["ats:7"])
    second = await kept(ats, "ats:7", LATER)

    shown = await background(ats, "gem:ada")

    assert [(one["company"], one["to"]) for one in shown["positions"]] == [
        ("Analytical Engines Ltd", "2025-05"),
        ("Babbage & Co", "2020"),
    ]
    assert {one["file_id"] for part in shown.values() for one in part} == {second["id"]}
    assert (await ats.unlink("gem:ada", "ats:7")).status_code == 200
    apart = [await background(ats, person) for person in ("gem:ada", "ats:7")]
    assert [{one["file_id"] for part in one_of.values() for one in part} for one_of in apart] == [{first["id"]}, {second["id"]}]
    assert set(await found(ats, "babbage")) == {"gem:ada", "ats:7"}
