"""Finding in the queue: a recruiter's items, and how many there are of each status."""

import asyncio
from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from services.engagement.domain.queue import QueueStatus
from services.engagement.settings import EngagementSettings
from services.engagement.storage import queue, queue_log
from services.engagement.storage.queue import Wanted
from services.engagement.use_cases.list_queue import count_items, list_queue
from services.engagement.use_cases.snooze_item import snooze_item
from shared.db.engine import Sessions
from shared.events import CandidateChanged
from shared.events.vocabulary import Level, Reason, Tier, Trigger
from shared.ids import candidate_id, position_id
from tests.integration.engagement.posting import Ats, event
from tests.integration.engagement.queue_desk import Desk, at
from tests.integration.engagement.records import Records

SCHEDULED, DUE = at("2026-03-03"), at("2026-09-01")


@pytest.fixture
def desk(ats: Ats, engagement: Sessions, settings: EngagementSettings) -> Desk:
    return Desk(ats, engagement, settings)


async def test_a_recruiter_finds_what_they_hold_and_whom_they_touched_last(desk: Desk) -> None:
    async def touched(of: str, by: str | None, on: str = "2026-02-01", **data: Any) -> None:
        await desk.post(event(of=of, at=on, recruiter=by, **data))

    for name, recruiter in (("ats:0", "maria"), ("ats:1", "noa"), ("ats:2", None)):
        await touched(name, recruiter)
        await desk.post(event("pursuit.declined", of=name, at="2026-03-02", reason="salary"))
    # Neither is a touch of hers: a newsletter, and one that was before another's.
    await touched("ats:1", "maria", "2026-02-03", kind="newsletter")
    await touched("ats:1", "maria", "2026-01-03")

    async def found(now: datetime = DUE, status: QueueStatus | None = None, by: str = "maria") -> list[str]:
        return sorted(one.references[0] for one in await desk.listed(now, status, recruiter=by))

    assert (await found(), await found(by="noa"), await found(by="ida")) == (["ats:0"], ["ats:1"], [])
    assert [one.item.last_touch_by for one in await desk.listed(DUE, recruiter="noa")] == ["noa"]

    await desk.claim(DUE, recruiter="ida", seconds=60)
    assert await found(by="ida") == ["ats:0", "ats:1", "ats:2"]
    assert (await found(), await found(status=QueueStatus.CLAIMED), await found(status=QueueStatus.DUE)) == (
        ["ats:0"],
        ["ats:0"],
        [],
    )
    over = DUE + timedelta(seconds=60)
    assert (await found(over, by="ida"), await found(over, QueueStatus.DUE)) == ([], ["ats:0"])


async def test_a_recruiter_finds_whom_they_owe_something_that_is_overdue(desk: Desk) -> None:
    await desk.post(event(of="ats:0", at="2026-02-01", recruiter="maria"))
    await desk.post(event("pursuit.responded", of="ats:0", at="2026-02-02"))
    promise = {"due_at": "2026-02-06T09:00:00Z", "recruiter": "noa"}
    await desk.post(event("candidate.followup_promised", of="ats:0", at="2026-02-02", position=None, **promise))

    async def found(by: str) -> list[tuple[str | None, str | None]]:
        return [(one.kind, one.recruiter) for listed in await desk.listed(DUE, recruiter=by) for one in listed.item.reasons]

    both = [("reply", "maria"), ("promise", "noa")]
    assert (await found("maria"), await found("noa"), await found("ida")) == (both, both, [])


async def test_counts_are_those_of_the_lists_at_every_moment(desk: Desk) -> None:
    for number in range(12):
        await desk.post(event(of=f"ats:{number}", at="2026-02-01", recruiter=f"r{number % 2}"))
        await desk.post(
            event("pursuit.declined", of=f"ats:{number}", at="2026-03-02", reason="salary" if number % 3 else "timing")
        )
    item, lease = await desk.claim_one(DUE)
    await snooze_item(desk.sessions, item, lease=lease, until=at("2027-01-01"), now=DUE, settings=desk.settings)
    await desk.claim(DUE, limit=3)

    for now in (SCHEDULED, at("2026-06-15"), DUE, DUE + timedelta(hours=1), at("2027-06-01")):
        for wanted in (Wanted(), Wanted(reason=Reason.TIMING), Wanted(recruiter="r1"), Wanted(position=position_id("ats:job"))):
            listed = {
                status: len(
                    (await list_queue(desk.sessions, replace(wanted, status=status), now=now, after=None, limit=99)).items
                )
                for status in QueueStatus
            }
            assert await count_items(desk.sessions, wanted, now=now) == listed


