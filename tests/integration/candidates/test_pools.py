"""A search is saved as a pool: who meets it is in it, as is who was put in by hand; entering and leaving are events, once."""

import asyncio
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any
from urllib.parse import quote
from uuid import UUID, uuid4

import pytest

from services.candidates.domain.learning import Learned
from services.candidates.storage.candidates import SHARE_MAP, lock_people, saving_learned
from services.candidates.use_cases.follow_pools import follow_pools
from services.candidates.use_cases.learn import learn_from
from services.candidates.use_cases.republish import republish
from shared.db.asyncpg_connection import write_together
from shared.db.engine import Sessions
from shared.events import Event, Topic
from tests.integration.candidates.conftest import Caller
from tests.integration.candidates.outgoing import published
from tests.waiting import eventually

NOW = datetime(2026, 3, 2, 9, tzinfo=UTC)
SENIOR = {"level": "senior"}


async def followed(sessions: Sessions, now: datetime = NOW) -> None:
    """Work off all that waits, as the worker does."""
    while await follow_pools(sessions, shards=12, now=now):
        pass


async def made(ats: Caller, **fields: Any) -> str:
    """The id of a new pool."""
    response = await ats.ask("POST", "/v1/pools", json={"name": "Seniors", **fields})
    assert response.status_code == 201, response.text
    pool: str = response.json()["id"]
    return pool


async def members(ats: Caller, pool: str) -> dict[str, list[str]]:
    """Who is in a pool, and how."""
    return {one["references"][0]: one["by"] for one in await ats.all_of(f"/v1/pools/{pool}/members?limit=2")}


async def say(ats: Caller, pool: str, person: str, status: str = "in", **fields: Any) -> dict[str, Any]:
    body = {"reason": "Met at a meetup", "status": status, "recruiter": "maria", **fields}
    response = await ats.ask("PUT", f"/v1/pools/{pool}/members/{quote(person, safe='')}", json=body)
    assert response.status_code == 200, response.text
    said: dict[str, Any] = response.json()
    return said


async def news(sessions: Sessions) -> list[tuple[str, str, dict[str, Any]]]:
    """Stream, kind and what else is said, of each event about pools; sequences have no gaps."""
    found = await published(sessions, Topic.POOL.value)
    sequences: dict[str, list[int]] = {}
    for stream, sequence, _, _ in found:
        sequences.setdefault(stream, []).append(sequence)
    assert all(numbers == list(range(1, len(numbers) + 1)) for numbers in sequences.values())
    return [
        (stream, kind.removeprefix("rekindle."), {name: value for name, value in data.items() if name != "candidate_id"})
        for stream, _, kind, data in found
    ]


async def test_who_meets_the_rule_is_a_member_and_leaves_when_they_do_not(ats: Caller, candidates: Sessions) -> None:
    ada = await ats.patched("gem:ada", name="Ada Byron", level="senior", skills=["python"])
    await ats.patched("gem:bob", name="Bob", level="junior", skills=["python"])
    pool = await made(ats, rule={"skill": ["Python"], **SENIOR, "q": "ada or bob"}, alert=True)
    assert (await ats.ask("GET", f"/v1/pools/{pool}")).json()["status"] == "filling"

    await followed(candidates)
    assert await members(ats, pool) == {"gem:ada": ["rule"]}

    bob = await ats.patched("gem:bob", level="senior")
    await ats.patched("gem:ada", level="staff")
    await followed(candidates)

    assert await members(ats, pool) == {"gem:bob": ["rule"]}
    found = await news(candidates)
    assert found[0] == (ada["id"], "pool.entered", {"pool_id": pool, "reason": "rule", "alert": False})
    assert sorted(found[1:]) == sorted(
        [
            (bob["id"], "pool.entered", {"pool_id": pool, "reason": "rule", "alert": True}),
            (ada["id"], "pool.left", {"pool_id": pool, "reason": "rule"}),
        ]
    )
    shown = (await ats.ask("GET", f"/v1/pools/{pool}")).json()
    assert (shown["members"], shown["status"]) == (1, "current")
    assert shown["rule"] == {"q": "ada or bob", "skill": ["python"], "level": "senior"}


