"""POST /v1/imports: people from a file, row by row, once."""

import asyncio
import json
from datetime import datetime, timedelta
from typing import Any, cast
from uuid import UUID

import pytest

from services.candidates.settings import CandidatesSettings
from services.candidates.storage import import_rows, imports
from services.candidates.storage.stated_names import names_of
from services.candidates.use_cases import imports as use_cases_of_imports
from services.candidates.use_cases import run_imports, stage_import
from services.candidates.use_cases.change_candidates import apply_changes
from services.candidates.use_cases.imports import drop_old_rows
from shared import clock
from shared.db.asyncpg_connection import Driver
from shared.db.engine import Sessions
from tests.integration.candidates.conftest import Caller
from tests.integration.candidates.imported import Importer

FILE = """Full name,E-Mail,Phone,Company,Skills,Shoe size
Ada Byron,ada@example.org,,Analytical,python; sql,38
Grace Hopper,grace@example.org,+44 20 7946 0958,Navy,cobol,39
Only Phone,,+49 1512 3456789,,,40
"""


@pytest.fixture
def importer(ats: Caller, candidates: Sessions, settings: CandidatesSettings) -> Importer:
    return Importer(ats, candidates, settings)


def counts(body: dict[str, object]) -> tuple[object, ...]:
    return tuple(body[name] for name in ("created", "updated", "unchanged", "refused"))


async def test_a_file_makes_people_known(importer: Importer) -> None:
    done = await importer.imported(FILE)

    assert done["status"] == "done"
    assert counts(done) == (3, 0, 0, 0)
    assert (done["rows"], done["done"]) == (3, 3)
    read = {name: value for name, value in done["format"].items() if value}
    assert read == {"kind": "csv", "encoding": "utf-8", "delimiter": ",", "header_line": 1}
    assert done["mapping"]["columns"] == {
        "Full name": "name",
        "E-Mail": "emails",
        "Phone": "phones",
        "Company": "company",
        "Skills": "skills",
    }
    people = {person["name"]: person for person in await importer.people()}
    assert people["Ada Byron"]["emails"] == ["ada@example.org"]
    assert people["Ada Byron"]["skills"] == ["python", "sql"]
    assert people["Grace Hopper"]["phones"] == ["+442079460958"]
    assert people["Only Phone"]["phones"] == ["+4915123456789"]
    assert all(person["references"][0].startswith("import:") for person in people.values())
    assert [row["result"] for row in await importer.rows(done["id"])] == ["created"] * 3


@pytest.mark.parametrize(
    "name",
    [
        "A",
        "\u738b",
        "x" * 200,
        "\u05d9\u05d5\u05e1\u05e3 \u05db\u05d4\u05df",
        "\u0645\u062d\u0645\u062f \u0639\u0644\u064a",
        "\u0e2a\u0e21\u0e0a\u0e32\u0e22",
        "\U0001f642",
        "O'Brien-Smith, Jr.",
    ],
)
async def test_names_of_any_script_and_length_are_kept_as_they_are(importer: Importer, name: str) -> None:
    done = await importer.imported(f'name,email\n"{name}",ada@example.org\n')

    assert counts(done) == (1, 0, 0, 0)
    assert [person["name"] for person in await importer.people()] == [name]


async def test_a_telephone_without_its_countrys_code_is_read_as_of_the_country_and_else_counts_with_the_name(
    importer: Importer,
) -> None:
    rows = "Ada,020 7946 0958,United Kingdom\nBea,020 7946 0958,\nCleo,020 7946 0958,\nDora,020 7946 0958,Deutschland\nEva,12,\n"

    done = await importer.imported(f"name,phone,country\n{rows}")

    assert counts(done) == (4, 0, 0, 1)
    people = {person["name"]: person["phones"] for person in await importer.people()}
    assert people == {"Ada": ["+442079460958"], "Bea": ["02079460958"], "Cleo": ["02079460958"], "Dora": ["+492079460958"]}
    row = (await importer.rows(done["id"]))[-1]
    assert (row["errors"][0]["column"], row["errors"][0]["rule"][:22]) == ("phone", "must be a phone number")


