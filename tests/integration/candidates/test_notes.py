"""Notes are kept by whom and for whom to see, superseded and never overwritten, and found by those who may."""

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any
from urllib.parse import quote
from uuid import uuid4

import httpx
import pytest

from shared.db.engine import Sessions
from shared.security.token_issuer import sign_token
from tests.integration.candidates.conftest import ALL, Caller
from tests.integration.candidates.test_files import kept, place

Recruiter = Callable[[str], Caller]


@pytest.fixture
def recruiter(ats: Caller, tmp_path: Path) -> Recruiter:
    """Makes callers whose tokens act as a recruiter."""

    def make(code: str) -> Caller:
        token = sign_token(tmp_path, issuer="test", name="desk", scopes=ALL, expires_in=timedelta(hours=1), recruiter=code)
        return Caller(ats.client, token.token)

    return make


async def write(caller: Caller, person: str, text: str, *, key: str | None = None, **fields: Any) -> httpx.Response:
    headers = {} if key is None else {"Idempotency-Key": key}
    path = f"/v1/candidates/{quote(person, safe='')}/notes"
    return await caller.ask("POST", path, headers, json={"text": text, **fields})


async def written(caller: Caller, person: str, text: str, **fields: Any) -> dict[str, Any]:
    response = await write(caller, person, text, **fields)
    assert response.status_code == 201, response.text
    body: dict[str, Any] = response.json()
    return body


async def listed(caller: Caller, person: str, query: str = "") -> list[str]:
    """The texts of the notes on a person that a caller sees."""
    return [one["text"] for one in await caller.all_of(f"/v1/candidates/{quote(person, safe='')}/notes?limit=2{query}")]


async def mentions(caller: Caller, code: str) -> list[str]:
    return [one["text"] for one in await caller.all_of(f"/v1/notes?limit=1&mentions={code}")]


async def found(caller: Caller, words: str, **filters: str) -> list[str]:
    page = (await caller.ask("GET", "/v1/candidates", params={"q": words, **filters})).json()
    return [one["references"][0] for one in page["items"]]


async def test_a_note_is_kept_with_its_author_its_date_its_files_and_whom_it_mentions(ats: Caller, recruiter: Recruiter) -> None:
    person = await ats.patched("gem:ada", name="Ada Byron")
    file = await kept(ats, "gem:ada", b"a plan", kind="document")
    text = "Met her (ada@example.org). @maria: please call, with @tom.k."

    note = await written(recruiter("tom.k"), "gem:ada", text, files=[file["id"]], observed_at="2026-03-02T09:00:00Z")

    assert (note["candidate_id"], note["author"], note["visible_to"]) == (person["id"], "tom.k", "everyone")
    assert (note["mentions"], note["files"], note["observed_at"]) == (["maria", "tom.k"], [file["id"]], "2026-03-02T09:00:00Z")
    assert await listed(ats, "gem:ada") == [text]
    assert (await mentions(ats, "maria"), await mentions(ats, "ada"), await mentions(ats, "nobody")) == ([text], [], [])
    other = await write(ats, "gem:ada", "one more", files=[str(uuid4())])
    assert (other.status_code, [one["field"] for one in other.json()["errors"]]) == (422, ["files"])


async def test_a_note_is_seen_mentioned_and_found_by_those_alone_who_may(ats: Caller, recruiter: Recruiter) -> None:
    await ats.patched("gem:ada", name="Ada Byron", level="senior")
    maria, tom, eva = recruiter("maria"), recruiter("tom"), recruiter("eva")
    await written(maria, "gem:ada", "Sails on Sundays")
    await written(maria, "gem:ada", "Is @tom looking after her divorce?", visible_to=["tom"])
    await written(maria, "gem:ada", "Reminds me of my sister", visible_to="author")

    assert len(await listed(maria, "gem:ada")) == 3
    assert len(await listed(tom, "gem:ada")) == 2
    assert await listed(eva, "gem:ada") == await listed(ats, "gem:ada") == ["Sails on Sundays"]
    assert (len(await mentions(tom, "tom")), await mentions(eva, "tom"), await mentions(ats, "tom")) == (1, [], [])
    assert [await found(one, "divorce") for one in (maria, tom, eva, ats)] == [["gem:ada"], ["gem:ada"], [], []]
    assert [await found(one, "sister") for one in (maria, tom, eva, ats)] == [["gem:ada"], [], [], []]
    assert [await found(one, "ada sundays") for one in (maria, ats)] == [["gem:ada"]] * 2
    assert (await found(tom, "divorce", level="senior"), await found(tom, "divorce", level="junior")) == (["gem:ada"], [])
    [item] = (await tom.ask("GET", "/v1/candidates", params={"q": "divorce", "facets": "true"})).json()["items"]
    assert [(one["field"], one["text"]) for one in item["matched"]] == [("notes", "Is @tom looking after her divorce?")]