async def test_a_change_that_concerns_no_pool_announces_nothing_and_nothing_is_announced_twice(
    ats: Caller, candidates: Sessions
) -> None:
    await ats.patched("gem:ada", name="Ada Byron", level="senior")
    await made(ats, rule=SENIOR)
    await followed(candidates)
    await ats.patched("gem:ada", title="Captain")
    await followed(candidates)
    await followed(candidates)

    assert [kind for _, kind, _ in await news(candidates)] == ["pool.entered"]


@pytest.mark.parametrize("remark", ["notes", "insights"])
async def test_a_rule_s_words_follow_what_is_written_of_a_person(ats: Caller, candidates: Sessions, remark: str) -> None:
    await ats.patched("gem:ada", name="Ada Byron")
    pool = await made(ats, rule={"q": "kubernetes"}, alert=True)
    await followed(candidates)
    said = {} if remark == "notes" else {"kind": "interest", "source": "call", "confidence": "likely"}

    written = await ats.ask("POST", f"/v1/candidates/gem:ada/{remark}", json={"text": "Knows kubernetes", **said})
    assert written.status_code == 201, written.text
    await followed(candidates)
    assert await members(ats, pool) == {"gem:ada": ["rule"]}

    later = {"text": "Knows docker", "supersedes": written.json()["id"], **said}
    assert (await ats.ask("POST", f"/v1/candidates/gem:ada/{remark}", json=later)).status_code == 201
    await followed(candidates)
    assert await members(ats, pool) == {}


async def test_a_hand_puts_in_and_keeps_out_whatever_the_rule_says_and_can_be_taken_back(
    ats: Caller, candidates: Sessions
) -> None:
    await ats.patched("gem:ada", name="Ada Byron", level="senior")
    await ats.patched("gem:bob", name="Bob", level="junior")
    pool = await made(ats, rule=SENIOR)
    await followed(candidates)

    put = await say(ats, pool, "gem:bob")
    kept_out = await say(ats, pool, "gem:ada", "out")

    assert put["member"]["by"] == ["hand"]
    assert (put["member"]["reason"], put["member"]["recruiter"]) == ("Met at a meetup", "maria")
    assert kept_out["member"] is None
    assert await members(ats, pool) == {"gem:bob": ["hand"]}
    await ats.patched("gem:bob", level="senior")
    await ats.patched("gem:ada", title="Captain")
    await followed(candidates)
    assert await members(ats, pool) == {"gem:bob": ["rule", "hand"]}

    for person in ("gem:ada", "gem:bob"):
        assert (await ats.ask("DELETE", f"/v1/pools/{pool}/members/{person}")).status_code == 204
    assert await members(ats, pool) == {"gem:ada": ["rule"], "gem:bob": ["rule"]}
    said = [(kind, rest["reason"], rest.get("by")) for _, kind, rest in await news(candidates)]
    assert said == [
        ("pool.entered", "rule", None),
        ("pool.entered", "hand", "maria"),
        ("pool.left", "hand", "maria"),
        ("pool.entered", "rule", None),
    ]


async def test_a_pool_without_a_rule_holds_those_who_were_put_in(ats: Caller, candidates: Sessions) -> None:
    await ats.patched("gem:ada", name="Ada Byron")
    pool = await made(ats)
    assert (await ats.ask("GET", f"/v1/pools/{pool}")).json()["status"] == "current"
    await say(ats, pool, "gem:ada")
    await say(ats, pool, "gem:ada", reason="Met again")
    await followed(candidates)

    [member] = (await ats.ask("GET", f"/v1/pools/{pool}/members")).json()["items"]
    assert (member["by"], member["reason"]) == (["hand"], "Met again")
    assert len(await news(candidates)) == 1


