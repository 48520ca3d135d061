"""A copy that follows updated_since equals the records, whoever writes meanwhile and however long that takes."""

import asyncio
import random
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import text

from shared.db.engine import Sessions
from shared.ids import candidate_id
from tests.integration.candidates.conftest import Caller

BEGIN = "2026-01-01T00:00:00Z"


@dataclass
class Copy:
    """What another system holds of the records."""

    ats: Caller
    thing: str = "candidates"
    since: str = BEGIN
    records: dict[str, dict[str, Any]] = field(default_factory=dict)
    gone: dict[str, dict[str, Any]] = field(default_factory=dict)
    cursor: str = ""

    async def page(self, cursor: str, limit: int = 3) -> dict[str, Any]:
        query = f"updated_since={self.since}&limit={limit}" + (f"&cursor={cursor}" if cursor else "")
        answer = await self.ats.ask("GET", f"/v1/{self.thing}?{query}")
        assert answer.status_code == 200, answer.text
        page: dict[str, Any] = answer.json()
        return page

    async def follow(self) -> int:
        """Read to the end from where the last time ended; how many changes there were."""
        count = 0
        while True:
            page = await self.page(self.cursor)
            self.records |= {one["id"]: one for one in page["items"]}
            for one in page.get("gone", []):
                self.records.pop(one["id"], None)
                self.gone[one["id"]] = one
            count += len(page["items"]) + len(page.get("gone", []))
            self.cursor = page["resume_cursor"]
            if page["next_cursor"] is None:
                return count


async def all_records(ats: Caller, thing: str = "candidates") -> dict[str, dict[str, Any]]:
    return {one["id"]: one for one in await ats.all_of(f"/v1/{thing}?limit=200")}


async def test_everything_comes_once_and_then_only_what_changed(ats: Caller) -> None:
    for number in range(7):
        await ats.patched(f"a:{number}", name=f"Name {number}")
    copy = Copy(ats)

    assert (await copy.follow(), await copy.follow()) == (7, 0)
    await ats.patched("a:3", name="Another")
    await ats.patched("a:3", title="CTO")
    await ats.patched("a:4", name="Name 4")  # as it was: no change, though it writes the row
    assert await copy.follow() == 1
    assert copy.records == await all_records(ats)


async def test_what_was_erased_linked_and_parted_is_named(ats: Caller) -> None:
    for name in ("a:ada", "a:twin", "a:bob", "a:eve"):
        await ats.patched(name, name=name)
    copy = Copy(ats)
    await copy.follow()
    old = copy.cursor
    ada, twin, bob, new = (str(candidate_id(name)) for name in ("a:ada", "a:twin", "a:bob", "b:new"))

    await ats.patched("a:ada", references=["a:twin", "b:new"])
    await ats.ask("POST", "/v1/erasures", json={"candidate": "a:bob"})
    await copy.follow()

    assert copy.records == await all_records(ats)
    assert copy.gone[twin] == {"id": twin, "erased": False, "linked_to": ada}
    assert copy.gone[bob] == {"id": bob, "erased": True, "linked_to": None}

    for name in ("a:twin", "b:new"):
        assert (await ats.unlink("a:ada", name)).status_code == 200
    await copy.follow()
    assert copy.records == await all_records(ats)
    assert copy.gone[new] == {"id": new, "erased": False, "linked_to": None}

    late = Copy(ats, records=dict(copy.records), cursor=old)
    await late.follow()
    assert late.records == copy.records


async def test_a_change_that_commits_late_is_not_missed(ats: Caller, candidates: Sessions) -> None:
    for name in ("a:slow", "a:quick"):
        await ats.patched(name, name=name)
    copy = Copy(ats)
    await copy.follow()
    slow = candidate_id("a:slow")

    async with candidates.begin() as session:
        # It begins first, and has the time of its beginning.
        await session.execute(
            text("UPDATE candidates SET changed_at = clock_timestamp(), sync_number = NULL WHERE id = :id"), {"id": slow}
        )
        await ats.patched("a:quick", name="Quick")
        assert (await copy.follow(), await copy.follow()) == (1, 0)

    assert await copy.follow() == 1
    assert copy.records == await all_records(ats)


async def test_a_change_is_numbered_though_it_is_locked_again_meanwhile(ats: Caller, candidates: Sessions) -> None:
    await ats.patched("a:ada", name="Ada")
    copy = Copy(ats)

    async with candidates.begin() as session:
        await session.execute(text("SELECT FROM candidates FOR UPDATE"))
        await copy.follow()

    await copy.follow()
    assert copy.records == await all_records(ats)


