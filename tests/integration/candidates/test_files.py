"""Files of people are kept, shown, carried by merges, and gone for good: with the last who has them, and whatever is killed."""

import asyncio
import os
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import quote, unquote, urlsplit
from uuid import UUID, uuid4

import httpx
import obstore
import pytest
from moto.server import ThreadedMotoServer

from services.candidates.domain.files import digest_of
from services.candidates.settings import CandidatesSettings
from services.candidates.storage import file_store, files, imports
from services.candidates.storage.file_store import REMOVED_WITHIN, FileStore, StoreUnavailable
from services.candidates.use_cases import sweep_files as sweeping
from services.candidates.use_cases.imports import drop_old_rows
from services.candidates.use_cases.sweep_files import sweep_files
from shared.db.engine import Sessions
from shared.observability.heartbeats import SILENT_AFTER
from tests.integration.candidates.conftest import Caller
from tests.integration.candidates.documents import docx, paragraph
from tests.integration.candidates.imported import Importer
from tests.integration.candidates.test_resumes import ADA, archive_of

SECOND = ADA.replace("Python, Postgres, Golang", "Python, Rust")


async def send(
    caller: Caller, person: str, content: str | bytes, *, name: str = "ada.txt", key: str | None = None, **fields: str
) -> httpx.Response:
    raw = content.encode() if isinstance(content, str) else content
    headers = {} if key is None else {"Idempotency-Key": key}
    return await caller.ask("POST", f"{place(person)}", headers, files={"file": (name, raw)}, data=fields)


async def kept(caller: Caller, person: str, content: str | bytes, **options: str) -> dict[str, Any]:
    response = await send(caller, person, content, **options)
    assert response.status_code == 201, response.text
    body: dict[str, Any] = response.json()
    return body


def place(person: str, file: str = "") -> str:
    return f"/v1/candidates/{quote(person, safe='')}/files" + (f"/{file}" if file else "")


async def listed(caller: Caller, person: str) -> list[dict[str, Any]]:
    response = await caller.ask("GET", place(person))
    assert response.status_code == 200, response.text
    items: list[dict[str, Any]] = response.json()["items"]
    return items


def objects(settings: CandidatesSettings) -> list[bytes]:
    """What the store holds."""
    folder = Path(unquote(urlsplit(settings.files_url).path))
    return sorted(path.read_bytes() for path in folder.rglob("*") if path.is_file())


async def is_away(_: FileStore, _digest: bytes) -> None:
    raise StoreUnavailable("The store is away.")


async def swept(sessions: Sessions, settings: CandidatesSettings, *, after: timedelta = timedelta()) -> None:
    await sweep_files(sessions, FileStore(settings.files_url), now=datetime.now(UTC) + after)


async def test_a_file_is_kept_as_it_was_sent_and_can_be_saved_but_is_shown_by_no_browser(
    ats: Caller, settings: CandidatesSettings
) -> None:
    await ats.patched("gem:ada", name="Ada Byron")
    page = b"<html><script>alert(1)</script></html>"

    file = await kept(ats, "gem:ada", page, name="C:\\fakepath\\r\u00e9sum\u00e9 \u2116 1.html", kind="document", source="mail")

    assert (file["name"], file["media_type"], file["size"]) == ("r\u00e9sum\u00e9 \u2116 1.html", "text/plain", len(page))
    assert (file["kind"], file["source"], file["added_by"], file["removed"]) == ("document", "mail", "tester", None)
    assert await listed(ats, "gem:ada") == [file]
    saved = await ats.ask("GET", place("gem:ada", file["id"]))
    assert saved.content == page
    assert saved.headers["content-disposition"] == f"attachment; filename*=UTF-8''{quote(file['name'])}"
    assert saved.headers["x-content-type-options"] == "nosniff"
    assert saved.headers["content-security-policy"] == "sandbox; default-src 'none'"
    assert objects(settings) == [page]
    folder = Path(unquote(urlsplit(settings.files_url).path))
    assert folder.stat().st_mode & 0o077 == 0


