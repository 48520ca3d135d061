"""The queue over a real database: items follow the facts, leases are exclusive, and all of it can be made anew."""

import asyncio
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import text

from services.engagement.domain.queue import Moved, QueueStatus, item_id
from services.engagement.domain.queue_errors import ItemUnknown, LeaseLost, LeaseUsed, NothingToUndo
from services.engagement.settings import EngagementSettings
from services.engagement.storage import queue_log, streams
from services.engagement.use_cases.announce_due_items import announce_due_items
from services.engagement.use_cases.complete_item import complete_item
from services.engagement.use_cases.derive_people import derive_all, derive_stale
from services.engagement.use_cases.dismiss_item import dismiss_item
from services.engagement.use_cases.renew_lease import renew_lease
from services.engagement.use_cases.restore_item import restore_item
from services.engagement.use_cases.snooze_item import snooze_item
from services.engagement.use_cases.take_over_records import take_over_records
from shared.db.engine import Sessions
from shared.errors import Invalid
from shared.events.vocabulary import QueueOutcome, Reason
from shared.ids import candidate_id, position_id
from tests.integration.engagement.posting import Ats, event
from tests.integration.engagement.queue_desk import Desk, at

SCHEDULED, DUE = at("2026-03-03"), at("2026-09-01")


@pytest.fixture
def desk(ats: Ats, engagement: Sessions, settings: EngagementSettings) -> Desk:
    return Desk(ats, engagement, settings)


async def test_an_item_is_scheduled_and_falls_due_by_time_alone(desk: Desk) -> None:
    await desk.soft_no()

    assert [one.item.status(SCHEDULED) for one in await desk.listed(SCHEDULED)] == [QueueStatus.SCHEDULED]
    assert not await desk.listed(SCHEDULED, QueueStatus.DUE)
    [due] = await desk.listed(DUE, QueueStatus.DUE)
    assert due.item.person_id == candidate_id("ats:ada")
    assert due.references == ("ats:ada",)


@pytest.mark.parametrize(
    "leaving",
    [
        event(at="2026-09-01"),
        event("pursuit.hired", at="2026-04-01", position="ats:other"),
        event("pursuit.interested", at="2026-08-01", position="ats:other"),
        event("candidate.hard_no_set", at="2026-04-01", reason="career_change", evidence="a letter", decided_by="Maria"),
    ],
    ids=["contacted", "hired", "in_play", "hard_no"],
)
async def test_an_item_leaves_by_itself(desk: Desk, leaving: dict[str, object]) -> None:
    await desk.soft_no()
    assert await desk.listed(DUE)

    desk.now = at("2026-09-02")
    await desk.post(leaving | {"id": "leaves"})

    assert not await desk.listed(DUE)
    assert not await desk.claim(DUE)


async def test_the_queue_is_in_order_of_priority_and_can_be_filtered(desk: Desk) -> None:
    await desk.soft_no("ats:cold")
    await desk.post(event("pursuit.interviewed", of="ats:warm", at="2026-02-01", position="ats:second"))
    await desk.soft_no("ats:warm", reason="location", position="ats:second")
    later = at("2028-01-01")

    async def found(**wanted: Any) -> list[str]:
        return [one.references[0] for one in await desk.listed(later, **wanted)]

    assert await found() == ["ats:warm", "ats:cold"]
    assert await found(reason=Reason.LOCATION) == ["ats:warm"]
    assert await found(position=position_id("ats:second")) == ["ats:warm"]
    assert await found(reason=Reason.LOCATION, position=position_id("ats:job")) == []
    assert await found(min_priority=100) == []


async def test_two_recruiters_never_get_the_same_item(desk: Desk) -> None:
    for number in range(30):
        await desk.soft_no(f"ats:{number}")

    claims = await asyncio.gather(*(desk.claim(DUE, recruiter=f"r{number}", limit=4) for number in range(10)))

    taken = [item.id for claim in claims for item in claim]
    assert len(taken) == len(set(taken)) == 30
    assert not await desk.claim(DUE)
    assert len(await desk.listed(DUE, QueueStatus.CLAIMED)) == 30


