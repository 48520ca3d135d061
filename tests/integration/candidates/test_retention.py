"""Whose time is over is listed, asked first, and erased only when somebody asks for it or the clock may."""

import asyncio
from collections.abc import Callable
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest

from services.candidates.consumers.learner import Learner
from services.candidates.domain.retention import may_go
from services.candidates.settings import CandidatesSettings
from services.candidates.storage.file_store import FileStore
from services.candidates.use_cases import retention
from services.candidates.use_cases.erase_candidate import erase_candidate
from services.candidates.use_cases.retention import Eraser, RetentionClock
from services.candidates.worker import parts
from shared import clock
from shared.db.engine import Sessions
from shared.events import FACTS, Event
from shared.ids import candidate_id
from tests.integration.candidates.conftest import Caller


async def aged(candidates: Sessions, days: int, *names: str) -> None:
    """Let records be as old as that."""
    async with candidates.begin_raw() as transaction:
        await transaction.connection.execute(
            """
            WITH old AS (
                UPDATE candidates SET created_at = now() - make_interval(days => $1)
                WHERE reference = ANY($2::text[]) RETURNING id)
            UPDATE candidate_history SET received_at = now() - make_interval(days => $1) WHERE record_id IN (SELECT id FROM old)
            """,
            days,
            [f"gem:{name}" for name in names],
        )


async def happened(candidates: Sessions, person: str, kind: str, days_ago: int, **data: Any) -> None:
    """Let an event of a person have come, of so many days ago."""
    fact = FACTS[f"rekindle.{kind}"].model_validate(data)
    time = clock.now() - timedelta(days=days_ago)
    subject = candidate_id(person)
    async with candidates.begin() as session:
        await Learner(12)(session, [Event.of(fact, id=uuid4(), source="ats", subject=subject, sequence=1, time=time)])


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
    await happened(candidates, "gem:in-touch", "pursuit.responded", 5)


@pytest.fixture
def eraser(candidates: Sessions, settings: CandidatesSettings) -> Eraser:
    return Eraser(
        *(candidates, FileStore(settings.files_url), settings.retention_policy, settings.erasure_services, settings.partitions)
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
    people: None, eraser: Eraser, settings: CandidatesSettings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(retention, "BATCH", 1)

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


@pytest.mark.parametrize(
    ("kind", "data"),
    [
        ("applied", {}),
        ("interested", {}),
        ("screened", {}),
        ("interview_scheduled", {}),
        ("interviewed", {}),
        ("offered", {}),
        ("hired", {}),
        ("stage_entered", {"stage": "interviewing"}),
        ("declined", {"reason": "salary"}),
    ],
)
async def test_whoever_took_part_lately_stays_though_nobody_noted_an_answer(
    ats: Caller, candidates: Sessions, people: None, kind: str, data: dict[str, Any]
) -> None:
    await happened(candidates, "gem:lost", f"pursuit.{kind}", 26, position="ats:1", **data)

    assert set(await listed(ats)) == {"gem:silent"}
    assert (await erase(ats))["items"] == []


async def test_nobody_goes_while_a_pursuit_is_open_however_long_ago_it_began(
    ats: Caller, candidates: Sessions, people: None
) -> None:
    await aged(candidates, 1_400, "lost")
    await happened(candidates, "gem:lost", "pursuit.applied", 1_300, position="ats:1")

    lost = (await listed(ats))["gem:lost"]
    assert (lost["state"], lost["kept_for"], lost["may_go_at"]) == ("answered", "in_play", None)
    assert (await erase(ats))["items"] == []

    await ats.patched("ats:1", thing="positions", status="closed", closed_at=(clock.now() - timedelta(days=1_200)).isoformat())
    lost = (await listed(ats))["gem:lost"]
    assert (lost["kept_for"], lost["may_go_at"]) == (None, lost["due_at"])
    assert len((await erase(ats))["items"]) == 1


async def test_an_outreach_keeps_while_it_may_be_answered_and_no_longer(ats: Caller, candidates: Sessions, people: None) -> None:
    await aged(candidates, 900, "silent", "lost")
    await happened(candidates, "gem:silent", "pursuit.contacted", 10, position="ats:1", channel="email")
    await happened(candidates, "gem:lost", "pursuit.contacted", 800, position="ats:1", channel="email")

    found = await listed(ats)

    assert {name: (one["state"], one["kept_for"]) for name, one in found.items()} == {
        "gem:silent": ("unanswered", "in_play"),
        "gem:lost": ("unanswered", None),
    }


async def test_the_record_is_as_old_as_what_was_stated_first_not_as_an_event_before_it(ats: Caller, candidates: Sessions) -> None:
    await happened(candidates, "gem:late", "pursuit.contacted", 800, position="ats:1", channel="email")
    async with candidates.begin_raw() as transaction:
        await transaction.connection.execute("UPDATE candidates SET created_at = now() - interval '800 days'")
    await ats.patched("gem:late", name="Late")

    assert await listed(ats) == {}
    await aged(candidates, 800, "late")
    assert set(await listed(ats)) == {"gem:late"}


@pytest.mark.parametrize("change", ["applies", "is merged"])
async def test_whoever_changes_between_the_check_and_the_erasure_stays(
    ats: Caller, candidates: Sessions, people: None, eraser: Eraser, monkeypatch: pytest.MonkeyPatch, change: str
) -> None:
    async def erase_after_change(*args: Any, **options: Any) -> Any:
        if change == "applies":
            await happened(candidates, "gem:lost", "pursuit.applied", 0, position="ats:1")
        else:
            await ats.patched("gem:lost", references=["gem:in-touch"])
        return await erase_candidate(*args, **options)

    monkeypatch.setattr(retention, "erase_candidate", erase_after_change)
    now = clock.now()
    found = await retention.list_due(candidates, eraser.policy, lambda one: may_go(one.due, now), after=None, limit=9, now=now)

    gone = await eraser.erase(found, requested_by="test", now=now)

    assert ([one.person.references for one in found.items], gone) == ([["gem:lost"]], {})
    await ats.read("gem:lost")