async def test_a_resume_adds_to_the_record_and_brings_nothing_back_that_was_removed(ats: Caller) -> None:
    await ats.patched("gem:ada", name="Ada Byron", skills=["cobol"])
    await kept(ats, "gem:ada", ADA)
    known = await ats.read("gem:ada")
    assert known["skills"] == ["cobol", "python", "postgresql", "go"]
    assert (known["title"], known["emails"]) == ("Senior Software Engineer", ["ada.byron@example.org"])
    await ats.patched("gem:ada", skills=["cobol", "python"], title=None)

    await kept(ats, "gem:ada", SECOND)

    known = await ats.read("gem:ada")
    assert (known["skills"], known["title"]) == (["cobol", "python", "rust"], None)
    assert [one["unread"] for one in await listed(ats, "gem:ada")] == [None, None]


async def test_by_the_past_of_a_resume_that_adds_nothing_to_the_record_its_person_is_found(ats: Caller) -> None:
    await ats.patched("gem:ada", name="Ada Byron")
    await kept(ats, "gem:ada", ADA)
    before = await ats.read("gem:ada")

    await kept(ats, "gem:ada", ADA.replace("Babbage & Co", "Initech"))

    assert await ats.read("gem:ada") == before
    assert [one["name"] for one in await ats.all_of("/v1/candidates?q=initech")] == ["Ada Byron"]


async def test_the_same_bytes_again_are_one_file_and_the_same_request_again_is_answered_alike(
    ats: Caller, settings: CandidatesSettings
) -> None:
    await ats.patched("gem:ada", name="Ada Byron")
    first = await kept(ats, "gem:ada", ADA, key="one")

    again = [await send(ats, "gem:ada", ADA, key="one"), await send(ats, "gem:ada", ADA, name="other.txt")]

    assert [(one.status_code, one.json()) for one in again] == [(200, first)] * 2
    other = await send(ats, "gem:ada", "another", key="one")
    assert (other.status_code, other.json()["code"]) == (422, "idempotency_key_reused")
    assert (len(await listed(ats, "gem:ada")), len(objects(settings))) == (1, 1)


async def test_a_resume_that_cannot_be_read_is_kept_and_says_why(ats: Caller) -> None:
    await ats.patched("gem:ada", name="Ada Byron")
    before = await ats.read("gem:ada")

    scan = await kept(ats, "gem:ada", b"\x89PNG\r\n\x1a\n" + bytes(range(256)), name="scan.pdf")

    assert scan["media_type"] == "image/png"
    assert scan["unread"]
    assert await ats.read("gem:ada") == before


async def test_resumes_of_an_import_are_kept_with_their_people_and_go_when_it_is_undone(
    ats: Caller, candidates: Sessions, settings: CandidatesSettings
) -> None:
    importer = Importer(ats, candidates, settings)
    ben = docx(paragraph("Ben Stone"), paragraph("ben@example.org"), paragraph("SKILLS"), paragraph("Java"))

    done = await importer.imported(archive_of({"people/ada.txt": ADA.encode(), "ben.docx": ben, "notes.bin": bytes(range(256))}))

    people = {one["name"]: one["id"] for one in await importer.people()}
    assert set(people) == {"Ada Byron", "Ben Stone"}
    (of_ada,), (of_ben,) = [await listed(ats, people[name]) for name in ("Ada Byron", "Ben Stone")]
    assert (of_ada["name"], of_ben["name"], of_ben["kind"]) == ("ada.txt", "ben.docx", "resume")
    assert (await ats.ask("GET", place(people["Ben Stone"], of_ben["id"]))).content == ben
    assert len(objects(settings)) == 2

    again = await importer.imported(ADA)
    assert (len(await listed(ats, people["Ada Byron"])), len(objects(settings))) == (1, 2)
    # What the later import brought again stays until that is undone too: the file as what it says.
    for one, left in ((done, [ADA.encode()]), (again, [])):
        assert (await ats.ask("POST", f"/v1/imports/{one['id']}/undo")).status_code == 202
        await importer.work()
        await swept(candidates, settings, after=timedelta(hours=2))
        assert objects(settings) == left
        assert [person["name"] for person in await importer.people()] == ["Ada Byron"] * len(left)