async def test_a_new_rule_is_compared_with_everybody_and_a_deleted_pool_is_left_by_all(ats: Caller, candidates: Sessions) -> None:
    await ats.patched("gem:ada", name="Ada Byron", level="senior")
    await ats.patched("gem:bob", name="Bob", level="junior")
    pool = await made(ats, rule=SENIOR, alert=True)
    await followed(candidates)
    tag = (await ats.ask("GET", f"/v1/pools/{pool}")).headers["ETag"]

    without = await ats.ask("PATCH", f"/v1/pools/{pool}", json={"rule": {"level": "junior"}})
    changed = await ats.ask("PATCH", f"/v1/pools/{pool}", {"If-Match": tag}, json={"rule": {"level": "junior"}})
    stale = await ats.ask("PATCH", f"/v1/pools/{pool}", {"If-Match": tag}, json={"name": "Juniors"})
    await followed(candidates)

    assert (without.status_code, changed.status_code, stale.status_code) == (428, 200, 412)
    assert await members(ats, pool) == {"gem:bob": ["rule"]}
    assert (await ats.ask("DELETE", f"/v1/pools/{pool}")).status_code == 204
    assert (await ats.ask("GET", f"/v1/pools/{pool}/members")).status_code == 404
    await followed(candidates)
    said = [(kind, rest["reason"], rest.get("alert")) for _, kind, rest in await news(candidates)]
    assert said[0] == ("pool.entered", "rule", False)
    assert sorted(said[1:3]) == [("pool.entered", "rule", False), ("pool.left", "rule", None)]
    assert said[3:] == [("pool.left", "deleted", None)]
    async with candidates.alone() as connection:
        assert await connection.fetchval("SELECT count(*) FROM pools") == 0


async def test_people_who_become_one_are_in_a_pool_once_and_part_as_they_were(ats: Caller, candidates: Sessions) -> None:
    ada = await ats.patched("gem:ada", name="Ada Byron", level="senior")
    other = await ats.patched("ats:7", name="A. Byron")
    pool = await made(ats, rule=SENIOR)
    await followed(candidates)
    await say(ats, pool, "ats:7")

    await ats.patched("gem:ada", references=["ats:7"])
    await followed(candidates)
    assert await members(ats, pool) == {"gem:ada": ["rule", "hand"]}

    assert (await ats.unlink("gem:ada", "ats:7")).status_code == 200
    await followed(candidates)
    assert await members(ats, pool) == {"gem:ada": ["rule"], "ats:7": ["hand"]}
    said = [(stream, kind, rest["reason"]) for stream, kind, rest in await news(candidates)]
    assert said == [
        (ada["id"], "pool.entered", "rule"),
        (other["id"], "pool.entered", "hand"),
        (other["id"], "pool.left", "merged"),
        (other["id"], "pool.entered", "hand"),
    ]


async def test_a_market_status_that_turns_is_an_event_by_records_and_by_what_happened(ats: Caller, candidates: Sessions) -> None:
    ada = await ats.patched("gem:ada", name="Ada Byron", market_status="passive", observed_at="2026-01-01T00:00:00Z")
    await ats.patched("gem:ada", market_status="open", observed_at="2026-02-01T00:00:00Z")
    await ats.patched("gem:ada", title="Captain", observed_at="2026-02-01T00:00:00Z")
    applied = {"type": "rekindle.pursuit.applied", "subject": ada["id"]}
    assert await taught(candidates, applied)
    await followed(candidates)

    assert await news(candidates) == [
        (ada["id"], "market_status.changed", {"before": "passive", "market_status": "open"}),
        (ada["id"], "market_status.changed", {"before": "open", "market_status": "active"}),
    ]


