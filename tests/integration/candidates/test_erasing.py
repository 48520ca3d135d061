"""Erasure: nothing is left, it is told to everybody, it is the same the second time, and 410 from then on."""

from collections.abc import Callable
from typing import Any

from sqlalchemy import text

from shared.db.engine import Sessions
from shared.ids import candidate_id
from tests.integration.candidates.conftest import Caller
from tests.integration.candidates.outgoing import published


async def erase(caller: Caller, candidate: str) -> dict[str, Any]:
    response = await caller.ask("POST", "/v1/erasures", json={"candidate": candidate})
    assert response.status_code == 200, response.text
    body: dict[str, Any] = response.json()
    return body


async def everything(sessions: Sessions) -> str:
    """All rows of all tables but the outbox, as text."""
    found: list[str] = []
    async with sessions.begin() as session:
        tables = await session.scalars(
            text("SELECT tablename FROM pg_tables WHERE schemaname = 'public' AND tablename <> 'outbox'")
        )
        for table in tables.all():
            found += (await session.scalars(text(f'SELECT t::text FROM "{table}" t'))).all()
    return "\n".join(found)


async def test_an_erased_person_leaves_stubs_without_content(ats: Caller, candidates: Sessions) -> None:
    await ats.patched("gem:secret-77", name="Ada Byron", emails=["ada@example.org"])
    await ats.patched("greenhouse:1", title="Countess", references=["gem:secret-77"])
    await ats.patched("greenhouse:2", name="Somebody else")

    erasure = await erase(ats, "gem:secret-77")

    streams = sorted([str(candidate_id("gem:secret-77")), str(candidate_id("greenhouse:1"))])
    assert erasure["status"] == "done"
    assert sorted(erasure["candidate_ids"]) == streams
    left = await everything(candidates)
    for trace in ("Ada", "Byron", "ada@example.org", "Countess", "secret-77", "greenhouse:1"):
        assert trace not in left
    assert "Somebody else" in left
    erased = [(stream, kind, data) for stream, _, kind, data in (await published(candidates))[-2:]]
    assert erased == [(stream, "rekindle.candidate.erased", {"candidate_id": stream}) for stream in streams]


async def test_the_erased_record_has_the_next_version(ats: Caller, candidates: Sessions) -> None:
    await ats.patched("gem:1", name="Ada")
    await ats.patched("gem:1", name="Augusta")

    erasure = await erase(ats, "gem:1")

    assert [(version, kind) for _, version, kind, _ in await published(candidates)] == [
        (1, "rekindle.candidate.changed"),
        (2, "rekindle.candidate.changed"),
        (3, "rekindle.candidate.erased"),
    ]
    assert erasure["after"] == [f"candidate:{candidate_id('gem:1')}:3"]


async def test_whoever_was_erased_is_gone(ats: Caller) -> None:
    record = (await ats.patched("gem:1", name="Ada"))["id"]
    await ats.patched("gem:2", name="Other")
    await erase(ats, record)

    for name in ("gem:1", record):
        assert (await ats.ask("GET", f"/v1/candidates/{name}")).status_code == 410
        assert (await ats.ask("GET", f"/v1/candidates/{name}/history")).status_code == 410
        assert (await ats.patch(name, name="Ada", if_match="*")).status_code == 410
        assert (await ats.unlink(name, "gem:2")).status_code == 410
    linking = await ats.patch("gem:2", references=["gem:1"], name="Changed")
    assert (linking.status_code, linking.json()["code"]) == (410, "candidate_erased")
    assert (await ats.read("gem:2"))["name"] == "Other"
    assert [item["references"] for item in (await ats.ask("GET", "/v1/candidates")).json()["items"]] == [["gem:2"]]


async def test_erasing_again_is_the_first_erasure(ats: Caller, candidates: Sessions) -> None:
    await ats.patched("gem:1", references=["gem:2"])
    first = await erase(ats, "gem:1")
    count = len(await published(candidates))

    assert [await erase(ats, name) for name in ("gem:1", "gem:2", str(candidate_id("gem:1")))] == [first] * 3
    assert len(await published(candidates)) == count
    shown = (await ats.ask("GET", f"/v1/erasures/{first['id']}")).json()
    assert (shown["status"], shown["candidate_ids"]) == ("done", first["candidate_ids"])


async def test_whoever_is_not_known_yet_can_be_erased(ats: Caller, candidates: Sessions) -> None:
    await erase(ats, "gem:1")

    assert [(version, kind) for _, version, kind, _ in await published(candidates)] == [(1, "rekindle.candidate.erased")]
    assert (await ats.patch("gem:1", name="Ada")).status_code == 410


async def test_erasing_needs_a_scope_for_it(ats: Caller, caller: Callable[..., Caller]) -> None:
    await ats.patched("gem:1", name="Ada")
    reader, admin = caller("candidates:read"), caller("admin")

    assert (await reader.ask("POST", "/v1/erasures", json={"candidate": "gem:1"})).status_code == 403
    assert (await ats.ask("POST", "/v1/erasures", json={"candidate": "nonsense"})).status_code == 422
    assert (await ats.ask("POST", "/v1/erasures", json={})).status_code == 422
    unknown = await admin.ask("GET", f"/v1/erasures/{candidate_id('gem:1')}")
    assert (unknown.status_code, unknown.json()["code"]) == (404, "erasure_unknown")
    assert (await erase(admin, "gem:1"))["status"] == "done"