async def test_a_file_that_was_sent_since_its_import_stays_when_that_is_undone(
    ats: Caller, candidates: Sessions, settings: CandidatesSettings
) -> None:
    importer = Importer(ats, candidates, settings)
    await ats.patched("gem:ada", name="Ada Byron", emails=["ada.byron@example.org"])
    done = await importer.imported(ADA)
    (imported,) = [one["id"] for one in await importer.people() if one["id"] != (await ats.read("gem:ada"))["id"]]
    await ats.patched("gem:ada", references=[(await ats.read(imported))["references"][0]])
    (file,) = await listed(ats, "gem:ada")
    assert (await send(ats, "gem:ada", ADA)).status_code == 200

    assert (await ats.ask("POST", f"/v1/imports/{done['id']}/undo")).status_code == 202
    await importer.work()
    await swept(candidates, settings, after=timedelta(hours=2))

    assert await listed(ats, "gem:ada") == [file]
    assert objects(settings) == [ADA.encode()]


async def test_files_that_a_failed_import_held_back_go_with_its_rows(
    ats: Caller, candidates: Sessions, settings: CandidatesSettings
) -> None:
    importer, later = Importer(ats, candidates, settings), datetime.now(UTC) + timedelta(hours=2)
    sent = (await importer.send(ADA)).json()
    async with candidates.begin_raw() as transaction:
        await imports.set_status(transaction.connection, UUID(sent["id"]), "failed", finished_at=datetime.now(UTC))
    assert objects(settings) == [ADA.encode()]

    await drop_old_rows(candidates, keeps=timedelta(hours=3), now=later)
    await swept(candidates, settings, after=timedelta(hours=2))
    assert objects(settings) == [ADA.encode()]
    await drop_old_rows(candidates, keeps=timedelta(hours=1), now=later)
    await swept(candidates, settings, after=timedelta(hours=2))
    assert objects(settings) == []


async def test_an_object_that_two_have_goes_with_the_last_of_them(
    ats: Caller, settings: CandidatesSettings, candidates: Sessions
) -> None:
    for person in ("gem:ada", "gem:eva"):
        await ats.patched(person, name="Ada Byron")
        await kept(ats, person, b"shared", kind="document")
    assert objects(settings) == [b"shared"]

    first = await ats.ask("POST", "/v1/erasures", json={"candidate": "gem:ada"})
    assert first.json()["services"][0]["status"] == "done"
    assert first.json()["services"][0]["removed"]["files"] == 1
    assert objects(settings) == [b"shared"]
    (left,) = await listed(ats, "gem:eva")
    assert (await ats.ask("GET", place("gem:eva", left["id"]))).content == b"shared"

    await ats.ask("POST", "/v1/erasures", json={"candidate": "gem:eva"})
    assert objects(settings) == []
    async with candidates.alone() as connection:
        assert await connection.fetch("SELECT id FROM candidate_files UNION ALL SELECT id FROM file_sweeps") == []
    assert (await send(ats, "gem:ada", b"again")).status_code == 410


async def test_an_erasure_is_not_done_before_the_store_has_removed_the_files(
    ats: Caller, candidates: Sessions, settings: CandidatesSettings, monkeypatch: pytest.MonkeyPatch
) -> None:
    await ats.patched("gem:ada", name="Ada Byron")
    await kept(ats, "gem:ada", ADA)

    with monkeypatch.context() as away:
        away.setattr(FileStore, "remove", is_away)
        erasure = (await ats.ask("POST", "/v1/erasures", json={"candidate": "gem:ada"})).json()
    assert (erasure["services"][0]["status"], len(objects(settings))) == ("pending", 1)

    await swept(candidates, settings)
    erasure = (await ats.ask("GET", f"/v1/erasures/{erasure['id']}")).json()
    assert (erasure["services"][0]["status"], objects(settings)) == ("done", [])
    assert erasure["services"][0]["removed"]["files"] == 1