async def test_who_is_contacted_leaves_a_pool_of_those_whom_nobody_has_contacted_since(ats: Caller, candidates: Sessions) -> None:
    ada = await ats.patched("gem:ada", name="Ada Byron")
    pool = await made(ats, rule={"last_contact_before": "2026-01-01T00:00:00Z"})
    await followed(candidates)
    assert await members(ats, pool) == {"gem:ada": ["rule"]}

    assert not await taught(candidates, {"type": "rekindle.pursuit.contacted", "subject": ada["id"]})
    await followed(candidates)
    assert await members(ats, pool) == {}


async def taught(sessions: Sessions, fact: dict[str, str]) -> bool:
    """Candidates learns of a fact; whether that publishes anything."""
    event = Event(uuid4(), fact["type"], "test", UUID(fact["subject"]), 1, NOW, b"{}")
    async with sessions.begin_raw() as transaction:
        return await learn_from(transaction.connection, [event], now=NOW, shards=12)


@pytest.mark.parametrize("is_new", [True, False])
async def test_whoever_is_being_changed_while_a_rule_comes_is_compared_with_it_as_they_are_then(
    ats: Caller, candidates: Sessions, is_new: bool
) -> None:
    ada = UUID((await ats.patched("gem:ada", name="Ada Byron"))["id"])
    rule = {"last_contact_before": "2026-01-01T00:00:00Z"}
    pool = "" if is_new else await made(ats, rule=SENIOR)
    await followed(candidates)

    async with candidates.begin_raw(SHARE_MAP) as transaction:
        [stream] = (await lock_people(transaction.connection, [ada])).values()
        stream.learned = Learned(last_contact_at=NOW)
        await write_together(transaction.connection, saving_learned([stream]))
        if is_new:
            pool = await made(ats, rule=rule)
        else:
            tag = (await ats.ask("GET", f"/v1/pools/{pool}")).headers["ETag"]
            changed = await ats.ask("PATCH", f"/v1/pools/{pool}", {"If-Match": tag}, json={"rule": rule})
            assert changed.status_code == 200, changed.text
        following = asyncio.create_task(followed(candidates))

        async def is_done_or_waits() -> bool:
            waits = "SELECT EXISTS (SELECT FROM pg_locks WHERE NOT granted)"
            return following.done() or bool((await candidates.fetch_alone(waits))[0][0])

        await eventually(is_done_or_waits)
    await following

    assert await members(ats, pool) == {}


async def test_an_erasure_leaves_nothing_of_a_person_in_pools_and_stubs_in_what_was_published(
    ats: Caller, candidates: Sessions
) -> None:
    ada = await ats.patched("gem:ada", name="Ada Byron", level="senior")
    pool = await made(ats, rule=SENIOR)
    await followed(candidates)
    await say(ats, pool, "gem:ada", reason="A friend of Bob")
    await ats.patched("gem:ada", title="Captain")

    erased = (await ats.ask("POST", "/v1/erasures", json={"candidate": "gem:ada"})).json()
    await followed(candidates)

    removed = erased["services"][0]["removed"]
    assert (removed["pool_memberships"], removed["pool_events"]) == (2, 1)
    assert await news(candidates) == [(ada["id"], "pool_event.erased", {})]
    async with candidates.alone() as connection:
        for table in ("pool_members", "pool_hands", "pool_waiting"):
            assert await connection.fetchval(f"SELECT count(*) FROM {table}") == 0
        assert await connection.fetch("SELECT type, data FROM pool_events") == [
            ("rekindle.pool_event.erased", {"candidate_id": ada["id"]})
        ]
    gone = await ats.ask("PUT", f"/v1/pools/{pool}/members/gem:ada", json={"reason": "Again"})
    assert gone.status_code == 410