async def test_32_claimers_at_once_share_the_queue_and_nobody_goes_without(desk: Desk) -> None:
    for number in range(64):
        await desk.soft_no(f"ats:{number}")

    claims = await asyncio.gather(*(desk.claim(DUE, recruiter=f"r{number}", limit=2) for number in range(32)))

    taken = [item.id for claim in claims for item in claim]
    assert len(taken) == len(set(taken)) == 64
    assert [one.type for one in await desk.events()].count("rekindle.queue_item.claimed") == 64


async def test_a_claim_comes_back_to_somebody_who_was_just_derived(desk: Desk) -> None:
    await desk.soft_no()
    is_locked, may_end = asyncio.Event(), asyncio.Event()

    async def derive() -> None:
        async with desk.sessions.begin() as session:
            await streams.lock_people(session, {candidate_id("ats:ada")})
            is_locked.set()
            await may_end.wait()

    deriving = asyncio.create_task(derive())
    await is_locked.wait()
    claiming = asyncio.create_task(desk.claim(DUE))
    await asyncio.sleep(0.02)
    may_end.set()
    await deriving

    assert len(await claiming) == 1


async def test_a_claim_takes_the_next_strongest_in_the_place_of_whom_somebody_derives(desk: Desk) -> None:
    for number in range(3):
        await desk.soft_no(f"ats:{number}")
    strongest, *others = [one.item.person_id for one in await desk.listed(DUE)]

    async with desk.sessions.begin() as deriving:
        await streams.lock_people(deriving, {strongest})
        claimed = await desk.claim(DUE, limit=2)

    assert [item.person_id for item in claimed] == others


async def test_what_follows_a_claim_is_numbered_on(desk: Desk) -> None:
    await desk.soft_no()
    ada = candidate_id("ats:ada")
    item, lease = await desk.claim_one(DUE)
    await snooze_item(desk.sessions, item, lease=lease, until=at("2026-12-01"), now=DUE, settings=desk.settings)
    assert await desk.claim_one(at("2026-12-01"))

    numbers = [one.sequence for one in await desk.events("")]
    assert numbers == list(range(1, len(numbers) + 1)), "none twice, and none is missing"
    async with desk.sessions.begin() as session:
        assert await queue_log.heads(session, ada, ada) == {ada: numbers[-1]}


async def test_who_is_claimed_for_what_another_of_their_records_is_owed_alone_stays_claimed(desk: Desk) -> None:
    ada, also = candidate_id("ats:ada"), candidate_id("gem:ada")
    await desk.post(event("candidate.signal_observed", of="ats:ada", at="2026-01-01", position=None, signal="promoted"))
    await desk.post(event(of="gem:ada", at="2026-02-01", recruiter="maria"))
    await desk.post(event("pursuit.responded", of="gem:ada", at="2026-02-02"))
    async with desk.sessions.begin() as session:
        await take_over_records(session, {also: ada, ada: ada}, {}, {}, now=DUE)
    await derive_stale(desk.sessions, now=DUE, settings=desk.settings)
    assert {one.subject for one in await desk.events("")} == {also}, "nothing was announced of the record that stands for them"

    await desk.claim_one(DUE)

    held = await desk.rows()
    await derive_all(desk.sessions, now=DUE, settings=desk.settings)
    assert await desk.rows() == held
    assert len(await desk.listed(DUE, QueueStatus.CLAIMED)) == 1