async def test_an_object_that_was_written_by_who_died_then_is_swept_and_one_that_is_being_written_is_not(
    candidates: Sessions, settings: CandidatesSettings
) -> None:
    digest = digest_of(b"orphan")
    async with candidates.begin_raw() as transaction:
        announced = await files.announce(transaction.connection, digest, uuid4(), now=datetime.now(UTC))
    await FileStore(settings.files_url).put(digest, b"orphan")

    await swept(candidates, settings)
    assert objects(settings) == [b"orphan"]
    await swept(candidates, settings, after=files.WRITTEN_WITHIN)
    assert objects(settings) == []
    async with candidates.begin_raw() as transaction:
        assert not await files.take_announced(transaction.connection, [announced]), "whoever comes back late writes it again"


async def test_an_erasure_waits_for_the_bytes_of_a_file_that_was_removed_while_the_store_was_away(
    ats: Caller, candidates: Sessions, settings: CandidatesSettings, monkeypatch: pytest.MonkeyPatch
) -> None:
    await ats.patched("gem:ada", name="Ada Byron")
    file = await kept(ats, "gem:ada", ADA)
    with monkeypatch.context() as away:
        away.setattr(FileStore, "remove", is_away)
        assert (await ats.ask("DELETE", place("gem:ada", file["id"]), params={"reason": "outdated"})).status_code == 200

        erasure = (await ats.ask("POST", "/v1/erasures", json={"candidate": "gem:ada"})).json()
        assert (erasure["services"][0]["status"], len(objects(settings))) == ("pending", 1)

    await swept(candidates, settings)
    erasure = (await ats.ask("GET", f"/v1/erasures/{erasure['id']}")).json()
    assert (erasure["services"][0]["status"], objects(settings)) == ("done", [])


@pytest.mark.parametrize("content", [b"a letter", ADA.encode()])
async def test_an_erasure_waits_for_a_file_that_is_being_sent_and_whoever_sends_it_is_refused(
    ats: Caller, candidates: Sessions, settings: CandidatesSettings, monkeypatch: pytest.MonkeyPatch, content: bytes
) -> None:
    await ats.patched("gem:ada", name="Ada Byron")
    put, asked = FileStore.put, list[dict[str, Any]]()

    async def erases_too(store: FileStore, digest: bytes, written: bytes) -> None:
        asked.append((await ats.ask("POST", "/v1/erasures", json={"candidate": "gem:ada"})).json())
        await put(store, digest, written)

    monkeypatch.setattr(FileStore, "put", erases_too)
    sent = await send(ats, "gem:ada", content)

    assert (sent.status_code, sent.json()["code"]) == (410, "candidate_erased")
    assert (asked[0]["services"][0]["status"], objects(settings)) == ("pending", [content])
    await swept(candidates, settings)
    erasure = (await ats.ask("GET", f"/v1/erasures/{asked[0]['id']}")).json()
    assert (erasure["services"][0]["status"], objects(settings)) == ("done", [])
    assert (await send(ats, "gem:ada", content)).status_code == 410
    assert objects(settings) == []


async def test_an_erasure_waits_for_a_resume_that_is_being_imported_and_others_of_the_import_are_kept(
    ats: Caller, candidates: Sessions, settings: CandidatesSettings, monkeypatch: pytest.MonkeyPatch
) -> None:
    importer = Importer(ats, candidates, settings)
    await importer.imported(ADA)
    (ada,) = await importer.people()
    again, other = f"{ADA}\nHobbies: chess".encode(), SECOND.replace("ada.byron@", "ben@").encode()
    put, asked = FileStore.put, list[dict[str, Any]]()

    async def erases_too(store: FileStore, digest: bytes, written: bytes) -> None:
        await put(store, digest, written)
        if not asked:
            asked.append((await ats.ask("POST", "/v1/erasures", json={"candidate": ada["id"]})).json())

    monkeypatch.setattr(FileStore, "put", erases_too)
    await importer.imported(archive_of({"ada.txt": again, "other.txt": other}))

    assert (asked[0]["services"][0]["status"], again in objects(settings)) == ("pending", True)
    await swept(candidates, settings)
    erasure = (await ats.ask("GET", f"/v1/erasures/{asked[0]['id']}")).json()
    assert (erasure["services"][0]["status"], objects(settings)) == ("done", [other])


