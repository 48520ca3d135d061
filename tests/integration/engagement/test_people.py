"""Links, closings, erasure and time: what is derived follows them, in whatever order they come."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import orjson
import pytest
from aiokafka import TopicPartition
from sqlalchemy import text

from services.engagement.consumers.records import take_over
from services.engagement.settings import EngagementSettings
from services.engagement.use_cases import follow_positions
from services.engagement.use_cases.announce_due_items import announce_due_items
from services.engagement.use_cases.republish import republish
from services.engagement.use_cases.run_clock import tick
from services.engagement.use_cases.transactions import transact
from shared.db.engine import Sessions
from shared.events import CandidateErased, Event, Topic
from shared.ids import candidate_id, position_id, pursuit_id
from shared.inbox import dead_letters
from shared.inbox import repository as inbox
from shared.kafka.consumed_record import ConsumedRecord
from shared.security.token_issuer import issue_token
from tests.integration.engagement.following import clock, follow
from tests.integration.engagement.posting import Ats, event
from tests.integration.engagement.records import Records

ADA, TWIN = candidate_id("ats:ada"), candidate_id("gem:ada")
JOB = position_id("ats:job")
NOW = datetime.now(UTC) + timedelta(days=1)
"""Later than whatever the tests do, however long the whole run takes."""
FACTS_ON_OUTBOX = "SELECT type, time, source FROM outbox WHERE topic = 'rekindle.engagement.v1' ORDER BY id"


@pytest.fixture
def records(engagement: Sessions, settings: EngagementSettings) -> Records:
    return Records(engagement, settings)


async def types_on_outbox(engagement: Sessions) -> Sequence[Any]:
    async with engagement.begin() as session:
        return (await session.execute(text(FACTS_ON_OUTBOX))).all()


async def test_a_link_folds_both_streams_as_one_person(ats: Ats, records: Records) -> None:
    await ats.post(event(at="2026-03-01"), status=201)
    await ats.post(event("pursuit.responded", of="gem:ada", at="2026-03-02"), status=201)
    old = await ats.pursuit("gem:ada")
    await ats.follow()

    await records.link(TWIN, ADA)

    pursuit = await ats.pursuit("gem:ada")
    assert pursuit["candidate_id"] == str(ADA)
    assert pursuit["references"] == ["ats:ada", "gem:ada"]
    assert [attempt["replied_by_touch"] for attempt in pursuit["attempts"]] == [1]
    assert (await ats.get(f"/v1/pursuits/{old['id']}"))["id"] == pursuit["id"]
    assert len(await ats.pursuits()) == 1


@pytest.mark.parametrize("named", ["ats:ada", "gem:ada"])
async def test_a_linked_person_is_called_what_events_call_them(ats: Ats, records: Records, named: str) -> None:
    other = "gem:ada" if named == "ats:ada" else "ats:ada"
    await ats.post(event("pursuit.responded", of=named, at="2026-03-02"), status=201)
    await ats.follow()

    await records.link(TWIN, ADA)

    for asked in (named, other):
        (owed,) = (await ats.get("/v1/obligations", candidate=asked))["items"]
        assert (owed["candidate_id"], owed["references"]) == (str(ADA), [named])
    await ats.post(event(of=other, at="2026-03-03"), status=201)
    await ats.follow()
    (owed,) = (await ats.get("/v1/obligations", candidate=named))["items"]
    assert (owed["candidate_id"], owed["references"], owed["status"]) == (str(ADA), ["ats:ada", "gem:ada"], "met")


async def test_a_timeline_takes_several_types(ats: Ats) -> None:
    await ats.post(
        [event(at="2026-03-01"), event("pursuit.responded", at="2026-03-02"), event("pursuit.interested", at="2026-03-03")]
    )
    asked = ["rekindle.pursuit.contacted", "rekindle.pursuit.interested"]

    answer = await ats.client.get("/v1/timelines/ats:ada", params={"type": asked})

    assert [one["type"] for one in answer.json()["items"]] == asked


async def test_a_link_undone_gives_each_stream_its_own_again(ats: Ats, records: Records) -> None:
    await ats.post(event(at="2026-03-01"), status=201)
    await ats.post(event("pursuit.responded", of="gem:ada", at="2026-03-02"), status=201)
    before = await ats.pursuits()

    await records.link(TWIN, ADA)
    await records.link(TWIN, TWIN)

    assert await ats.pursuits() == before


async def test_events_after_a_link_keep_their_own_stream(ats: Ats, records: Records) -> None:
    await ats.post(event(at="2026-03-01"), status=201)
    await records.link(TWIN, ADA)
    answer = await ats.post(event("pursuit.responded", of="gem:ada", at="2026-03-02"), status=201)

    assert answer["after"] == f"{TWIN}:1"
    assert (await ats.pursuit("gem:ada"))["id"] == str(pursuit_id(ADA, JOB))
    timeline = await ats.get("/v1/timelines/gem:ada")
    assert [(item["candidate_id"], item["sequence"]) for item in timeline["items"]] == [(str(ADA), 1), (str(TWIN), 1)]


async def test_a_candidate_known_by_record_alone_has_an_empty_timeline(ats: Ats, records: Records) -> None:
    await ats.get("/v1/timelines/ats:ada", status=404)
    await records.link(ADA, ADA)

    assert (await ats.get("/v1/timelines/ats:ada"))["items"] == []


async def test_closings_before_or_after_the_facts_close_the_same(
    ats: Ats, records: Records, engagement: Sessions, settings: EngagementSettings
) -> None:
    await records.closings(JOB, "2026-03-10T00:00:00Z")
    for person in ("ats:ada", "ats:bob"):
        await ats.post(event(of=person, at="2026-03-01", position="ats:job"), status=201)
        await ats.post(event(of=person, at="2026-03-01", position="ats:second", id=f"second-{person}"), status=201)
    await records.closings(position_id("ats:second"), "2026-03-10T00:00:00Z")
    await clock(engagement, settings, now=NOW)

    for pursuit in await ats.pursuits():
        assert pursuit["status"] == "closed"
        assert pursuit["close"]["kind"] == "position_closed"
        assert pursuit["close"]["time"] == "2026-03-10T00:00:00Z"


async def test_a_closing_taken_back_opens_again(
    ats: Ats, records: Records, engagement: Sessions, settings: EngagementSettings
) -> None:
    await ats.post([event(at="2026-03-01"), event("pursuit.responded", at="2026-03-02")], status=207)
    await records.closings(JOB, "2026-03-10T00:00:00Z")
    await clock(engagement, settings, now=NOW)
    assert (await ats.pursuit())["status"] == "closed"

    await records.closings(JOB)
    await clock(engagement, settings, now=NOW)
    assert (await ats.pursuit())["status"] == "open"


async def test_a_closing_that_lies_ahead_closes_when_it_comes(
    ats: Ats, records: Records, engagement: Sessions, settings: EngagementSettings
) -> None:
    ahead = datetime.now(UTC) + timedelta(days=3)
    await ats.post([event("pursuit.responded", at="2026-03-02")], status=207)
    await records.closings(JOB, ahead.isoformat())
    await clock(engagement, settings, now=datetime.now(UTC))
    assert (await ats.pursuit())["status"] == "open"

    await clock(engagement, settings, now=ahead + timedelta(minutes=1))
    assert (await types_on_outbox(engagement))[1:] == [("rekindle.pursuit.position_closed", ahead, "rekindle")]


async def test_a_closing_holds_although_somebody_derives_late(
    ats: Ats, records: Records, engagement: Sessions, settings: EngagementSettings
) -> None:
    """A consumer may wait so long for its locks that the clock has followed a closing which is still ahead of its time."""
    status = text("SELECT status FROM pursuits")
    await ats.post([event("pursuit.responded", at="2026-03-02")], status=207)
    await records.closings(JOB, "2026-03-10T00:00:00Z")
    await clock(engagement, settings, now=NOW)
    await follow(engagement, settings, now=datetime(2026, 3, 9, tzinfo=UTC))
    await tick(engagement, now=NOW, settings=settings)

    async with engagement.begin() as session:
        assert await session.scalar(status) == "closed"


async def test_a_closing_holds_although_somebody_derives_late_whom_the_clock_has_passed(
    ats: Ats,
    records: Records,
    engagement: Sessions,
    settings: EngagementSettings,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """The same, where the clock has not yet followed the closing with everybody."""
    closes = datetime.now(UTC) + timedelta(days=3)
    for person in ("ats:ada", "ats:bob", "ats:eve"):
        await ats.post(event("pursuit.responded", of=person, at="2026-03-02"), status=201)
    await records.closings(JOB, closes.isoformat())
    before = datetime.now(UTC)
    await clock(engagement, settings, now=before)
    monkeypatch.setattr(follow_positions, "CHUNK", 1)
    done = []

    async def and_then_somebody_derives_late(sessions: Sessions, work: Any) -> Any:
        found = await transact(sessions, work)
        done.append(found)
        if len(done) == 2:
            await follow(engagement, settings, now=before)
        return found

    monkeypatch.setattr(follow_positions, "transact", and_then_somebody_derives_late)
    await follow_positions.follow_positions(engagement, now=closes + timedelta(minutes=1), settings=settings)

    async with engagement.begin() as session:
        assert (await session.execute(text("SELECT status FROM pursuits"))).scalars().all() == ["closed"] * 3


async def test_the_clock_puts_a_ghosting_on_record_once(ats: Ats, engagement: Sessions, settings: EngagementSettings) -> None:
    await ats.post(event(at="2026-03-01T00:00:00Z"), status=201)
    await clock(engagement, settings, now=datetime(2026, 3, 30, tzinfo=UTC))
    assert len(await types_on_outbox(engagement)) == 1

    for _ in range(2):
        await clock(engagement, settings, now=NOW)

    ghosted_at = datetime(2026, 3, 31, tzinfo=UTC)
    assert (await types_on_outbox(engagement))[1:] == [("rekindle.pursuit.ghosted", ghosted_at, "rekindle")]
    pursuit = await ats.pursuit()
    assert pursuit["close"] | {"event": None} == pursuit["close"]
    assert (pursuit["close"]["kind"], pursuit["close"]["time"]) == ("ghosted", "2026-03-31T00:00:00Z")


async def test_a_touch_that_is_older_than_the_interval_is_ghosted_before_the_clock_says_so(ats: Ats) -> None:
    await ats.post(event(at="2026-03-01T00:00:00Z"), status=201)

    assert (await ats.pursuit())["close"]["kind"] == "ghosted"


async def test_a_reply_that_comes_late_undoes_a_ghosting(ats: Ats, engagement: Sessions, settings: EngagementSettings) -> None:
    await ats.post(event(at="2026-03-01T00:00:00Z"), status=201)
    await clock(engagement, settings, now=NOW)
    await ats.post(event("pursuit.responded", at="2026-03-05"), status=201)
    await clock(engagement, settings, now=NOW)

    assert (await ats.pursuit())["status"] == "open"
    assert len(await types_on_outbox(engagement)) == 3


async def test_a_closing_of_the_position_is_put_on_record_for_its_pursuits(
    ats: Ats, records: Records, engagement: Sessions, settings: EngagementSettings
) -> None:
    await ats.post(event("pursuit.responded", at="2026-03-01"), status=201)
    await records.closings(JOB, "2026-03-10T00:00:00Z")
    for _ in range(2):
        await clock(engagement, settings, now=NOW)

    closed_at = datetime(2026, 3, 10, tzinfo=UTC)
    assert (await types_on_outbox(engagement))[1:] == [("rekindle.pursuit.position_closed", closed_at, "rekindle")]


async def test_erasure_leaves_stubs_and_answers_gone(ats: Ats, records: Records, engagement: Sessions) -> None:
    sent = event(id="secret-4711", message="Dear Ada")
    await ats.post(sent, status=201)
    await ats.post(event(of="ats:bob"), status=201)
    pursuit = await ats.pursuit()
    await ats.follow()
    await records.erase(ADA)

    await ats.get("/v1/timelines/ats:ada", status=410)
    await ats.get(f"/v1/pursuits/{pursuit['id']}", status=404)
    assert (await ats.post(sent, status=410))["code"] == "candidate_erased"
    assert [item["status"] for item in (await ats.post([event(), event(of="ats:bob")], status=207))["items"]] == [410, 201]
    async with engagement.begin() as session:
        tables = ("log", "event_keys", "pursuits", "relationships")
        rows = [str(row) for table in tables for row in await session.execute(text(f"SELECT {table}::text FROM {table}"))]
        stub = (await session.execute(text("SELECT sequence, type, data FROM log WHERE candidate_id = :a"), {"a": ADA})).one()
    assert stub == (1, "rekindle.pursuit.contacted", None)
    assert not any("secret-4711" in row or "Dear Ada" in row or "ats:ada" in row for row in rows)


async def confirmed(engagement: Sessions) -> list[tuple[str, str, dict[str, int]]]:
    """Erasure, stream and what was removed, of every confirmation that was sent, in order."""
    query = text("SELECT value FROM outbox WHERE type = 'rekindle.erasure.confirmed' ORDER BY id")
    async with engagement.begin() as session:
        said = [orjson.loads(value) for value in await session.scalars(query)]
    assert {one["service"] for one in said} <= {"engagement"}
    return [(one["erasure_id"], one["candidate_id"], one["removed"]) for one in said]


async def test_what_was_erased_is_confirmed_with_how_much_it_was(ats: Ats, records: Records, engagement: Sessions) -> None:
    await ats.client.post("/v1/events", json=event(at="2025-01-01"), headers={"Idempotency-Key": "kept"})
    await ats.post(event("pursuit.declined", of="gem:ada", at="2025-01-02", reason="salary"), status=201)
    await records.link(TWIN, ADA)
    await ats.follow()
    await put_aside(engagement, ADA)

    erasure = str(await records.erase(ADA))
    assert await queue_and_pursuits(engagement) == (1, 1)
    last = str(await records.erase(TWIN))

    assert await queue_and_pursuits(engagement) == (0, 0)
    of_ada = {"events": 1, "announcements": 1, "waiting_records": 2, "kept_answers": 1, "dead_letters": 1, "parked_records": 1}
    of_twin = {"events": 1, "waiting_records": 1, "pursuits": 1, "queue_items": 1, "return_plans": 1, "return_conditions": 1}
    of_twin |= {"data_findings": 1}
    assert await confirmed(engagement) == [(erasure, str(ADA), of_ada), (last, str(TWIN), of_twin)]


async def test_what_is_done_with_an_item_between_the_erasures_of_two_streams_is_forgotten_too(
    ats: Ats, records: Records, engagement: Sessions
) -> None:
    await ats.post(event("pursuit.declined", at="2025-01-02", reason="salary"), status=201)
    await ats.post(event("pursuit.declined", of="gem:ada", at="2025-01-02", reason="timing"), status=201)
    await records.link(TWIN, ADA)
    await ats.follow()
    (item,) = (await ats.client.post("/v1/queue/claims", json={"recruiter": "maria", "limit": 1})).json()["items"]

    await records.erase(ADA)
    body = {"lease": item["lease"], "reason": "secret-4711"}
    dismissed = await ats.client.post(f"/v1/queue/{item['id']}/dismissal", json=body)
    await records.erase(TWIN)

    assert dismissed.status_code == 200, dismissed.text
    async with engagement.begin() as session:
        left = (await session.execute(text("SELECT type, note FROM queue_log"))).all()
        waiting = (await session.scalars(text("SELECT convert_from(value, 'UTF8') FROM outbox"))).all()
    assert {tuple(one) for one in left} == {("rekindle.queue_item.erased", None)}
    assert not any("secret-4711" in one or '"plans":[{' in one.replace(" ", "") for one in waiting)


async def test_what_is_erased_again_is_confirmed_alike(ats: Ats, records: Records, engagement: Sessions) -> None:
    await ats.post(event(), status=201)
    first = str(await records.erase(ADA))
    again = str(await records.erase(ADA))

    assert await confirmed(engagement) == [(erasure, str(ADA), {"events": 1, "waiting_records": 1}) for erasure in (first, again)]


async def test_an_erasure_that_became_a_dead_letter_is_confirmed_once_it_is_replayed(ats: Ats, engagement: Sessions) -> None:
    await ats.post(event(), status=201)
    erasure = uuid4()
    data = CandidateErased(candidate_id=ADA, erasure_id=erasure)
    erased = Event.of(data, id=uuid4(), source="rekindle", subject=ADA, sequence=1, time=NOW)
    partition = TopicPartition(Topic.CANDIDATES.value, 3)
    record = ConsumedRecord(7, 0, erased.key, erased.headers(), erased.value, erased)
    async with engagement.begin() as session:
        await inbox.insert_dead_letter(session, "engagement.records", partition, record, "broken", left_hole=True)
    assert await confirmed(engagement) == []
    (letter,) = await dead_letters.waiting(engagement)

    await dead_letters.replay(engagement, take_over, letter.id)

    assert await confirmed(engagement) == [
        (str(erasure), str(ADA), {"events": 1, "waiting_records": 1, "dead_letters": 1}),
    ]
    assert await dead_letters.waiting(engagement) == []
    await ats.get("/v1/timelines/ats:ada", status=410)


async def test_an_erasure_of_a_release_that_waited_for_nobody_is_not_confirmed(records: Records, engagement: Sessions) -> None:
    await records.publish((ADA, CandidateErased(candidate_id=ADA)))

    assert await confirmed(engagement) == []


async def put_aside(engagement: Sessions, stream: UUID) -> None:
    """A dead letter of a stream, and a record that waits for earlier ones."""
    of = {"stream": stream, "id": uuid4()}
    async with engagement.begin() as session:
        await session.execute(
            text(
                "INSERT INTO dead_letters (group_name, topic, partition, record_offset, record_id, stream, headers, error,"
                " left_hole) VALUES ('engagement.facts', 'rekindle.engagement.v1', 0, 1, :id, :stream, '[]', 'broken', true)"
            ),
            of,
        )
        await session.execute(
            text(
                "INSERT INTO inbox_parked (group_name, topic, stream, sequence, headers)"
                " VALUES ('engagement.facts', 'rekindle.engagement.v1', :stream, 9, '[]')"
            ),
            of,
        )


async def queue_and_pursuits(engagement: Sessions) -> tuple[int, int]:
    """How many items and pursuits there are."""
    async with engagement.begin() as session:
        counts = [await session.scalar(text(f"SELECT count(*) FROM {table}")) for table in ("queue_items", "pursuits")]
    return counts[0] or 0, counts[1] or 0


async def test_nothing_of_an_erased_person_is_published_any_more(
    ats: Ats, records: Records, engagement: Sessions, settings: EngagementSettings
) -> None:
    """Neither what waits at the moment of the erasure nor what is published again."""
    await ats.post([event(at="2025-01-01"), event("pursuit.declined", at="2025-01-02", reason="salary")], status=207)
    await ats.follow()
    await announce_due_items(engagement, now=NOW, settings=settings)
    await records.erase(ADA)

    query = text("SELECT topic, type, value FROM outbox WHERE topic <> 'rekindle.control.v1' ORDER BY topic, id")
    async with engagement.begin() as session:
        waiting = [tuple(row) for row in await session.execute(query)]
        await session.execute(text("DELETE FROM outbox"))
    for topic in (Topic.ENGAGEMENT, Topic.REENGAGEMENT):
        await republish(engagement, topic, shards=settings.partitions)
    async with engagement.begin() as session:
        again = [tuple(row) for row in await session.execute(query)]

    assert [(topic, kind) for topic, kind, _ in waiting] == [
        ("rekindle.engagement.v1", "rekindle.event.retracted"),
        ("rekindle.engagement.v1", "rekindle.event.retracted"),
        ("rekindle.reengagement.v1", "rekindle.queue_item.erased"),
        ("rekindle.reengagement.v1", "rekindle.queue_item.erased"),
    ]
    assert again == waiting
    assert not [value for *_, value in again if b"salary" in value or str(JOB).encode() in value]


async def test_an_address_is_shown_to_those_alone_who_may_see_contact_details(
    ats: Ats, settings: EngagementSettings, keys: Path
) -> None:
    await ats.post(event("candidate.unsubscribed", channel="email", address="ada@example.org"), status=201)
    token = issue_token(
        keys,
        issuer=settings.deployment,
        name="desk",
        scopes=["engagement:read", "contact_details:read"],
        expires_in=timedelta(hours=1),
    )

    shown = await ats.client.get("/v1/timelines/ats:ada", headers={"Authorization": f"Bearer {token}"})

    assert shown.json()["items"][0]["data"] == {"channel": "email", "address": "ada@example.org"}
    assert (await ats.get("/v1/timelines/ats:ada"))["items"][0]["data"] == {"channel": "email"}


async def test_kept_answers_are_forgotten_with_the_person(ats: Ats, records: Records, engagement: Sessions) -> None:
    sent = {"results": event(), "in conflict": [event(id="secret-1"), event(id="secret-1", at="2026-03-03")]}
    for key, body in sent.items():
        await ats.client.post("/v1/events", json=body, headers={"Idempotency-Key": key})
    await ats.client.post("/v1/events", json=event(of="ats:bob"), headers={"Idempotency-Key": "another's"})
    await records.erase(ADA)

    again = await ats.client.post("/v1/events", json=sent["results"], headers={"Idempotency-Key": "results"})
    assert again.status_code == 410
    async with engagement.begin() as session:
        kept = (await session.scalars(text("SELECT key FROM idempotency_keys"))).all()
    assert kept == ["another's"]


async def test_erasing_one_of_a_persons_streams_keeps_the_other(ats: Ats, records: Records) -> None:
    await ats.post(event(at="2026-03-01"), status=201)
    await ats.post(event("pursuit.responded", of="gem:ada", at="2026-03-02"), status=201)
    await records.link(TWIN, ADA)
    await records.erase(TWIN)

    assert (await ats.pursuit())["stage"] == "contacted"
    assert len((await ats.get("/v1/timelines/ats:ada"))["items"]) == 1
    await ats.get("/v1/timelines/gem:ada", status=410)


async def test_an_erasure_of_somebody_never_heard_of_holds_from_then_on(ats: Ats, records: Records) -> None:
    await records.erase(ADA)

    refused = await ats.post(event(), status=410)

    assert refused["code"] == "candidate_erased"
    await ats.get("/v1/timelines/ats:ada", status=410)