async def test_a_lease_is_renewed_while_it_is_held(desk: Desk) -> None:
    await desk.soft_no()
    item, lease = await desk.claim_one(DUE, seconds=60)

    async def renew(now: datetime, *, seconds: int) -> datetime:
        lease_for = timedelta(seconds=seconds)
        held = await renew_lease(desk.sessions, item, lease=lease, lease_for=lease_for, now=now, settings=desk.settings)
        return held.expires_at

    middle = DUE + timedelta(seconds=50)
    assert await renew(middle, seconds=60) == DUE + timedelta(seconds=110)
    assert await renew(middle, seconds=60) == DUE + timedelta(seconds=110), "the same again changes nothing"
    assert await renew(middle, seconds=5) == DUE + timedelta(seconds=110), "a lease never ends earlier than it did"
    assert not await desk.claim(DUE + timedelta(seconds=109), recruiter="noa")
    assert [one.type for one in await desk.events()].count("rekindle.queue_item.renewed") == 1

    over = DUE + timedelta(seconds=110)
    with pytest.raises(LeaseLost):
        await renew(over, seconds=60)
    assert len(await desk.claim(over, recruiter="noa", seconds=600)) == 1
    with pytest.raises(LeaseLost) as lost:
        await renew(over, seconds=60)
    assert (lost.value.extra["held_by"], "held by noa" in lost.value.detail) == ("noa", True)


async def test_a_finished_item_is_renewed_no_more(desk: Desk) -> None:
    await desk.soft_no()
    item, lease = await desk.claim_one(DUE)
    await renew_lease(desk.sessions, item, lease=lease, lease_for=timedelta(hours=1), now=DUE, settings=desk.settings)
    done = await complete_item(desk.sessions, item, lease=lease, outcome=QueueOutcome.NO_FIT, now=DUE, settings=desk.settings)

    assert done == Moved(None, None)
    with pytest.raises(LeaseUsed):
        await renew_lease(desk.sessions, item, lease=lease, lease_for=timedelta(hours=1), now=DUE, settings=desk.settings)
    live = await desk.rows()
    await derive_all(desk.sessions, now=DUE, settings=desk.settings)
    assert await desk.rows() == live


async def test_a_claim_takes_the_strongest_that_is_due(desk: Desk) -> None:
    await desk.soft_no("ats:scheduled", reason="location")
    await desk.soft_no("ats:weak")
    await desk.post(event("pursuit.interviewed", of="ats:strong", at="2026-02-01", position="ats:job"))
    await desk.post(event("pursuit.rejected", of="ats:strong", at="2026-03-02", reason="skills"))

    claimed = await desk.claim(DUE, limit=2)

    assert [item.person_id for item in claimed] == [candidate_id("ats:strong"), candidate_id("ats:weak")]


async def test_a_lease_is_over_by_time_alone(desk: Desk) -> None:
    desk.now = SCHEDULED
    await desk.soft_no()
    item, lease = await desk.claim_one(DUE, seconds=60)
    assert not await desk.claim(DUE + timedelta(seconds=59))

    again, other = await desk.claim_one(DUE + timedelta(seconds=60), recruiter="noa")

    assert (again, other != lease) == (item, True)
    with pytest.raises(LeaseLost):
        await complete_item(desk.sessions, item, lease=lease, outcome=QueueOutcome.CONTACTED, now=DUE, settings=desk.settings)


async def test_an_expired_lease_is_lost_also_where_nobody_else_came(desk: Desk) -> None:
    await desk.soft_no()
    item, lease = await desk.claim_one(DUE, seconds=60)

    with pytest.raises(LeaseLost):
        await dismiss_item(desk.sessions, item, lease=lease, reason="no", now=DUE + timedelta(seconds=60), settings=desk.settings)
    with pytest.raises(ItemUnknown):
        await dismiss_item(desk.sessions, lease, lease=lease, reason="no", now=DUE, settings=desk.settings)