async def erased_while_the_store_is_away(ats: Caller, monkeypatch: pytest.MonkeyPatch) -> dict[str, Any]:
    """The erasure of a person with two files, whose objects are still in the store."""
    await ats.patched("gem:ada", name="Ada Byron")
    for content in (b"one", b"two"):
        await kept(ats, "gem:ada", content, kind="document")
    with monkeypatch.context() as away:
        away.setattr(FileStore, "remove", is_away)
        erasure: dict[str, Any] = (await ats.ask("POST", "/v1/erasures", json={"candidate": "gem:ada"})).json()
    return erasure


async def test_two_who_remove_the_last_objects_of_an_erasure_at_once_end_it(
    ats: Caller, candidates: Sessions, settings: CandidatesSettings, monkeypatch: pytest.MonkeyPatch
) -> None:
    erasure = await erased_while_the_store_is_away(ats, monkeypatch)

    now = datetime.now(UTC)
    async with candidates.begin_raw() as one:
        assert await files.swept(one.connection, digest_of(b"one"), now=now) == set()
        other = asyncio.create_task(_swept_alone(candidates, digest_of(b"two"), now))
        while not other.done() and not await _waits(candidates):
            pass
    assert await other == {UUID(erasure["id"])}


async def _swept_alone(sessions: Sessions, digest: bytes, now: datetime) -> set[UUID]:
    async with sessions.begin_raw() as transaction:
        return await files.swept(transaction.connection, digest, now=now)


async def _waits(sessions: Sessions) -> bool:
    async with sessions.alone() as connection:
        return bool(await connection.fetchval("SELECT EXISTS (SELECT FROM pg_locks WHERE NOT granted) FROM pg_sleep(0.01)"))


async def test_what_a_write_leaves_that_was_killed_in_the_middle_is_swept(
    candidates: Sessions, settings: CandidatesSettings
) -> None:
    digest, store = digest_of(b"half of it"), FileStore(settings.files_url)
    async with candidates.begin_raw() as transaction:
        await files.announce(transaction.connection, digest, uuid4(), now=datetime.now(UTC))
    await store.put(digest, b"half of it")
    (whole,) = [path for path in Path(unquote(urlsplit(settings.files_url).path)).rglob("*") if path.is_file()]
    whole.rename(whole.with_name(f"{whole.name}#1"))
    whole.with_name(f"{whole.name}#2").write_bytes(b"half")

    await swept(candidates, settings, after=files.WRITTEN_WITHIN)

    assert objects(settings) == []


async def test_objects_that_cannot_be_removed_keep_no_other_there_and_a_store_that_is_away_is_asked_no_further(
    ats: Caller, candidates: Sessions, settings: CandidatesSettings, monkeypatch: pytest.MonkeyPatch
) -> None:
    remove, asked, contents = FileStore.remove, list[bytes](), [f"letter {number}".encode() for number in range(5)]
    stuck = {digest_of(content) for content in contents[:3]}

    async def fails_for_some(store: FileStore, digest: bytes) -> None:
        asked.append(digest)
        if digest in stuck:
            raise StoreUnavailable("It is locked.")
        await remove(store, digest)

    await ats.patched("gem:ada", name="Ada Byron")
    with monkeypatch.context() as away:
        away.setattr(FileStore, "remove", fails_for_some)
        for content in contents:
            file = await kept(ats, "gem:ada", content, kind="document")
            await ats.ask("DELETE", place("gem:ada", file["id"]), params={"reason": "outdated"})
            if content == contents[2]:
                assert objects(settings) == contents[:3]
        assert objects(settings) == contents[:3]
        asked.clear()
        await swept(candidates, settings)
        assert (len(asked), {*asked}) == (3, stuck)
        stuck.remove(digest_of(contents[0]))
        await swept(candidates, settings)
        assert objects(settings) == contents[1:3]
    await swept(candidates, settings)
    assert objects(settings) == []


