"""Erasure: nothing is left, it is told to everybody, it is the same the second time, and 410 from then on."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import text

from services.candidates.settings import CandidatesSettings
from services.candidates.use_cases.erasures import publish_again, take_confirmations
from shared.db.asyncpg_connection import driver
from shared.db.engine import Sessions
from shared.events import ErasureConfirmed
from shared.ids import candidate_id
from tests.integration.candidates.conftest import Caller
from tests.integration.candidates.outgoing import published

BUS = ("engagement", "analytics")


async def erase(caller: Caller, candidate: str) -> dict[str, Any]:
    response = await caller.ask("POST", "/v1/erasures", json={"candidate": candidate})
    assert response.status_code in {200, 202}, response.text
    body: dict[str, Any] = response.json()
    assert response.headers["Location"] == f"/v1/erasures/{body['id']}"
    assert (response.status_code == 202) == (body["status"] == "pending")
    return body


async def confirm(sessions: Sessions, erasure: dict[str, Any], *services: str, stream: str | None = None, **removed: int) -> None:
    """Deliver what services confirm on the bus, of all streams or one."""
    async with sessions.begin() as session:
        said = [
            ErasureConfirmed(erasure_id=erasure["id"], candidate_id=UUID(one), service=service, removed=removed)
            for service in services
            for one in ([stream] if stream else erasure["candidate_ids"])
        ]
        await take_confirmations(await driver(session), said, now=datetime.now(UTC))


async def state(caller: Caller, erasure: dict[str, Any]) -> tuple[str, dict[str, tuple[str, dict[str, int]]]]:
    """The status of an erasure, and that of each service with what it removed."""
    shown = (await caller.ask("GET", f"/v1/erasures/{erasure['id']}")).json()
    assert (shown["done_at"] is None) == (shown["status"] == "pending")
    return shown["status"], {one["service"]: (one["status"], one["removed"]) for one in shown["services"]}


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
    assert erasure["status"] == "pending"
    assert sorted(erasure["candidate_ids"]) == streams
    left = await everything(candidates)
    for trace in ("Ada", "Byron", "ada@example.org", "Countess", "secret-77", "greenhouse:1"):
        assert trace not in left
    assert "Somebody else" in left
    erased = [(stream, kind, data) for stream, _, kind, data in (await published(candidates))[-2:]]
    told = [{"candidate_id": stream, "erasure_id": erasure["id"]} for stream in streams]
    assert erased == [(one["candidate_id"], "rekindle.candidate.erased", one) for one in told]


async def test_the_erased_record_has_the_next_version(ats: Caller, candidates: Sessions) -> None:
    await ats.patched("gem:1", name="Ada")
    await ats.patched("gem:1", name="Augusta")

    erasure = await erase(ats, "gem:1")

    assert [(version, kind) for _, version, kind, _ in await published(candidates)] == [
        (1, "rekindle.candidate.erased"),
        (2, "rekindle.candidate.erased"),
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
    assert shown | {"after": first["after"]} == first
    await confirm(candidates, first, *BUS)
    again = await erase(ats, "gem:2")
    assert (again["status"], again["id"]) == ("done", first["id"])


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
    assert (await erase(admin, "gem:1"))["status"] == "pending"


async def test_an_erasure_is_pending_until_every_service_has_confirmed_every_stream(ats: Caller, candidates: Sessions) -> None:
    await ats.patched("gem:1", name="Ada", references=["gem:2"])
    erasure = await erase(ats, "gem:1")
    first, second = erasure["candidate_ids"]

    assert (await state(ats, erasure))[1]["candidates"] == ("done", {"records": 1, "history_entries": 1, "waiting_records": 2})
    await confirm(candidates, erasure, "engagement", stream=first, events=3)
    await confirm(candidates, erasure, "analytics", descriptions=1)
    assert await state(ats, erasure) == (
        "pending",
        {
            "candidates": ("done", {"records": 1, "history_entries": 1, "waiting_records": 2}),
            "analytics": ("done", {"descriptions": 2}),
            "engagement": ("pending", {"events": 3}),
        },
    )
    for _ in range(2):
        await confirm(candidates, erasure, "engagement", stream=first, events=3)
    await confirm(candidates, erasure, "engagement", stream=second, events=4)
    await confirm(candidates, erasure, "engagement", "a-stranger")

    status, services = await state(ats, erasure)
    assert (status, services["engagement"], "a-stranger" in services) == ("done", ("done", {"events": 7}), False)


async def test_a_confirmation_of_an_erasure_that_is_not_known_changes_nothing(ats: Caller, candidates: Sessions) -> None:
    erasure = await erase(ats, "gem:1")

    await confirm(candidates, erasure | {"id": str(candidate_id("gem:1"))}, *BUS)

    assert (await state(ats, erasure))[0] == "pending"


async def test_a_service_that_is_not_on_the_bus_confirms_over_http(
    caller: Callable[..., Caller], ats: Caller, candidates: Sessions, settings: CandidatesSettings
) -> None:
    settings.erasure_services = ("engagement", "analytics", "connectors")
    connectors = caller("admin", name="connectors")
    first, second, third = [await erase(ats, f"gem:{number}") for number in range(3)]
    await confirm(candidates, first, *BUS)
    mine = "/v1/erasures?status=pending&service=connectors&limit=2"
    assert [one["id"] for one in await connectors.all_of(mine)] == [one["id"] for one in (first, second, third)]

    for deliveries in (3, 9):
        body = {"service": "connectors", "removed": {"deliveries": deliveries}}
        answer = await connectors.ask("POST", f"/v1/erasures/{first['id']}/confirmations", json=body)
        assert (answer.status_code, answer.json()["status"]) == (200, "done")
        shown = {one["service"]: (one["removed"], one["confirmed_by"]) for one in answer.json()["services"]}
        assert shown["connectors"] == ({"deliveries": 3}, "connectors")
    assert [one["id"] for one in await connectors.all_of(mine)] == [one["id"] for one in (second, third)]
    assert [one["id"] for one in await connectors.all_of("/v1/erasures?status=done&limit=1")] == [first["id"]]
    assert [one["id"] for one in await connectors.all_of("/v1/erasures?limit=1")] == [one["id"] for one in (first, second, third)]


async def test_a_confirmation_names_a_service_that_is_waited_for(ats: Caller, caller: Callable[..., Caller]) -> None:
    erasure = await erase(ats, "gem:1")
    path = f"/v1/erasures/{erasure['id']}/confirmations"

    for body in ({"service": "connectors"}, {"service": "engagement", "removed": {"events": -1}}, {"service": "a b"}, {}):
        assert (await ats.ask("POST", path, json=body)).status_code == 422
    unknown = await ats.ask("POST", f"/v1/erasures/{candidate_id('gem:1')}/confirmations", json={"service": "engagement"})
    assert (unknown.status_code, unknown.json()["code"]) == (404, "erasure_unknown")
    reader = caller("candidates:read")
    assert (await reader.ask("POST", path, json={"service": "engagement"})).status_code == 403
    assert (await reader.ask("GET", "/v1/erasures")).status_code == 403


async def test_how_long_erasures_have_been_pending_is_measured(ats: Caller, candidates: Sessions) -> None:
    async def pending() -> dict[str, bool]:
        page = (await ats.ask("GET", "/metrics")).text
        lines = [line.split() for line in page.splitlines() if line.startswith("rekindle_erasure_pending_seconds{")]
        return {sample.split('"')[1]: float(value) > 0 for sample, value in lines}

    assert await pending() == {"engagement": False, "analytics": False}
    erasure = await erase(ats, "gem:1")
    await confirm(candidates, erasure, "analytics")
    assert await pending() == {"engagement": True, "analytics": False}
    await confirm(candidates, erasure, "engagement")
    assert await pending() == {"engagement": False, "analytics": False}


async def test_what_is_not_confirmed_is_published_again_each_time_it_is_twice_as_old(ats: Caller, candidates: Sessions) -> None:
    await ats.patched("gem:1", name="Ada", references=["gem:2"])
    erasure = await erase(ats, "gem:1")
    first, second = erasure["candidate_ids"]
    await confirm(candidates, erasure, "engagement")
    await confirm(candidates, erasure, "analytics", stream=first)
    began = datetime.fromisoformat(erasure["erased_at"])

    async def again(after: timedelta) -> bool:
        async with candidates.begin() as session:
            return await publish_again(await driver(session), now=began + after, shards=12)

    turns = [after for after in range(1, 600) if await again(timedelta(seconds=after))]
    assert turns == [30, 60, 120, 240, 480]
    assert [(stream, version) for stream, version, _, _ in (await published(candidates))[-5:]] == [
        (second, version) for version in range(3, 8)
    ]
    await confirm(candidates, erasure, "analytics")
    assert not await again(timedelta(days=9))