async def test_an_extension_stays_with_its_telephone(importer: Importer) -> None:
    await importer.imported("name,phone\nAda,+49 30 1234567;ext=12; +49 1512 3456789\n")

    (person,) = await importer.people()
    assert person["phones"] == ["+49301234567;ext=12", "+4915123456789"]


async def test_the_same_file_again_changes_nothing_and_creates_nobody(importer: Importer, ats: Caller) -> None:
    await importer.imported(FILE)
    ada = next(person for person in await importer.people() if person["name"] == "Ada Byron")
    await ats.patched(f"recruiter:{ada['id']}", references=[ada["references"][0]], company="Changed by hand")
    before = await importer.people()

    again = await importer.imported(FILE)

    assert counts(again) == (0, 0, 3, 0)
    assert await importer.people() == before


async def test_what_a_later_file_says_anew_is_updated(importer: Importer) -> None:
    await importer.imported(FILE)

    done = await importer.imported(FILE.replace("Navy", "Navy Reserve"))

    assert counts(done) == (0, 1, 2, 0)
    assert {person["company"] for person in await importer.people()} == {"Analytical", "Navy Reserve", None}


async def test_an_absent_column_and_an_empty_cell_change_nothing(importer: Importer) -> None:
    await importer.imported("id,name,title,city\n1,Ada,Engineer,London\n", source="crm")

    done = await importer.imported("id,name,title\n1,Ada Byron,\n", source="crm")

    person = await importer.ats.read("crm:1")
    assert counts(done) == (0, 1, 0, 0)
    assert (person["name"], person["title"], person["location"]["city"]) == ("Ada Byron", "Engineer", "London")


async def test_an_empty_cell_clears_where_the_mapping_says_so(importer: Importer) -> None:
    await importer.imported("id,name,title\n1,Ada,Engineer\n", source="crm")
    mapping = json.dumps({"columns": {"id": "external_id", "title": "title"}, "empty": "clear"})

    await importer.imported("id,name,title\n1,Other,\n", source="crm", mapping=mapping)

    person = await importer.ats.read("crm:1")
    assert (person["name"], person["title"]) == ("Ada", None)


@pytest.mark.parametrize(
    ("line", "column", "rule"),
    [
        ("Ada,Byron,ada@example.org", None, "has 3 cells where the header has 2"),
        ("Ada", None, "has 1 cells where the header has 2"),
        ('"Ada,ada@example.org', None, "has a quote that is not closed"),
        ("Ad\0a,ada@example.org", "name", "holds a NUL character"),
        ("Ada,not an address", "email", "must be an e-mail address"),
        ("=1+1,ada@example.org", "name", "holds a formula; only values are read"),
        ("Ada,", None, "must name somebody: an external id, an e-mail address, or a telephone number"),
        ("A" * 300 + ",ada@example.org", "name", "must have at most 200 characters"),
        ("Oct-49,ada@example.org", "name", "was damaged by a spreadsheet"),
    ],
)
async def test_a_row_that_breaks_a_rule_is_refused_with_line_column_and_rule(
    importer: Importer, line: str, column: str | None, rule: str
) -> None:
    done = await importer.imported(f"name,email\nFirst,first@example.org\n{line}\nLast,last@example.org\n")

    assert counts(done) == (2, 0, 0, 1)
    (row,) = [one for one in await importer.rows(done["id"]) if one["result"] == "refused"]
    assert row["line"] == 3
    assert row["errors"][0]["column"] == column
    assert row["errors"][0]["rule"].startswith(rule)
    assert {person["name"] for person in await importer.people()} == {"First", "Last"}


async def test_of_a_row_the_rest_is_taken_where_that_is_wanted(importer: Importer) -> None:
    done = await importer.imported("id,name,salary\n1,Ada,a lot\n", source="crm", on_invalid="skip")

    assert counts(done) == (1, 0, 0, 0)
    assert (await importer.rows(done["id"]))[0]["errors"] == [
        {"column": "salary", "field": "salary.amount", "rule": "must be a number"}
    ]