async def test_the_part_that_sweeps_beats_with_each_object_and_waits_for_none_too_long(
    ats: Caller, candidates: Sessions, settings: CandidatesSettings, monkeypatch: pytest.MonkeyPatch
) -> None:
    await erased_while_the_store_is_away(ats, monkeypatch)
    beats = list[None]()

    async def hangs(_store: object, _path: str) -> None:
        await asyncio.Event().wait()

    assert REMOVED_WITHIN < SILENT_AFTER
    monkeypatch.setattr(file_store, "REMOVED_WITHIN", 0.0)
    monkeypatch.setattr(obstore, "delete_async", hangs)
    monkeypatch.setattr(sweeping, "beat", lambda: beats.append(None))
    await swept(candidates, settings)

    assert (len(beats), len(objects(settings))) == (2, 2)


async def test_people_who_are_one_have_all_files_and_part_with_their_own(ats: Caller) -> None:
    ada, other = await ats.patched("gem:ada", name="Ada Byron"), await ats.patched("ats:7", name="A. Byron")
    await kept(ats, "gem:ada", b"one", name="one.txt", kind="document")
    await ats.patched("gem:ada", references=["ats:7"])
    await kept(ats, "ats:7", b"two", name="two.txt", kind="document")

    assert {one["name"] for one in await listed(ats, "gem:ada")} == {"one.txt", "two.txt"}
    merged = await ats.ask("GET", place(other["id"]))
    assert (merged.status_code, merged.headers["Location"]) == (308, place(ada["id"]))

    assert (await ats.unlink("gem:ada", "ats:7")).status_code == 200
    assert [one["name"] for one in await listed(ats, "gem:ada")] == ["one.txt"]
    assert [one["name"] for one in await listed(ats, "ats:7")] == ["two.txt"]


async def test_a_file_is_removed_with_a_reason_and_what_it_holds_is_gone(ats: Caller, settings: CandidatesSettings) -> None:
    await ats.patched("gem:ada", name="Ada Byron")
    file = await kept(ats, "gem:ada", ADA)

    assert (await ats.ask("DELETE", place("gem:ada", file["id"]))).status_code == 422
    gone = [await ats.ask("DELETE", place("gem:ada", file["id"]), params={"reason": "outdated"}) for _ in range(2)]

    assert gone[0].json() == gone[1].json()
    removed = gone[0].json()["removed"]
    assert (removed["by"], removed["reason"]) == ("tester", "outdated")
    assert gone[0].json() == file | {"name": None, "sha256": None, "removed": removed}
    assert await listed(ats, "gem:ada") == [gone[0].json()]
    assert objects(settings) == []
    answer = await ats.ask("GET", place("gem:ada", file["id"]))
    assert (answer.status_code, answer.json()["code"]) == (404, "file_unknown")
    await kept(ats, "gem:ada", ADA)


async def test_files_are_read_and_kept_by_those_who_may(ats: Caller, caller: Callable[..., Caller]) -> None:
    await ats.patched("gem:ada", name="Ada Byron")
    file = await kept(ats, "gem:ada", ADA)
    reader, writer, contacts = caller("candidates:read"), caller("candidates:write"), caller("contact_details:read")

    assert (await reader.ask("GET", place("gem:ada"))).status_code == 200
    assert (await reader.ask("GET", place("gem:ada", file["id"]))).status_code == 403
    assert (await contacts.ask("GET", place("gem:ada", file["id"]))).status_code == 200
    assert (await send(reader, "gem:ada", b"no")).status_code == 403
    assert (await reader.ask("DELETE", place("gem:ada", file["id"]), params={"reason": "outdated"})).status_code == 403
    assert (await send(writer, "gem:ada", b"yes", kind="document")).status_code == 201
    await ats.patched("gem:eva", name="Eva")
    for method, params in (("GET", {}), ("DELETE", {"reason": "outdated"})):
        answer = await ats.ask(method, place("gem:eva", file["id"]), params=params)
        assert (answer.status_code, answer.json()["code"]) == (404, "file_unknown")