async def test_what_is_left_out_stands_neither_in_the_record_nor_in_a_note_that_is_seen(
    ats: Caller, recruiter: Recruiter
) -> None:
    await ats.patched("gem:ada", name="Ada", title="Engineer", skills=["java"])
    await ats.patched("gem:bob", name="Bob", title="Engineer")
    maria, tom = recruiter("maria"), recruiter("tom")
    for name in ("gem:ada", "gem:bob"):
        await written(maria, name, "An engineer, met at the meetup", visible_to="author")
    await written(maria, "gem:bob", "Wrote cobol", visible_to="author")

    assert (await found(maria, "engineer -java"), await found(tom, "engineer -java")) == (["gem:bob"], ["gem:bob"])
    assert (await found(maria, "engineer -cobol"), set(await found(tom, "engineer -cobol"))) == (
        ["gem:ada"],
        {"gem:ada", "gem:bob"},
    )
    assert (await found(maria, "bob meetup"), set(await found(maria, "java or cobol"))) == (["gem:bob"], {"gem:ada", "gem:bob"})
    assert (await found(maria, '"wrote cobol" bob -java'), await found(tom, "cobol")) == (["gem:bob"], [])


async def test_a_token_that_acts_as_no_recruiter_writes_for_some_in_a_recruiter_s_name_alone(
    ats: Caller, recruiter: Recruiter
) -> None:
    await ats.patched("gem:ada", name="Ada Byron")

    refused = await write(ats, "gem:ada", "Just for me", visible_to="author")
    await written(ats, "gem:ada", "From the ATS, for Maria", visible_to="author", recruiter="maria")

    assert (refused.status_code, [one["field"] for one in refused.json()["errors"]]) == (422, ["visible_to"])
    assert (await listed(ats, "gem:ada"), await listed(recruiter("maria"), "gem:ada")) == ([], ["From the ATS, for Maria"])
    assert (await write(recruiter("tom"), "gem:ada", "As Maria", recruiter="maria")).status_code == 403


async def test_a_later_note_supersedes_an_earlier_one_once_and_hides_it_from_nobody(ats: Caller, recruiter: Recruiter) -> None:
    await ats.patched("gem:ada", name="Ada Byron")
    maria, tom = recruiter("maria"), recruiter("tom")
    first = await written(maria, "gem:ada", "Ask @maria about boats")
    hidden = await written(maria, "gem:ada", "Hush", visible_to="author")

    narrower = await write(maria, "gem:ada", "Not for all", visible_to="author", supersedes=first["id"])
    of_another = await write(tom, "gem:ada", "Guess", supersedes=hidden["id"])
    second = await written(tom, "gem:ada", "Sold the yacht", supersedes=first["id"])
    again = await write(tom, "gem:ada", "Once more", supersedes=first["id"])

    assert (narrower.status_code, [one["field"] for one in narrower.json()["errors"]]) == (422, ["visible_to"])
    assert (of_another.status_code, of_another.json()["code"]) == (404, "note_unknown")
    assert (again.status_code, again.json()["superseded_by"]) == (409, second["id"])
    assert await listed(ats, "gem:ada") == ["Sold the yacht"]
    assert set(await listed(ats, "gem:ada", "&superseded=true")) == {"Ask @maria about boats", "Sold the yacht"}
    assert (await found(ats, "boats"), await found(ats, "yacht"), await mentions(ats, "maria")) == ([], ["gem:ada"], [])