@pytest.mark.parametrize("seed", range(3))
async def test_copies_that_follow_while_many_write_end_equal(ats: Caller, candidates: Sessions, seed: int) -> None:
    choose = random.Random(seed)
    names = [f"a:{number}" for number in range(12)]
    writing = True

    async def write(choose: random.Random) -> None:
        for _ in range(15):
            name, other = choose.sample(names, 2)
            done = choose.random()
            if done < 0.6:
                await ats.patch(name, name=f"N{choose.random()}", skills=choose.sample(["python", "sql", "go"], 2))
            elif done < 0.75:
                await ats.patch(name, references=[other])
            elif done < 0.9:
                await ats.unlink(name, other)
            elif done < 0.95:
                await ats.ask("POST", "/v1/erasures", json={"candidate": name})
            else:
                async with candidates.begin() as session:
                    query = text("UPDATE candidates SET sync_number = NULL WHERE id = :id")
                    await session.execute(query, {"id": candidate_id(name)})
                    await asyncio.sleep(choose.random() / 20)

    async def read(copy: Copy) -> None:
        while writing:
            await copy.follow()

    copies = [Copy(ats) for _ in range(2)]
    reading = [asyncio.create_task(read(copy)) for copy in copies]
    await asyncio.gather(*(write(random.Random(choose.random())) for _ in range(5)))
    writing = False
    await asyncio.gather(*reading)

    for copy in copies:
        await copy.follow()
        assert copy.records == await all_records(ats)
    async with candidates.begin() as session:
        erased = {str(one) for one in await session.scalars(text("SELECT id FROM candidates WHERE erased_at IS NOT NULL"))}
        numbers = list(await session.scalars(text("SELECT sync_number FROM candidates")))
    assert all(copy.gone[one]["erased"] for copy in copies for one in erased)
    assert None not in numbers
    assert len(numbers) == len(set(numbers))


async def test_a_sync_begins_at_its_time(ats: Caller, candidates: Sessions) -> None:
    for name in ("a:old", "a:new"):
        await ats.patched(name, name=name)
    async with candidates.begin() as session:
        await session.execute(text("UPDATE candidates SET changed_at = changed_at - interval '2 days' WHERE reference = 'a:old'"))
    yesterday = (datetime.now(UTC) - timedelta(days=1)).strftime("%Y-%m-%dT%H:%M:%SZ")
    copy = Copy(ats, since=yesterday)

    assert (await copy.follow(), await copy.follow()) == (1, 0)
    assert [one["references"] for one in copy.records.values()] == [["a:new"]]
    await ats.patched("a:old", name="Old")
    assert await copy.follow() == 1


async def test_positions_are_followed_alike(ats: Caller) -> None:
    for number in range(5):
        await ats.patched(f"a:{number}", thing="positions", title=f"Title {number}")
    copy = Copy(ats, "positions")

    assert await copy.follow() == 5
    await ats.patched("a:2", thing="positions", status="open")
    assert await copy.follow() == 1
    assert copy.records == await all_records(ats, "positions")


@pytest.mark.parametrize(
    ("query", "status", "field"),
    [
        ("updated_since=yesterday", 422, "updated_since"),
        ("updated_since=2199-01-01T00:00:00Z", 422, "updated_since"),
        (f"updated_since={BEGIN}&skill=python", 422, "updated_since"),
        (f"updated_since={BEGIN}&cursor=abc", 400, "cursor"),
        ("ids=a:1&tier=warm", 422, "ids"),
        (f"ids=a:1&updated_since={BEGIN}", 422, "ids"),
        ("ids=", 422, "ids"),
        ("ids=a:1,nonsense", 422, "ids"),
        ("ids=" + ",".join(f"a:{number}" for number in range(201)), 422, "ids"),
    ],
)
async def test_what_cannot_be_read_is_refused_by_its_field(ats: Caller, query: str, status: int, field: str) -> None:
    answer = await ats.ask("GET", f"/v1/candidates?{query}")

    assert answer.status_code == status
    assert [one["field"] for one in answer.json()["errors"]] == [field]


async def test_people_are_found_by_their_ids_in_one_call(ats: Caller) -> None:
    for number in range(200):
        await ats.patched(f"a:{number}", name=f"Name {number}")

    page = (await ats.ask("GET", "/v1/candidates?ids=" + ",".join(str(candidate_id(f"a:{n}")) for n in range(200)))).json()

    assert [one["name"] for one in page["items"]] == [f"Name {number}" for number in range(200)]
    assert page["next_cursor"] is None
    assert set(page) == {"items", "next_cursor", "found"}


async def test_a_name_says_whose_record_it_is(ats: Caller) -> None:
    ada, twin, comma = (str(candidate_id(name)) for name in ("a:ada", "a:twin", "a:x,y"))
    await ats.patched("a:ada", name="Ada", references=["a:twin"])
    await ats.patched("a:x,y", name="Comma")
    await ats.patched("a:gone", name="Gone")
    await ats.ask("POST", "/v1/erasures", json={"candidate": "a:gone"})

    page = (await ats.ask("GET", f"/v1/candidates?ids={twin},a:ada,a:nobody,a:gone,{twin}")).json()
    repeated = (await ats.ask("GET", "/v1/candidates?ids=a:x%2Cy&ids=a:twin")).json()

    assert [one["id"] for one in page["items"]] == [ada]
    assert page["found"] == {twin: ada, "a:ada": ada, "a:nobody": None, "a:gone": None}
    assert repeated["found"] == {"a:x,y": comma, "a:twin": ada}


async def test_scopes_hold_for_names_and_syncs(ats: Caller, caller: Callable[..., Caller]) -> None:
    await ats.patched("a:ada", name="Ada", emails=["ada@example.org"])
    reader, writer = caller("candidates:read"), caller("candidates:write")

    for query in ("ids=a:ada", f"updated_since={BEGIN}"):
        [shown] = (await reader.ask("GET", f"/v1/candidates?{query}")).json()["items"]
        [full] = (await ats.ask("GET", f"/v1/candidates?{query}")).json()["items"]
        assert (shown["contact_details_hidden"], "emails" in shown, full["emails"]) == (True, False, ["ada@example.org"])
        assert (await writer.ask("GET", f"/v1/candidates?{query}")).status_code == 403