async def test_a_pool_is_filled_chunk_by_chunk_without_missing_or_losing_anybody(
    ats: Caller, candidates: Sessions, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("services.candidates.use_cases.follow_pools.CHUNK", 2)
    for number in range(7):
        await ats.patched(f"gem:{number}", name=f"Number {number}", level="senior" if number % 3 else "junior")
    pool = await made(ats, rule=SENIOR)
    await followed(candidates)
    assert set(await members(ats, pool)) == {"gem:1", "gem:2", "gem:4", "gem:5"}

    tag = (await ats.ask("GET", f"/v1/pools/{pool}")).headers["ETag"]
    await ats.ask("PATCH", f"/v1/pools/{pool}", {"If-Match": tag}, json={"rule": {"level": "junior"}})
    await followed(candidates)
    assert set(await members(ats, pool)) == {"gem:0", "gem:3", "gem:6"}
    assert len(await news(candidates)) == 4 + 4 + 3


async def test_without_pools_nobody_waits(ats: Caller, candidates: Sessions) -> None:
    await ats.patched("gem:ada", name="Ada Byron", level="senior", market_status="passive")
    await ats.patched("gem:ada", level="staff")

    async with candidates.alone() as connection:
        assert await connection.fetchval("SELECT count(*) FROM pool_waiting") == 0


async def test_all_events_can_be_published_again_as_they_were(ats: Caller, candidates: Sessions) -> None:
    for number in range(3):
        await ats.patched(f"gem:{number}", name=f"Number {number}", level="senior")
    pool = await made(ats, rule=SENIOR)
    await followed(candidates)
    await say(ats, pool, "gem:1", "out")
    before = await published(candidates, Topic.POOL.value)
    async with candidates.begin_raw() as transaction:
        await transaction.connection.execute("DELETE FROM outbox")

    assert await republish(candidates, Topic.POOL, shards=12, chunk=2) == 4
    assert sorted(await published(candidates, Topic.POOL.value), key=str) == sorted(before, key=str)


async def test_the_same_request_again_makes_one_pool(ats: Caller) -> None:
    first, again = [
        (await ats.ask("POST", "/v1/pools", {"Idempotency-Key": "one"}, json={"name": "Seniors", "rule": SENIOR})).json()
        for _ in range(2)
    ]

    assert first == again
    assert len(await ats.all_of("/v1/pools?limit=1")) == 1


@pytest.mark.parametrize(
    ("field", "body"),
    [
        ("rule", {"rule": {}}),
        ("rule.q", {"rule": {"q": "-java"}}),
        ("salary_to", {"rule": {"salary_to": 5}}),
        ("years_to", {"rule": {"years_from": 5, "years_to": 4}}),
        ("rule.email", {"rule": {"email": "ada@example.org"}}),
        ("rule.level", {"rule": {"level": "boss"}}),
        ("name", {"name": " ", "rule": SENIOR}),
    ],
)
async def test_what_breaks_a_rule_is_refused_by_field(ats: Caller, field: str, body: dict[str, Any]) -> None:
    response = await ats.ask("POST", "/v1/pools", json={"name": "Seniors", **body})

    assert response.status_code == 422, response.text
    assert [one["field"] for one in response.json()["errors"]] == [field]


async def test_pools_are_made_and_read_by_those_who_may(ats: Caller, caller: Callable[..., Caller]) -> None:
    await ats.patched("gem:ada", name="Ada Byron")
    pool = await made(ats)
    reader, writer = caller("candidates:read"), caller("candidates:write")

    assert (await reader.ask("POST", "/v1/pools", json={"name": "Mine"})).status_code == 403
    assert (await writer.ask("GET", f"/v1/pools/{pool}/members")).status_code == 403
    assert (await say(writer, pool, "gem:ada"))["member"]["recruiter"] == "maria"
    assert (await ats.ask("PUT", f"/v1/pools/{pool}/members/gem:nobody", json={"reason": "x"})).status_code == 404
    unknown = "3f0c5d0a-3d51-5a35-9d4e-4f1f5f2b7c11"
    assert (await ats.ask("GET", f"/v1/pools/{unknown}")).json()["code"] == "pool_unknown"