async def test_people_are_found_by_what_brings_them_back_and_by_what_their_records_say(desk: Desk) -> None:
    records = Records(desk.sessions, desk.settings)
    ada, bob, alias = (candidate_id(one) for one in ("ats:ada", "ats:bob", "gem:77"))
    await desk.soft_no("ats:ada")
    await desk.soft_no("ats:bob")
    await desk.post(event("candidate.signal_observed", of="ats:bob", at="2026-04-01", signal="laid_off"))
    await records.publish(
        (ada, CandidateChanged(candidate_id=ada, person_id=ada, country="DE", level=Level.SENIOR, skills=["python"])),
        (bob, CandidateChanged(candidate_id=bob, person_id=bob)),
        (alias, CandidateChanged(candidate_id=alias, person_id=bob, country="FR")),
    )

    async def found(**wanted: Any) -> list[str]:
        return sorted(one.references[0] for one in await desk.listed(DUE, **wanted))

    assert (await found(trigger=Trigger.TIME), await found(trigger=Trigger.SIGNAL)) == (["ats:ada"], ["ats:bob"])
    assert (await found(country="DE"), await found(country="FR")) == (["ats:ada"], ["ats:bob"])
    assert (await found(level=Level.SENIOR), await found(level=Level.LEAD)) == (["ats:ada"], [])
    assert (await found(skill="python"), await found(skill="go")) == (["ats:ada"], [])
    assert (await found(country="FR", trigger=Trigger.TIME), await found(country="ES")) == ([], [])
    assert await found(trigger=Trigger.SIGNAL, reason=Reason.SALARY, position=position_id("ats:job")) == ["ats:bob"]
    assert (await count_items(desk.sessions, Wanted(country="DE"), now=DUE))[QueueStatus.DUE] == 1


async def test_people_are_found_by_how_close_we_stay_to_them(desk: Desk) -> None:
    ada, bob = (candidate_id(one) for one in ("ats:ada", "ats:bob"))
    await desk.soft_no("ats:ada")
    await desk.soft_no("ats:bob")
    await desk.soft_no("ats:cyd", reason="offer_declined", facts={"reason": "salary"})
    await Records(desk.sessions, desk.settings).publish(
        (ada, CandidateChanged(candidate_id=ada, person_id=ada, tier=Tier.WARM)),
        (bob, CandidateChanged(candidate_id=bob, person_id=bob, tier=Tier.INNER)),
    )

    async def found(tier: Tier) -> list[str]:
        return sorted(one.references[0] for one in await desk.listed(DUE, tier=tier))

    assert (await found(Tier.INNER), await found(Tier.WARM), await found(Tier.POOL)) == (["ats:bob", "ats:cyd"], ["ats:ada"], [])
    shown = (await desk.ats.client.get("/v1/queue", params={"tier": "inner"})).json()["items"]
    assert sorted((one["references"][0], one["tier"]) for one in shown) == [("ats:bob", "inner"), ("ats:cyd", "inner")]
    claim = {"recruiter": "maria", "tier": "warm", "min_priority": 0}
    claimed = (await desk.ats.client.post("/v1/queue/claims", json=claim)).json()["items"]
    assert [one["references"] for one in claimed] == [["ats:ada"]]
    assert (await desk.ats.client.get("/v1/queue/counts", params={"tier": "inner"})).json()["due"] == 2
    assert (await desk.ats.client.get("/v1/relationships/ats:cyd")).json()["tier"] == "inner"


async def test_counts_are_right_while_items_move(desk: Desk) -> None:
    for number in range(30):
        await desk.soft_no(f"ats:{number}")
    sums: list[int] = []
    is_over = asyncio.Event()

    async def look() -> None:
        while not is_over.is_set():
            sums.append(sum((await count_items(desk.sessions, Wanted(), now=DUE)).values()))

    async def move(recruiter: str) -> None:
        for item in await desk.claim(DUE, recruiter=recruiter, limit=5):
            assert item.lease is not None
            until = DUE + timedelta(days=5)
            await snooze_item(desk.sessions, item.id, lease=item.lease.id, until=until, now=DUE, settings=desk.settings)

    looking = asyncio.create_task(look())
    await asyncio.gather(*(move(f"r{number}") for number in range(6)))
    is_over.set()
    await looking

    assert set(sums) == {30}
    assert await count_items(desk.sessions, Wanted(), now=DUE) == {
        QueueStatus.DUE: 0, QueueStatus.CLAIMED: 0, QueueStatus.SNOOZED: 30, QueueStatus.SCHEDULED: 0,
    }  # fmt: skip