async def test_people_who_are_one_have_all_notes_and_part_with_their_own(ats: Caller, recruiter: Recruiter) -> None:
    await ats.patched("gem:ada", name="Ada Byron")
    await ats.patched("ats:7", name="A. Byron")
    maria = recruiter("maria")
    await written(maria, "gem:ada", "Likes boats")
    await ats.patched("gem:ada", references=["ats:7"])
    await written(maria, "ats:7", "Likes trains")
    await written(maria, "ats:7", "Fears heights", visible_to="author")

    assert set(await listed(maria, "gem:ada")) == {"Likes boats", "Likes trains", "Fears heights"}
    assert [await found(maria, words) for words in ("trains", "heights")] == [["gem:ada"]] * 2
    assert (await ats.unlink("gem:ada", "ats:7")).status_code == 200
    assert (await listed(maria, "gem:ada"), set(await listed(maria, "ats:7"))) == (
        ["Likes boats"],
        {"Likes trains", "Fears heights"},
    )
    assert [await found(maria, words) for words in ("boats", "trains", "heights")] == [["gem:ada"], ["ats:7"], ["ats:7"]]


async def test_an_erasure_leaves_no_note_and_a_request_again_writes_none(
    ats: Caller, recruiter: Recruiter, candidates: Sessions
) -> None:
    await ats.patched("gem:ada", name="Ada Byron")
    maria = recruiter("maria")
    first, again = [await written(maria, "gem:ada", "Hush", visible_to="author", key="one") for _ in range(2)]
    assert first == again
    await written(ats, "gem:ada", "Likes boats")

    erased = (await ats.ask("POST", "/v1/erasures", json={"candidate": "gem:ada"})).json()

    assert erased["services"][0]["removed"]["notes"] == 2
    async with candidates.alone() as connection:
        left = await connection.fetch("SELECT id FROM candidate_notes")
        words = await connection.fetch("SELECT id FROM candidates WHERE notes IS NOT NULL OR words <> ''")
    assert (left, words) == ([], [])
    assert (await write(ats, "gem:ada", "Again")).status_code == 410


async def test_what_breaks_a_rule_is_refused_by_field(ats: Caller, recruiter: Recruiter, caller: Callable[..., Caller]) -> None:
    await ats.patched("gem:ada", name="Ada Byron")
    maria = recruiter("maria")
    file = await kept(ats, "gem:ada", b"gone", kind="document")
    await ats.ask("DELETE", place("gem:ada", file["id"]), params={"reason": "outdated"})
    wrong: list[tuple[str, dict[str, Any]]] = [
        ("text", {"text": "x" * 1024 * 1024}),
        ("text", {"text": " "}),
        ("text", {"text": "a\0b"}),
        ("text", {"text": "Is @tom well?", "visible_to": "author"}),
        ("text", {"text": " ".join(f"@r{number}" for number in range(51))}),
        ("files", {"text": "See there", "files": [file["id"]]}),
        ("supersedes", {"text": "Later", "supersedes": "first"}),
        ("mood", {"text": "Well", "mood": "good"}),
    ]

    for field, body in wrong:
        response = await maria.ask("POST", "/v1/candidates/gem:ada/notes", json=body)
        assert response.status_code == 422, (field, response.text[:300])
        assert [one["field"] for one in response.json()["errors"]] == [field]
    assert (await write(maria, "gem:ada", "For", visible_to=[])).status_code == 422
    assert (await write(maria, "gem:ada", "For", visible_to="friends")).status_code == 422
    assert (await write(maria, "gem:nobody", "Who?")).status_code == 404
    assert (await ats.ask("GET", "/v1/notes")).json() == {"items": [], "next_cursor": None}
    assert (await write(caller("candidates:read"), "gem:ada", "No")).status_code == 403
    assert (await caller("candidates:write").ask("GET", "/v1/notes", params={"mentions": "maria"})).status_code == 403
    assert await listed(maria, "gem:ada") == []