async def test_completing_takes_the_item_out_and_the_lease_works_once(desk: Desk) -> None:
    await desk.soft_no()
    item, lease = await desk.claim_one(DUE)
    settings = desk.settings

    completed = await complete_item(desk.sessions, item, lease=lease, outcome=QueueOutcome.NO_FIT, now=DUE, settings=settings)
    again = await complete_item(desk.sessions, item, lease=lease, outcome=QueueOutcome.NO_FIT, now=DUE, settings=settings)

    assert not await desk.listed(at("2030-01-01"))
    assert again == completed
    assert [one.type for one in await desk.events()].count("rekindle.queue_item.completed") == 1
    with pytest.raises(LeaseUsed, match="completed as no_fit"):
        await dismiss_item(desk.sessions, item, lease=lease, reason="no", now=DUE, settings=settings)


async def test_what_was_done_twice_is_answered_alike_whatever_came_of_the_item(desk: Desk) -> None:
    await desk.soft_no()
    wait, later = DUE + timedelta(days=90), DUE + timedelta(days=100)
    item, lease = await desk.claim_one(DUE)
    how: dict[str, Any] = {"lease": lease, "outcome": QueueOutcome.WRONG_TIME, "settings": desk.settings}
    first = await complete_item(desk.sessions, item, **how, now=DUE)
    _, next_lease = await desk.claim_one(wait, recruiter="noa")

    assert first == Moved(QueueStatus.SCHEDULED, wait)
    assert await complete_item(desk.sessions, item, **how, now=later) == first

    until = wait + timedelta(days=3)
    snoozed = await snooze_item(desk.sessions, item, lease=next_lease, until=until, now=wait, settings=desk.settings)
    # The lease is over, and the time that it was put off to has come.
    assert await snooze_item(desk.sessions, item, lease=next_lease, until=until, now=later, settings=desk.settings) == snoozed
    with pytest.raises(LeaseUsed):
        await snooze_item(desk.sessions, item, lease=next_lease, until=later, now=wait, settings=desk.settings)

    _, last_lease = await desk.claim_one(later)
    for reason in ("moved abroad", "moved abroad"):
        gone = await dismiss_item(desk.sessions, item, lease=last_lease, reason=reason, now=later, settings=desk.settings)
        assert gone == Moved(None, None)
    with pytest.raises(LeaseUsed):
        await dismiss_item(desk.sessions, item, lease=last_lease, reason="other", now=later, settings=desk.settings)


async def test_what_was_done_is_taken_back_and_subscribers_are_given_its_event(desk: Desk) -> None:
    await desk.soft_no()
    item, lease = await desk.claim_one(DUE)
    held = await desk.rows()
    await dismiss_item(desk.sessions, item, lease=lease, reason="no", now=DUE, settings=desk.settings)

    restored = await restore_item(desk.sessions, item, lease=lease, now=DUE, settings=desk.settings)

    assert restored.status is QueueStatus.CLAIMED
    assert await desk.rows() == held
    dismissed, taken_back = (await desk.events())[-2:]
    assert [one.type.removeprefix("rekindle.queue_item.") for one in (dismissed, taken_back)] == ["dismissed", "restored"]
    assert taken_back.raw["event_id"] == str(dismissed.id)
    assert taken_back.raw["plans"] == dismissed.raw["plans"] != []
    await derive_all(desk.sessions, now=DUE, settings=desk.settings)
    assert await desk.rows() == held


async def test_what_others_built_upon_and_what_is_long_ago_is_not_taken_back(desk: Desk) -> None:
    await desk.soft_no()
    item, lease = await desk.claim_one(DUE)
    settings, soon, over = desk.settings, DUE + timedelta(seconds=10), DUE + timedelta(hours=1)
    await snooze_item(desk.sessions, item, lease=lease, until=soon, now=DUE, settings=settings)

    with pytest.raises(LeaseLost):
        await restore_item(desk.sessions, item, lease=lease, now=over, settings=settings)
    assert len(await desk.claim(soon, recruiter="noa")) == 1
    with pytest.raises(NothingToUndo):
        await restore_item(desk.sessions, item, lease=lease, now=soon, settings=settings)