@pytest.mark.parametrize(
    ("encoded", "encoding"),
    [
        ("utf-8", "utf-8"),
        ("utf-8-sig", "utf-8"),
        ("utf-16", "utf-16"),
        ("utf-16-le", "utf-16-le"),
        ("utf-16-be", "utf-16-be"),
        ("cp1252", "cp1252"),
    ],
)
@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
async def test_encoding_and_delimiter_are_found_and_said(importer: Importer, encoded: str, encoding: str, delimiter: str) -> None:
    text = "\r\n".join(delimiter.join(row) for row in (("Name", "E-Mail", "Ort"), ("Jürgen Groß", "j@example.org", "Köln")))

    done = await importer.imported(text.encode(encoded))

    assert (done["format"]["encoding"], done["format"]["delimiter"]) == (encoding, delimiter)
    (person,) = await importer.people()
    assert (person["name"], person["location"]["city"]) == ("Jürgen Groß", "Köln")


async def test_a_preamble_is_skipped(importer: Importer) -> None:
    linkedin = (
        'Notes:\n"When exporting your connection data, you may notice that some of the email addresses are missing."\n\n'
        "First Name,Last Name,URL,Email Address,Company,Position,Connected On\n"
        "Ada,Byron,https://www.linkedin.com/in/ada,ada@example.org,Analytical,Engineer,01 Mar 2026\n"
    )

    done = await importer.imported(linkedin)

    assert done["format"]["header_line"] == 4
    (person,) = await importer.people()
    assert (person["name"], person["title"], person["links"]) == ("Ada Byron", "Engineer", ["https://www.linkedin.com/in/ada"])
    assert (await importer.rows(done["id"]))[0]["line"] == 5


async def test_a_dry_run_says_what_would_happen_and_stores_nothing(importer: Importer) -> None:
    await importer.imported("email,name\nada@example.org,Ada\n")

    answer = await importer.send(
        "email,name\nada@example.org,Ada\ngrace@example.org,Grace\ngrace@example.org,Grace H\nx,y,z\nada@example.org,Ada B\n",
        dry_run="true",
    )

    assert answer.status_code == 200, answer.text
    body = answer.json()
    assert counts(body) == (1, 2, 1, 1)
    assert body["dry_run"] is True
    assert body["is_complete"] is True
    assert body["errors"] == [
        {"line": 5, "errors": [{"column": None, "field": None, "rule": "has 3 cells where the header has 2"}]}
    ]
    assert len(await importer.people()) == 1
    assert len((await importer.ats.ask("GET", "/v1/imports")).json()["items"]) == 1


async def test_a_file_that_is_being_imported_is_not_taken_twice(importer: Importer) -> None:
    answers = await asyncio.gather(*(importer.send(FILE) for _ in range(4)))

    assert {answer.status_code for answer in answers} == {202}
    assert len({answer.json()["id"] for answer in answers}) == 1
    await importer.work()
    assert len(await importer.people()) == 3


async def test_an_idempotency_key_names_the_import(importer: Importer) -> None:
    first = await importer.send(FILE, key="k-1")
    await importer.work()
    again = await importer.send(FILE, key="k-1")
    other = await importer.send(FILE + "x,x@example.org,,,,\n", key="k-1")

    assert first.json()["id"] == again.json()["id"]
    assert other.status_code == 422
    assert other.json()["code"] == "idempotency_key_reused"