async def test_what_breaks_a_rule_is_refused_by_name_and_nothing_is_kept(ats: Caller, settings: CandidatesSettings) -> None:
    await ats.patched("gem:ada", name="Ada Byron")
    wrong = [
        ("file", await send(ats, "gem:ada", b"")),
        ("file", await send(ats, "gem:ada", ADA, name="x" * 300)),
        ("file", await send(ats, "gem:ada", ADA, name="../..")),
        ("kind", await send(ats, "gem:ada", ADA, kind="song")),
        ("source", await send(ats, "gem:ada", ADA, source="told by a friend")),
        ("mood", await send(ats, "gem:ada", ADA, mood="good")),
    ]

    for field, answer in wrong:
        assert answer.status_code == 422, (field, answer.text)
        assert [one["field"] for one in answer.json()["errors"]] == [field]
    assert (await send(ats, "gem:nobody", ADA)).status_code == 404
    assert (await send(ats, "gem:ada", bytes(50 * 1024 * 1024))).status_code == 413
    assert (await ats.ask("POST", place("gem:ada"), json={})).status_code == 415
    for sign in (b"\0", b"\x07", b"\x1b"):
        raw = b'--b\r\nContent-Disposition: form-data; name="file"; filename="a' + sign + b'b.txt"\r\n\r\nAda\r\n--b--\r\n'
        unprintable = await ats.ask("POST", place("gem:ada"), {"Content-Type": "multipart/form-data; boundary=b"}, content=raw)
        assert (unprintable.status_code, [one["field"] for one in unprintable.json()["errors"]]) == (422, ["file"])
    assert await listed(ats, "gem:ada") == []
    assert objects(settings) == []
    inside = await kept(ats, "gem:ada", ADA, name="../../etc/passwd")
    assert inside["name"] == "passwd"


@pytest.fixture(scope="module")
def bucket() -> Iterator[str]:
    """A bucket of a server that speaks S3; its address and keys are in the environment."""
    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    _, port = server.get_host_and_port()
    given = {
        "AWS_ENDPOINT_URL": f"http://127.0.0.1:{port}",
        "AWS_REGION": "us-east-1",
        "AWS_ACCESS_KEY_ID": "rekindle",
        "AWS_SECRET_ACCESS_KEY": "secret",
    }
    before = {name: os.environ.get(name) for name in given}
    os.environ.update(given)
    assert httpx.put(f"{given['AWS_ENDPOINT_URL']}/people").status_code == 200
    yield "s3://people/files"
    server.stop()
    for name, value in before.items():
        if value is None:
            del os.environ[name]
        else:
            os.environ[name] = value


async def test_a_bucket_keeps_shows_and_removes_files(bucket: str) -> None:
    store, content = FileStore(bucket), os.urandom(300_000)
    digest = digest_of(content)

    for _ in range(2):
        await store.put(digest, content)
    assert await FileStore(bucket).read(digest) == content
    for _ in range(2):
        await store.remove(digest)
    assert await store.read(digest) is None
    with pytest.raises(StoreUnavailable):
        await FileStore("s3://there-is-none/files").put(digest, content)


class TestInABucket:
    """The service on a bucket."""

    @pytest.fixture
    def settings(self, settings: CandidatesSettings, bucket: str) -> CandidatesSettings:
        return settings.model_copy(update={"files_url": f"{bucket}/{uuid4()}"})

    async def test_a_file_is_kept_shown_and_erased(self, ats: Caller, settings: CandidatesSettings) -> None:
        await ats.patched("gem:ada", name="Ada Byron")
        file = await kept(ats, "gem:ada", ADA)

        assert (await ats.ask("GET", place("gem:ada", file["id"]))).text == ADA
        erasure = (await ats.ask("POST", "/v1/erasures", json={"candidate": "gem:ada"})).json()
        assert erasure["services"][0]["status"] == "done"
        assert await FileStore(settings.files_url).read(digest_of(ADA.encode())) is None