async def test_nothing_is_taken_back_once_the_item_is_of_two_records_and_another_lease_would_hold(desk: Desk) -> None:
    ada, ida = candidate_id("ats:ada"), candidate_id("ats:ida")
    await desk.soft_no("ats:ada")
    leases = {(one := (await desk.claim(DUE, limit=1))[0]).person_id: one.lease}
    await desk.soft_no("ats:ida")
    leases |= {one.person_id: one.lease for one in await desk.claim(DUE, limit=1)}
    lease = leases[ada]
    assert lease is not None
    settings, item = desk.settings, item_id(ada)
    await snooze_item(desk.sessions, item, lease=lease.id, until=at("2027-01-01"), now=DUE, settings=settings)
    async with desk.sessions.begin() as session:
        await take_over_records(session, {ida: ada, ada: ada}, {}, {}, now=DUE)
    await derive_stale(desk.sessions, now=DUE, settings=settings)
    merged = await desk.rows()

    with pytest.raises(NothingToUndo):
        await restore_item(desk.sessions, item, lease=lease.id, now=DUE, settings=settings)

    assert await desk.rows() == merged
    assert (await desk.events())[-1].type == "rekindle.queue_item.snoozed"


async def test_what_fell_due_because_of_an_action_that_is_taken_back_is_not_announced_once_more(desk: Desk) -> None:
    await desk.soft_no()
    settings, soon = desk.settings, DUE + timedelta(seconds=10)
    assert await announce_due_items(desk.sessions, now=DUE, settings=settings) == 1
    item, lease = await desk.claim_one(DUE)
    await snooze_item(desk.sessions, item, lease=lease, until=soon, now=DUE, settings=settings)
    assert await announce_due_items(desk.sessions, now=soon, settings=settings) == 1

    restored = await restore_item(desk.sessions, item, lease=lease, now=soon, settings=settings)

    assert restored.status is QueueStatus.CLAIMED
    assert await announce_due_items(desk.sessions, now=soon, settings=settings) == 0
    assert [one.type.removeprefix("rekindle.queue_item.") for one in await desk.events()].count("fell_due") == 2


async def test_the_same_completion_at_once_is_done_once(desk: Desk) -> None:
    await desk.soft_no()
    item, lease = await desk.claim_one(DUE)

    answers = await asyncio.gather(
        *(
            complete_item(desk.sessions, item, lease=lease, outcome=QueueOutcome.NOT_REACHABLE, now=DUE, settings=desk.settings)
            for _ in range(6)
        )
    )

    assert len(set(answers)) == 1
    assert [one.type for one in await desk.events()].count("rekindle.queue_item.completed") == 1


async def test_a_wrong_time_is_planned_again(desk: Desk) -> None:
    await desk.soft_no()
    item, lease = await desk.claim_one(DUE)

    after = await complete_item(
        desk.sessions, item, lease=lease, outcome=QueueOutcome.WRONG_TIME, now=DUE, settings=desk.settings
    )

    assert after == Moved(QueueStatus.SCHEDULED, DUE + timedelta(days=90))
    assert [one.item.status(DUE) for one in await desk.listed(DUE)] == [QueueStatus.SCHEDULED]


async def test_snoozing_hides_until_the_date_which_must_be_ahead(desk: Desk) -> None:
    await desk.soft_no()
    item, lease = await desk.claim_one(DUE)
    until = at("2026-12-01")
    with pytest.raises(Invalid):
        await snooze_item(desk.sessions, item, lease=lease, until=DUE, now=DUE, settings=desk.settings)

    await snooze_item(desk.sessions, item, lease=lease, until=until, now=DUE, settings=desk.settings)

    assert not await desk.claim(until - timedelta(seconds=1))
    assert len(await desk.listed(DUE, QueueStatus.SNOOZED)) == 1
    assert len(await desk.claim(until)) == 1


async def test_an_item_that_left_while_it_was_claimed_can_still_be_finished(desk: Desk) -> None:
    await desk.soft_no()
    item, lease = await desk.claim_one(DUE)
    await desk.post(event(at="2026-09-01T12:05:00Z"))

    after = await complete_item(desk.sessions, item, lease=lease, outcome=QueueOutcome.CONTACTED, now=DUE, settings=desk.settings)

    assert after == Moved(None, None)