async def test_who_stops_in_the_middle_goes_on_where_it_was_and_does_nothing_twice(
    importer: Importer, candidates: Sessions, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(run_imports, "CHUNK", 4)
    people = "".join(f"P{number},p{number}@example.org\n" for number in range(10))
    taken = (await importer.send("name,email\n" + people)).json()
    await importer.runner.work_once()
    halfway = await importer.read(taken["id"])
    async with candidates.alone() as connection:
        (stale,) = await imports.in_work(connection)

    await importer.work()
    with pytest.raises(run_imports.MovedOnError):
        await importer.runner.work_chunk(stale, now=stale.created_at)
    done = await importer.read(taken["id"])

    assert (halfway["done"], halfway["created"], halfway["status"]) == (4, 4, "running")
    assert (done["done"], done["created"], done["status"]) == (10, 10, "done")
    assert len(await importer.people()) == 10


async def test_an_import_is_paused_and_resumed(importer: Importer, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(run_imports, "CHUNK", 1)
    one = (await importer.send(FILE)).json()["id"]
    await importer.runner.work_once()

    for _ in range(2):
        paused = await importer.ats.ask("POST", f"/v1/imports/{one}/pause")
        assert (paused.status_code, paused.json()["status"]) == (200, "paused")
    await importer.work()
    assert (await importer.read(one))["done"] == 1
    resumed = await importer.ats.ask("POST", f"/v1/imports/{one}/resume")
    await importer.work()

    assert resumed.json()["status"] == "running"
    assert (await importer.read(one))["status"] == "done"
    late = await importer.ats.ask("POST", f"/v1/imports/{one}/pause")
    assert (late.status_code, late.json()["code"]) == (409, "import_status")


async def test_an_erased_person_leaves_the_import_and_never_returns(importer: Importer, candidates: Sessions) -> None:
    await importer.imported(FILE)
    waiting = (await importer.send(FILE.replace("Ada Byron", "Ada Lovelace"))).json()["id"]
    ada = next(person for person in await importer.people() if person["name"] == "Ada Byron")

    erased = await importer.ats.ask("POST", "/v1/erasures", json={"candidate": ada["id"]})

    assert erased.status_code == 202
    async with candidates.alone() as connection:
        for table in ("import_rows", "imports", "imported_contents", "candidates", "candidate_history"):
            text = str(await connection.fetch(f"SELECT t::text FROM {table} AS t"))
            assert not any(word in text for word in ("Byron", "Lovelace", "ada@", "Analytical")), table
    await importer.work()
    done = await importer.read(waiting)
    assert done["refused"] == 1
    assert {person["name"] for person in await importer.people()} == {"Grace Hopper", "Only Phone"}
    again = await importer.imported(FILE)
    assert counts(again) == (0, 0, 2, 1)
    row = (await importer.rows(again["id"]))[0]
    assert (row["result"], row["errors"][0]["rule"]) == ("refused", "the candidate was erased")


async def test_of_who_is_erased_while_a_chunk_is_read_nothing_is_remembered(
    importer: Importer, candidates: Sessions, monkeypatch: pytest.MonkeyPatch
) -> None:
    await importer.imported(FILE)
    ada = next(person for person in await importer.people() if person["name"] == "Ada Byron")
    waiting = (await importer.send(FILE)).json()["id"]

    async def erase_first(*arguments: Any, **named: Any) -> None:
        assert (await importer.ats.ask("POST", "/v1/erasures", json={"candidate": ada["id"]})).status_code == 202
        await apply_changes(*arguments, **named)

    with monkeypatch.context() as patched:
        patched.setattr(run_imports, "apply_changes", erase_first)
        await importer.runner.work_once()
    await importer.work()

    assert counts(await importer.read(waiting)) == (0, 0, 2, 1)
    assert [row["result"] for row in await importer.rows(waiting)] == ["erased", "unchanged", "unchanged"]
    async with candidates.alone() as connection:
        assert not await connection.fetch("SELECT FROM imported_contents WHERE candidate_id = $1", ada["id"])


async def test_two_imports_at_once_find_whom_the_other_names_by_an_address(
    importer: Importer, candidates: Sessions, monkeypatch: pytest.MonkeyPatch
) -> None:
    stored, go = asyncio.Event(), asyncio.Event()
    add = import_rows.add

    async def add_and_wait(*arguments: Any) -> None:
        await add(*arguments)
        if not stored.is_set():
            stored.set()
            await go.wait()

    monkeypatch.setattr(import_rows, "add", add_and_wait)
    first = asyncio.create_task(importer.send("name,email\nEva Ott,o@example.org\n"))
    await stored.wait()
    second = asyncio.create_task(importer.send("name,email\nTim Ott,o@example.org\n"))
    async with candidates.alone() as connection:
        waiting = """
            SELECT count(*) FROM pg_locks JOIN pg_database ON pg_database.oid = database
            WHERE datname = current_database() AND locktype = 'advisory' AND NOT granted
            """
        while not second.done() and not await connection.fetchval(waiting):
            pass
    go.set()
    answers = await asyncio.gather(first, second)
    await importer.work()

    assert [(await importer.read(one.json()["id"]))["created"] for one in answers] == [1, 1]
    assert {person["name"] for person in await importer.people()} == {"Eva Ott", "Tim Ott"}


async def test_the_name_in_a_row_that_is_worked_off_meanwhile_is_found(importer: Importer, candidates: Sessions) -> None:
    taken = (await importer.send("name,email\nEva Ott,o@example.org\n")).json()["id"]

    class WorkedOffMeanwhile:
        """A connection between whose first query and its next what waits is worked off."""

        async def fetch(self, query: str, *values: object) -> list[Any]:
            rows = list(await connection.fetch(query, *values))
            await importer.work()
            return rows

    async with candidates.alone() as connection:
        eva = await connection.fetchval("SELECT candidate_id FROM import_rows WHERE import_id = $1", UUID(taken))
        names = await names_of(cast("Driver", WorkedOffMeanwhile()), {eva})

    assert names == {eva: {"Eva Ott"}}


@pytest.mark.parametrize("order", [(0, 1), (1, 0)])
async def test_an_erased_person_with_relatives_never_returns_and_they_stay(
    importer: Importer, monkeypatch: pytest.MonkeyPatch, order: tuple[int, int]
) -> None:
    monkeypatch.setattr(stage_import, "PREVIEWED", 1)
    ada, bob, new = "Ada Byron,home@example.org,{}\n", "Bob Keller,home@example.org,{}\n", "Zoe Ott,home@example.org,{}\n"
    await importer.imported("name,email,title\n" + (ada + bob).replace("{}", "First"))
    known = {person["name"]: person["id"] for person in await importer.people()}
    assert (await importer.ats.ask("POST", "/v1/erasures", json={"candidate": known["Ada Byron"]})).status_code == 202
    file = "name,email,title\n" + "".join((ada, bob)[one] for one in order).replace("{}", "Second") + new

    tried = (await importer.send(file, dry_run="true")).json()
    done = await importer.imported(file)

    assert counts(tried) == counts(done) == (0, 1, 0, 2)
    assert {(person["id"], person["title"]) for person in await importer.people()} == {(known["Bob Keller"], "Second")}
    assert (await importer.ats.ask("POST", "/v1/erasures", json={"candidate": known["Bob Keller"]})).status_code == 202
    again = await importer.imported(file)
    assert counts(again) == (0, 0, 0, 3)


async def test_an_import_is_undone_as_a_whole(importer: Importer, ats: Caller, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(run_imports, "UNDONE", 2)
    await importer.imported("id,name,title\n1,Ada,Engineer\n", source="crm")
    before = (await ats.read("crm:1"))["title"]
    wrong = "id,name,title,city\n1,Ada,Wrong,Nowhere\n2,New,Wrong,\n3,Both,Wrong,\nx\n"
    done = await importer.imported(wrong, source="crm")
    await ats.patched("crm:3", title="Right")

    asked = [await ats.ask("POST", f"/v1/imports/{done['id']}/undo") for _ in range(2)]
    await importer.work()

    assert [(one.status_code, one.json()["status"]) for one in asked] == [(202, "undoing")] * 2
    assert (await importer.read(done["id"]))["status"] == "undone"
    ada, both = await ats.read("crm:1"), await ats.read("crm:3")
    assert (ada["name"], ada["title"], ada["location"]) == ("Ada", before, None)
    assert (both["name"], both["title"]) == (None, "Right")
    assert (await ats.ask("GET", "/v1/candidates/crm:2")).status_code == 404
    assert {person["references"][0] for person in await importer.people()} == {"crm:1", "crm:3"}
    again = await importer.imported(wrong, source="crm")
    assert counts(again) == (1, 2, 0, 1)


@pytest.mark.parametrize("order", [(0, 1, 2), (2, 1, 0), (1, 0, 2), (0, 2, 1)])
async def test_what_later_imports_said_again_is_taken_back_with_the_last_of_them(
    importer: Importer, order: tuple[int, int, int]
) -> None:
    sent = [(await importer.imported(FILE))["id"] for _ in range(3)]
    before = await importer.people()
    left = []
    for number in order:
        assert (await importer.ats.ask("POST", f"/v1/imports/{sent[number]}/undo")).status_code == 202
        await importer.work()
        left.append(await importer.people())

    assert left == [before, before, []]


async def test_a_value_of_a_row_that_no_later_import_repeats_is_taken_back(importer: Importer, ats: Caller) -> None:
    twice = "id,name,city\n1,Ada,Bonn\n1,Ada,Rome\n2,Bea,Kiel\n2,Bea,Ulm\n"
    first = await importer.imported(twice, source="crm")
    await importer.imported("id,name,city\n1,Ada,Bonn\n2,Bea,Kiel\n2,Bea,Ulm\n", source="crm")

    await ats.ask("POST", f"/v1/imports/{first['id']}/undo")
    await importer.work()

    assert [one["name"] for one in await importer.people()] == ["Bea"]


async def test_what_a_later_import_did_not_say_again_is_taken_back(importer: Importer, ats: Caller) -> None:
    first = await importer.imported("id,name,title\n1,Ada,Engineer\n2,Bea,Clerk\n", source="crm")
    await importer.imported("id,name,title\n1,Ada,Engineer\n", source="crm")
    await importer.imported("id,title\n1,Lead\n", source="crm")

    await ats.ask("POST", f"/v1/imports/{first['id']}/undo")
    await importer.work()

    (ada,) = await importer.people()
    assert (ada["name"], ada["title"]) == ("Ada", "Lead")


async def test_what_was_not_worked_off_is_dropped_when_an_import_is_undone(
    importer: Importer, candidates: Sessions, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(run_imports, "CHUNK", 1)
    one = (await importer.send(FILE)).json()["id"]
    await importer.runner.work_once()
    await importer.ats.ask("POST", f"/v1/imports/{one}/pause")

    await importer.ats.ask("POST", f"/v1/imports/{one}/undo")
    await importer.work()

    assert await importer.people() == []
    assert (await importer.read(one))["status"] == "undone"
    async with candidates.alone() as connection:
        assert await connection.fetchval("SELECT count(*) FROM import_rows WHERE content IS NOT NULL") == 0


@pytest.mark.parametrize(
    ("content", "kind", "expected"),
    [
        (
            '[{"first_name": "Ada", "last_name": "Byron", "email_addresses": [{"value": "ada@example.org", "type": "work"}]}]',
            "json",
            {"name": "Ada Byron", "emails": ["ada@example.org"]},
        ),
        (
            '{"candidates": [{"name": "Ada", "emails": ["ada@example.org"], "location": {"country": "GB", "city": "London"}}]}',
            "json",
            {"name": "Ada", "location": {"country": "GB", "city": "London"}},
        ),
        (
            (
                '{"basics": {"name": "Ada", "email": "ada@example.org", "location": {"countryCode": "GB", "city": "London"}},'
                ' "work": [{"name": "Old", "position": "Clerk", "endDate": "1840-01"}, {"name": "New", "position": "Engineer"}],'
                ' "skills": [{"name": "Machines", "keywords": ["python", "sql"]}]}'
            ),
            "json resume",
            {"name": "Ada", "company": "New", "title": "Engineer", "skills": ["python", "sql"]},
        ),
    ],
)
async def test_json_and_json_resume_are_read(importer: Importer, content: str, kind: str, expected: dict[str, object]) -> None:
    done = await importer.imported(content)

    assert (done["format"]["kind"], counts(done)) == (kind, (1, 0, 0, 0))
    (person,) = await importer.people()
    assert {name: person[name] for name in expected} == expected


async def test_rows_are_deleted_some_days_after_the_end_and_the_import_cannot_be_undone_then(
    importer: Importer, candidates: Sessions, settings: CandidatesSettings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(use_cases_of_imports, "DROPPED", 2)
    old, young = await importer.imported(FILE), await importer.imported("id,name\n1,Ada\n", source="crm")
    waiting = (await importer.send(FILE.replace("Navy", "Army"))).json()["id"]
    end = datetime.fromisoformat(old["finished_at"]) + settings.import_keeps
    async with candidates.alone() as connection:
        await connection.execute("UPDATE imports SET finished_at = finished_at + interval '1 hour' WHERE id = $1", young["id"])

    too_early = await drop_old_rows(candidates, keeps=settings.import_keeps, now=end)
    monkeypatch.setattr(clock, "now", lambda: end + timedelta(minutes=1))
    stop, beats = asyncio.Event(), 0

    def beat() -> None:
        nonlocal beats
        beats += 1
        stop.set()

    monkeypatch.setattr(run_imports, "beat", beat)
    await importer.runner.drop_old_rows(stop)
    left = len(await importer.rows(old["id"]))
    await importer.runner.drop_old_rows(asyncio.Event())
    refused = await importer.ats.ask("POST", f"/v1/imports/{old['id']}/undo")

    assert (too_early, left, beats) == (0, 1, 2)
    assert [len(await importer.rows(one)) for one in (old["id"], young["id"], waiting)] == [0, 1, 3]
    assert counts(await importer.read(old["id"])) == (3, 0, 0, 0)
    assert (refused.status_code, refused.json()["code"]) == (409, "import_status")
    assert "no longer" in refused.json()["detail"]
    assert (await importer.ats.ask("POST", f"/v1/imports/{young['id']}/undo")).status_code == 202


async def test_attributes_need_their_scope(importer: Importer) -> None:
    answer = await importer.send(
        "email,group\nada@example.org,a\n", mapping='{"columns": {"email": "emails", "group": "attributes.g"}}'
    )

    assert answer.status_code == 403


@pytest.mark.parametrize(
    ("content", "fields", "status", "word"),
    [
        ("", {}, 422, "empty"),
        ("%PDF-1.7", {}, 422, "PDF"),
        (b"\x81\x8d\xff" * 9, {}, 422, "cp1252"),
        (",".join(f"c{number}" for number in range(10_000)) + "\n", {}, 422, "10000 columns"),
        ("name,name\na,b\n", {}, 422, "twice"),
        ("Ada Byron,ada@example.org\nGrace,grace@example.org\n", {}, 422, "must name its columns"),
        ("na\0me,email\na,b@example.org\n", {}, 422, "NUL"),
        ("a,email\n".encode("utf-16") + b"\x00\xd8\x41\x00", {}, 422, "UTF-16"),
        ("[1, 2", {}, 400, "JSON"),
        ("[" * 100 + "]" * 100, {}, 400, "nested"),
        ("[]", {}, 422, "names nobody"),
        ("a,b\n1,2\n", {}, 422, "must map a column"),
        (FILE, {"source": "Not A Source"}, 422, "source"),
        (FILE, {"mapping": "{"}, 400, "JSON"),
        (FILE, {"mapping": '{"columns": {"Nowhere": "name"}}'}, 422, "no column of the file"),
        (FILE, {"mapping": '{"columns": {"Phone": "shoe"}}'}, 422, "must be one of"),
        (FILE, {"mapping": '{"columns": {"Phone": "name", "E-Mail": "name"}}'}, 422, "second column"),
        (FILE, {"mapping": '{"columns": []}'}, 422, "mapping.columns"),
        (FILE, {"on_invalid": "maybe"}, 422, "on_invalid"),
        (FILE, {"dry_run": "maybe"}, 422, "dry_run"),
        (FILE, {"colour": "red"}, 422, "colour"),
    ],
)
async def test_what_cannot_be_imported_is_a_problem_that_names_the_rule(
    importer: Importer, content: str | bytes, fields: dict[str, str], status: int, word: str
) -> None:
    answer = await importer.send(content, **fields)

    assert answer.status_code == status, answer.text
    assert word in answer.json()["detail"]
    assert (await importer.ats.ask("GET", "/v1/imports")).json()["items"] == []


async def test_a_body_without_a_file_is_refused(importer: Importer) -> None:
    missing = await importer.ats.ask("POST", "/v1/imports", files={"other": (None, "x")})
    plain = await importer.ats.ask("POST", "/v1/imports", json={})

    assert (missing.status_code, plain.status_code) == (422, 415)