async def test_counting_reads_an_index_alone(desk: Desk) -> None:
    for number in range(5):
        await desk.soft_no(f"ats:{number}")

    plan = await planned(desk, "queue_items_by_priority", *queue.counting(Wanted(), now=DUE))

    assert any("Index Only Scan using queue_items_by_priority" in line for line in plan), plan


async def test_a_page_of_a_recruiter_reads_their_items_in_the_queues_order(desk: Desk) -> None:
    for number in range(5):
        await desk.soft_no(f"ats:{number}")
    wanted = Wanted(recruiter="maria")

    plan = await planned(desk, "queue_items_by_last_touch", *queue.paging(wanted, now=DUE, after=None, limit=50))

    (read,) = [number for number, line in enumerate(plan) if "Index Scan using queue_items_by_last_touch" in line]
    depth = [len(line) - len(line.lstrip()) for line in plan]
    above = [line for number, line in enumerate(plan[:read]) if all(depth[number] < one for one in depth[number + 1 : read + 1])]
    assert [line.split()[1] for line in above if "Limit" in line or "Sort" in line][-1] == "Limit", plan


async def planned(desk: Desk, index: str, statement: str, values: Mapping[str, Any]) -> list[str]:
    """How a query would be run if the queue had but this index: over five rows every plan costs nothing."""
    constraints = "SELECT conname FROM pg_constraint WHERE conrelid = 'queue_items'::regclass AND contype IN ('p', 'u')"
    others = "SELECT indexrelid::regclass::text FROM pg_index WHERE indrelid = 'queue_items'::regclass"
    async with desk.sessions.begin() as session:
        for kind in ("seqscan", "bitmapscan", "mergejoin", "hashjoin"):
            await session.execute(text(f"SET LOCAL enable_{kind} = off"))
        await session.execute(text("SAVEPOINT all_indexes"))
        for constraint in list(await session.scalars(text(constraints))):
            await session.execute(text(f"ALTER TABLE queue_items DROP CONSTRAINT {constraint} CASCADE"))
        for other in set(await session.scalars(text(others))) - {index}:
            await session.execute(text(f"DROP INDEX {other}"))
        plan = list(await session.scalars(text(f"EXPLAIN {statement}"), values))
        await session.execute(text("ROLLBACK TO all_indexes"))
    return plan


async def test_a_claim_passes_over_who_left_or_was_taken_between_the_look_and_the_lock(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    people = [candidate_id(f"ats:{number}") for number in range(4)]
    for number in range(4):
        await desk.soft_no(f"ats:{number}")
    fetch, looks = queue._fetch, list[int]()

    async def change_after_the_look(session: AsyncSession, query: str, values: Mapping[str, Any]) -> list[Any]:
        rows = await fetch(session, query, values)
        if "pg_try_advisory" in query:
            looks.append(len(rows))
            async with desk.sessions.begin() as other:
                gone = "UPDATE queue_items SET presence = 'gone' WHERE person_id = :person"
                await other.execute(text(gone), {"person": people[0]})
                taken = "INSERT INTO leases VALUES (:person, :lease, 'tom', :until) ON CONFLICT DO NOTHING"
                await other.execute(text(taken), {"person": people[1], "lease": uuid4(), "until": DUE + timedelta(hours=1)})
        return rows

    monkeypatch.setattr(queue, "_fetch", change_after_the_look)
    claimed = await desk.claim(DUE, limit=4)

    assert looks[0] == 4
    assert {one.person_id for one in claimed} == set(people[2:])
    numbers = {event.subject: event.sequence for event in await desk.events("")}
    async with desk.sessions.begin() as session:
        assert {of: (await queue_log.heads(session, of, of))[of] for of in people} == numbers


async def test_a_claim_writes_no_item(desk: Desk) -> None:
    for number in range(3):
        await desk.soft_no(f"ats:{number}")
    query = text("SELECT ctid::text, xmin::text, xmax::text FROM queue_items ORDER BY 1")
    versions: list[list[tuple[Any, ...]]] = []

    for limit in (0, 2):
        await desk.claim(DUE, limit=limit)
        async with desk.sessions.begin() as session:
            versions.append([tuple(row) for row in await session.execute(query)])

    assert len(await desk.listed(DUE, QueueStatus.CLAIMED)) == 2
    assert versions[0] == versions[1]