async def test_claims_and_refreshes_at_once_lose_nothing(desk: Desk) -> None:
    for number in range(12):
        await desk.soft_no(f"ats:{number}")

    await asyncio.gather(
        *(desk.claim(DUE, recruiter=f"r{number}", limit=2) for number in range(6)), *(desk.deliver() for _ in range(4))
    )
    while await desk.claim(DUE):
        pass
    live = await desk.rows()
    await derive_all(desk.sessions, now=DUE, settings=desk.settings)

    assert await desk.rows() == live
    assert len(await desk.listed(DUE, QueueStatus.CLAIMED)) == 12


async def test_falling_due_is_told_once_for_each_due_time(desk: Desk) -> None:
    await desk.soft_no()
    settings = desk.settings

    assert await announce_due_items(desk.sessions, now=SCHEDULED, settings=settings) == 0
    assert await announce_due_items(desk.sessions, now=DUE, settings=settings) == 1
    assert await announce_due_items(desk.sessions, now=DUE, settings=settings) == 0

    item, lease = await desk.claim_one(DUE)
    until = at("2026-12-01")
    await snooze_item(desk.sessions, item, lease=lease, until=until, now=DUE, settings=settings)
    assert await announce_due_items(desk.sessions, now=DUE, settings=settings) == 0
    assert await announce_due_items(desk.sessions, now=until, settings=settings) == 1

    results = await desk.events()
    assert [one.type.removeprefix("rekindle.queue_item.") for one in results] == ["fell_due", "claimed", "snoozed", "fell_due"]
    assert [one.sequence for one in results] == [3, 4, 5, 7], "the plan appeared and a breach was found; the plan was put off"
    plan = {"position_id": str(position_id("ats:job")), "reason": "salary", "trigger": "time"}
    assert [one.raw["plans"] for one in results] == [[plan]] * 4


async def test_what_was_published_can_be_published_again(desk: Desk) -> None:
    await desk.soft_no()
    item, lease = await desk.claim_one(DUE)
    await dismiss_item(desk.sessions, item, lease=lease, reason="Ada asked for peace", now=DUE, settings=desk.settings)
    ada = candidate_id("ats:ada")

    async with desk.sessions.begin() as session:
        again = await queue_log.events_after(session, ada, 0, 100)
        heads = await queue_log.heads(session, ada, ada)

    assert again == await desk.events("")
    assert [one.type.removeprefix("rekindle.") for one in again] == [
        "return_plan.changed",
        "policy_breach.found",
        "queue_item.claimed",
        "queue_item.dismissed",
        "return_plan.changed",
    ]
    assert heads == {ada: 5}
    assert not any(b"peace" in one.value or str(lease).encode() in one.value for one in again)


async def test_the_rebuilt_queue_equals_the_live_one(desk: Desk) -> None:
    for number, reason in enumerate(["salary", "location", "skills", "timing", "unspecified", "do_not_contact"]):
        hard = {"evidence": "said so", "decided_by": "Maria"} if reason == "do_not_contact" else {}
        await desk.soft_no(f"ats:{number}", reason=reason, **hard)
    await desk.post(event("pursuit.interested", of="ats:1", at="2026-03-05", position="ats:other"))
    await desk.post(event("candidate.signal_observed", of="ats:2", at="2026-03-05", signal="promoted"))
    await announce_due_items(desk.sessions, now=DUE, settings=desk.settings)
    item, lease = await desk.claim_one(DUE)
    await snooze_item(desk.sessions, item, lease=lease, until=at("2026-12-01"), now=DUE, settings=desk.settings)
    await desk.claim_one(DUE)
    live = await desk.rows()
    assert len(live) == 5

    async with desk.sessions.begin() as session:
        await session.execute(text("UPDATE queue_items SET priority = 0, due_at = NULL WHERE priority > 0"))
        await session.execute(text("DELETE FROM leases"))
    await derive_all(desk.sessions, now=DUE, settings=desk.settings)

    assert await desk.rows() == live


