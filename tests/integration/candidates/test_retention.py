"""Whose time is over is listed, asked first, and erased only when somebody asks for it or the clock may."""

import asyncio
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from services.candidates.settings import CandidatesSettings
from services.candidates.storage.file_store import FileStore
from services.candidates.use_cases import retention
from services.candidates.use_cases.retention import Eraser, RetentionClock
from services.candidates.worker import parts
from shared import clock
from shared.db.engine import Sessions
from tests.integration.candidates.conftest import Caller


async def aged(candidates: Sessions, days: int, *names: str) -> None:
    """Let records be as old as that."""
    async with candidates.begin_raw() as transaction:
        await transaction.connection.execute(
            "UPDATE candidates SET created_at = now() - make_interval(days => $1) WHERE reference = ANY($2::text[])",
            days,
            [f"gem:{name}" for name in names],
        )


async def listed(ats: Caller, query: str = "") -> dict[str, dict[str, Any]]:
    return {one["references"][0]: one for one in await ats.all_of(f"/v1/retention?limit=2{query}")}


async def asked(ats: Caller, person: str, days_ago: int = 0) -> dict[str, Any]:
    body = {"at": (clock.now() - timedelta(days=days_ago)).isoformat(), "recruiter": "maria"}
    answer = await ats.ask("POST", f"/v1/retention/{person}/asked", json=body)
    assert answer.status_code == 200, answer.text
    said: dict[str, Any] = answer.json()
    return said


async def erase(ats: Caller, **body: Any) -> dict[str, Any]:
    answer = await ats.ask("POST", "/v1/retention/erasures", json=body)
    assert answer.status_code == 200, answer.text
    said: dict[str, Any] = answer.json()
    return said


@pytest.fixture
async def people(ats: Caller, candidates: Sessions) -> None:
    """One who is new, and three whose time is over: reachable and silent, the same in touch lately, and out of reach."""
    for name in ("new", "silent", "in-touch"):
        await ats.patched(f"gem:{name}", emails=[f"{name}@example.org"])
    await ats.patched("gem:lost", name="Lost")
    await aged(candidates, 400, "silent", "in-touch", "lost")
    async with candidates.begin_raw() as transaction:
        await transaction.connection.execute(
            "UPDATE candidates SET learned = jsonb_build_object('last_response_at', now()) WHERE reference = 'gem:in-touch'"
        )


async def test_whose_time_is_over_is_listed_with_the_rule_and_what_would_keep_them(ats: Caller, people: None) -> None:
    found = await listed(ats)

    assert set(found) == {"gem:silent", "gem:lost"}
    silent, lost = found["gem:silent"], found["gem:lost"]
    assert (silent["rule"], silent["state"], silent["keeps"]) == ("Never contacted", "never_contacted", ["an answer from them"])
    assert silent["sentence"].startswith("Never contacted: kept for 12 months after the record was made on ")
    assert (silent["can_be_asked"], silent["may_go_at"]) == (True, None)
    assert (lost["can_be_asked"], lost["may_go_at"]) == (False, lost["due_at"])
    assert await listed(ats, "&rule=In%20touch") == {}


async def test_the_question_is_noted_with_who_asked_and_the_time_for_an_answer_counts_from_it(ats: Caller, people: None) -> None:
    said = await asked(ats, "gem:silent")

    assert (said["references"], said["asked_by"]) == (["gem:silent"], "maria")
    silent = (await listed(ats, "&asked=true"))["gem:silent"]
    assert silent["asked_at"] == said["asked_at"]
    assert silent["may_go_at"] > silent["asked_at"]
    assert set(await listed(ats, "&asked=false")) == {"gem:lost"}
    assert (await asked(ats, "gem:silent", days_ago=9))["asked_at"] == said["asked_at"]


async def test_a_dry_run_says_who_would_go_and_who_was_not_asked_or_may_still_answer_stays(ats: Caller, people: None) -> None:
    would = await erase(ats, dry_run=True)
    went = await erase(ats)

    assert len(would["items"]) == len(went["items"]) == 1
    assert (would["items"][0]["erasure_id"], would["dry_run"]) == (None, True)
    erasure = (await ats.ask("GET", f"/v1/erasures/{went['items'][0]['erasure_id']}")).json()
    assert erasure["candidate_ids"] == [went["items"][0]["candidate_id"]]
    assert (await ats.ask("GET", "/v1/candidates/gem:lost")).status_code == 410

    await asked(ats, "gem:silent", days_ago=29)
    assert (await erase(ats))["items"] == []
    await ats.read("gem:silent")


async def test_who_did_not_answer_in_time_goes_and_nothing_is_left_of_the_question(
    ats: Caller, candidates: Sessions, people: None
) -> None:
    await asked(ats, "gem:silent", days_ago=31)

    went = await erase(ats)

    assert len(went["items"]) == 2
    assert await listed(ats) == {}
    async with candidates.alone() as connection:
        assert await connection.fetch("SELECT FROM retention_questions") == []
    for name in ("new", "in-touch"):
        await ats.read(f"gem:{name}")


async def test_the_clock_erases_whose_time_is_over_where_it_may(
    ats: Caller, candidates: Sessions, people: None, settings: CandidatesSettings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(retention, "BATCH", 1)

    eraser = Eraser(
        *(candidates, FileStore(settings.files_url), settings.retention_policy, settings.erasure_services, settings.partitions)
    )

    gone = await RetentionClock(eraser).erase_all(asyncio.Event(), now=clock.now())

    assert gone == 1
    assert "candidates.retention" not in parts(settings)
    assert "candidates.retention" in parts(settings.model_copy(update={"retention_erases": True}))


async def test_pages_go_on_where_few_are_due(ats: Caller, people: None, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(retention, "MOST_LOOKED_AT", 1)

    assert set(await listed(ats)) == {"gem:silent", "gem:lost"}
    first = (await ats.ask("GET", "/v1/retention?limit=2")).json()
    assert len(first["items"]) <= 1
    assert first["next_cursor"] is not None


async def test_one_person_of_several_references_is_asked_once_and_counts_by_all_of_them(
    ats: Caller, candidates: Sessions, people: None
) -> None:
    await ats.patched("gem:silent", references=["gem:in-touch"])

    assert set(await listed(ats)) == {"gem:lost"}
    assert (await asked(ats, "gem:in-touch"))["references"] == ["gem:silent", "gem:in-touch"]


async def test_erasing_by_rule_is_for_those_who_may_erase(ats: Caller, caller: Callable[..., Caller], people: None) -> None:
    reader = caller("candidates:read")

    assert (await reader.ask("POST", "/v1/retention/erasures", json={})).status_code == 403
    assert (await reader.ask("POST", "/v1/retention/gem:silent/asked", json={})).status_code == 403
    assert (await caller("engagement:write").ask("GET", "/v1/retention")).status_code == 403
    assert (await ats.ask("POST", "/v1/retention/gem:nobody/asked", json={})).status_code == 404
    wrong = await ats.ask("POST", "/v1/retention/erasures", json={"limit": 101})
    assert (wrong.status_code, wrong.json()["errors"][0]["field"]) == (422, "limit")