async def test_linked_streams_are_one_item_and_unlinking_gives_each_theirs(desk: Desk) -> None:
    ada, ida = candidate_id("ats:ada"), candidate_id("ats:ida")
    await desk.soft_no("ats:ada")
    await desk.soft_no("ats:ida", reason="location", position="ats:other")
    apart = await desk.rows()
    claimed, lease = await desk.claim_one(DUE)

    async def regroup(people: dict[UUID, UUID]) -> None:
        async with desk.sessions.begin() as session:
            await take_over_records(session, people, {}, {}, now=DUE)
        await derive_stale(desk.sessions, now=DUE, settings=desk.settings)

    await regroup({ida: ada, ada: ada})
    [together] = await desk.listed(DUE)
    assert {reason.reason for reason in together.item.reasons} == {Reason.SALARY, Reason.LOCATION}
    assert together.references == ("ats:ada", "ats:ida")
    assert together.item.status(DUE) is QueueStatus.CLAIMED

    await complete_item(desk.sessions, claimed, lease=lease, outcome=QueueOutcome.NO_FIT, now=DUE, settings=desk.settings)
    [left_over] = await desk.listed(at("2030-01-01"))
    assert [reason.reason for reason in left_over.item.reasons] == [Reason.LOCATION], "it was not due yet"

    await regroup({ida: ida, ada: ada})
    left = await desk.listed(at("2030-01-01"))
    assert [one.item.person_id for one in left] == [ida]
    assert [row for row in await desk.rows() if row[0] == ida] == [row for row in apart if row[0] == ida]


async def test_a_lease_is_good_after_a_link_and_its_answer_after_an_erasure(desk: Desk) -> None:
    ada, ida = candidate_id("ats:ada"), candidate_id("ats:ida")
    await desk.soft_no("ats:ada")
    claimed, lease = await desk.claim_one(DUE)

    async def take_over(people: dict[UUID, UUID], erased: set[UUID]) -> None:
        async with desk.sessions.begin() as session:
            await take_over_records(session, people, dict.fromkeys(erased), {}, now=DUE)
        await derive_stale(desk.sessions, now=DUE, settings=desk.settings)

    async def dismiss() -> Moved:
        return await dismiss_item(desk.sessions, claimed, lease=lease, reason="moved", now=DUE, settings=desk.settings)

    await take_over({ada: ida}, set())
    assert await dismiss() == Moved(None, None)
    await take_over({}, {ada, ida})
    assert await dismiss() == Moved(None, None)
    assert {one.type for one in await desk.events("")} == {"rekindle.queue_item.erased"}


async def test_an_erased_person_leaves_nothing_in_the_queue(desk: Desk) -> None:
    await desk.soft_no()
    item, lease = await desk.claim_one(DUE)
    await dismiss_item(desk.sessions, item, lease=lease, reason="Ada Byron moved", now=DUE, settings=desk.settings)

    async with desk.sessions.begin() as session:
        await take_over_records(session, {}, {candidate_id("ats:ada"): None}, {}, now=DUE)
    await derive_stale(desk.sessions, now=DUE, settings=desk.settings)
    async with desk.sessions.begin() as session:
        notes = list(await session.scalars(text("SELECT note FROM queue_log")))

    assert not await desk.rows()
    assert notes == [None, None]


async def test_a_batch_of_many_people_makes_all_their_items(desk: Desk) -> None:
    batch = [event("pursuit.sourced", of=f"ats:{number}", at="2026-02-01") for number in range(120)]
    batch += [event("pursuit.declined", of=f"ats:{number}", at="2026-03-02", reason="timing") for number in range(0, 120, 2)]

    await desk.post(*batch)

    assert len(await desk.listed(SCHEDULED)) == 60
