"""Posted events are stored once, in order, and answered as the API says."""

import asyncio
import random
from typing import Any

import pytest
from sqlalchemy import text

from shared.db.engine import Sessions
from shared.ids import candidate_id, position_id
from tests.integration.engagement.posting import Ats, event, retraction

ADA = str(candidate_id("ats:ada"))


async def count(engagement: Sessions, table: str) -> int:
    async with engagement.begin() as session:
        return int(await session.scalar(text(f"SELECT count(*) FROM {table}")) or 0)


async def test_a_stored_event_is_answered_with_its_sequence(ats: Ats) -> None:
    await ats.post(event(at="2026-03-01"), status=201)
    answer = await ats.post(event(at="2026-03-02"), status=201)

    assert answer == {
        "status": "stored",
        "candidate_id": ADA,
        "references": ["ats:ada"],
        "sequence": 2,
        "after": f"{ADA}:2",
    }


async def test_a_repeat_is_answered_as_the_first_time(ats: Ats, engagement: Sessions) -> None:
    sent = event(words=74)
    first = await ats.post(sent, status=201)
    await ats.post(event("pursuit.responded", at="2026-03-03"), status=201)
    again = await ats.post(sent, status=200)

    assert again == first | {"status": "duplicate"}
    assert await count(engagement, "log") == 2


async def test_other_formatting_is_the_same_event(ats: Ats) -> None:
    sent = event(id="same", at="2026-03-02T09:15:00Z", words=74)
    await ats.post(sent, status=201)
    sent["data"] = {"words": 74, "channel": "email", "position": str(position_id("ats:job")), "recruiter": None}
    sent |= {"time": "2026-03-02T10:15:00+01:00", "subject": ADA, "specversion": "1.0"}

    assert (await ats.post(sent, status=200))["status"] == "duplicate"


async def test_an_event_without_a_time_is_the_same_whenever_it_is_repeated(ats: Ats) -> None:
    sent = event(id="timeless")
    del sent["time"]

    first = await ats.post(sent, status=201)
    again = await ats.post(sent, status=200)

    assert again == first | {"status": "duplicate"}


async def test_other_content_under_the_same_name_is_a_conflict_and_changes_nothing(ats: Ats, engagement: Sessions) -> None:
    await ats.post(event(id="one", words=1), status=201)
    problem = await ats.post(event(id="one", words=2, of="ats:other"), status=409)

    assert problem["code"] == "event_conflict"
    assert await count(engagement, "log") == 1
    assert await count(engagement, "outbox") == 1


async def test_a_batch_answers_each_item_in_order(ats: Ats) -> None:
    good, other = event(id="good"), event(id="good", words=3)
    bad = event(reason="x")
    answer = await ats.post([good, bad, good, other, event("candidate.rated_us", score=9, position=None)], status=207)

    assert [item["status"] for item in answer["items"]] == [201, 422, 200, 409, 201]
    assert [item["index"] for item in answer["items"]] == [0, 1, 2, 3, 4]
    assert (answer["stored"], answer["duplicates"], answer["invalid"]) == (2, 1, 2)
    assert answer["items"][2]["after"] == answer["items"][0]["after"] == f"{ADA}:1"
    assert answer["items"][1]["problem"]["errors"] == [{"field": "data.reason", "rule": "is not a known field"}]
    assert answer["items"][4]["sequence"] == 2


async def test_an_array_of_one_is_a_batch(ats: Ats) -> None:
    assert (await ats.post([event()], status=207))["stored"] == 1


@pytest.mark.parametrize("length", [0, 1001])
async def test_a_batch_holds_1_to_1000_events(ats: Ats, engagement: Sessions, length: int) -> None:
    problem = await ats.post([event() for _ in range(length)], status=422)

    assert problem["errors"] == [{"field": "body", "rule": f"must hold 1 to 1000 events, not {length}"}]
    assert await count(engagement, "log") == 0


async def test_a_fact_that_comes_late_lands_where_it_belongs(ats: Ats) -> None:
    await ats.post(event(at="2026-03-10"), status=201)
    await ats.post(event("pursuit.responded", at="2026-03-11"), status=201)
    await ats.post(event(at="2026-03-01"), status=201)

    (attempt,) = (await ats.pursuit())["attempts"]
    assert attempt["replied_by_touch"] == 2
    assert attempt["cohort_at"] == "2026-03-01T00:00:00Z"


@pytest.mark.parametrize(
    ("at", "status"),
    [
        ("1899-12-31", 422),
        ("1899-12-31T23:59:59Z", 422),
        ("1900-01-01", 201),
        ("1969-12-31T23:59:59Z", 201),
        ("2200-12-31", 422),
        ("2201-01-01", 422),
    ],
)
async def test_a_fact_is_of_1900_at_the_earliest_and_not_of_the_future(ats: Ats, at: str, status: int) -> None:
    answer = await ats.post(event(at=at), status=status)

    if status == 201:
        assert (await ats.pursuit())["attempts"][0]["began_at"][:4] in {"1900", "1969"}
    else:
        rule = "future" if at.startswith("2200") else "between 1900 and 2200"
        assert [one["field"] for one in answer["errors"]] == ["time"]
        assert rule in str(answer["errors"])


@pytest.mark.parametrize(("day", "status"), [("1899-12-31", 422), ("1900-01-01", 201), ("2200-12-31", 201), ("2201-01-01", 422)])
async def test_days_and_times_in_a_fact_are_of_1900_to_2200(ats: Ats, day: str, status: int) -> None:
    free = event("pursuit.declined", reason="availability", facts={"available_from": day})
    promised = event("candidate.followup_promised", due_at=day)

    assert {(await ats.client.post("/v1/events", json=one)).status_code for one in (free, promised)} == {status}


async def test_a_retraction_by_name_leaves_the_fact_out_whichever_came_first(ats: Ats) -> None:
    hired = event("pursuit.hired", id="hire", at="2026-03-10")
    unhire = event("event.retracted", at="2026-03-12", type=None) | {"data": {"source": "ats", "id": "hire"}}
    await ats.post(event(), status=201)
    await ats.post(unhire, status=201)
    await ats.post(hired, status=201)
    assert (await ats.pursuit())["stage"] == "contacted"

    again = event("pursuit.offered", id="offer", at="2026-03-10")
    await ats.post([again, unhire | {"id": "second", "data": {"source": "ats", "id": "offer"}}], status=207)
    assert (await ats.pursuit())["stage"] == "contacted"


async def test_a_retraction_of_a_stored_retraction_is_refused(ats: Ats) -> None:
    await ats.post(event("pursuit.hired", at="2026-03-10", id="hire"), status=201)
    await ats.post(retraction("ats:ada", id="hire") | {"id": "unhire"}, status=201)
    again = retraction("ats:ada", id="unhire") | {"id": "again"}

    refused = await ats.post(again, status=422)
    batch = await ats.post([again, retraction("ats:ada", id="other") | {"id": "fine"}], status=207)

    assert [one["field"] for one in refused["errors"]] == ["data.id"]
    assert [item["status"] for item in batch["items"]] == [422, 201]


async def test_a_retraction_of_one_that_came_before_in_the_request_is_refused(ats: Ats) -> None:
    first = retraction("ats:ada", id="hire") | {"id": "unhire"}
    second = retraction("ats:ada", id="unhire") | {"id": "again"}

    answer = await ats.post([first, second, second], status=207)

    assert [item["status"] for item in answer["items"]] == [201, 422, 422]


async def test_a_retraction_that_was_stored_before_what_it_names_is_a_repeat_and_does_nothing(ats: Ats) -> None:
    early = retraction("ats:ada", id="unhire") | {"id": "early"}
    await ats.post(early, status=201)
    await ats.post(event("pursuit.hired", at="2026-03-10", id="hire"), status=201)
    await ats.post(retraction("ats:ada", id="hire") | {"id": "unhire"}, status=201)

    assert (await ats.post(early, status=200))["status"] == "duplicate"
    assert await ats.pursuits(candidate="ats:ada") == []


async def test_a_whole_pursuit_is_taken_back(ats: Ats) -> None:
    await ats.post([event(at="2026-03-01"), event("pursuit.interested", at="2026-03-05")], status=207)
    whole = event("event.retracted", at="2026-03-06", position="ats:job")
    whole["data"]["whole"] = True
    await ats.post(whole, status=201)

    assert await ats.pursuits(candidate="ats:ada") == []


async def test_a_retraction_by_type_takes_back_the_latest_such_fact(ats: Ats) -> None:
    results = [event(at="2026-03-01"), event("pursuit.responded", at="2026-03-02"), event("pursuit.hired", at="2026-03-10")]
    await ats.post(results, status=207)
    retracted = event("event.retracted", at="2026-03-12", position="ats:job") | {}
    retracted["data"]["type"] = "rekindle.pursuit.hired"
    await ats.post(retracted, status=201)

    pursuit = await ats.pursuit()
    assert (pursuit["stage"], pursuit["status"]) == ("responded", "open")


async def test_outbox_and_log_carry_the_same_sequences(ats: Ats, engagement: Sessions) -> None:
    await ats.post([event(of=f"ats:{n % 7}", message="free text") for n in range(40)], status=207)
    async with engagement.begin() as session:
        logged = (await session.execute(text("SELECT candidate_id, sequence, event_id FROM log ORDER BY 1, 2"))).all()
        published = (await session.execute(text("SELECT subject, sequence, event_id FROM outbox ORDER BY 1, 2"))).all()
        private = await session.scalar(text("SELECT count(*) FROM outbox WHERE position('free text'::bytea IN value) > 0"))

    assert logged == published
    assert private == 0


async def _gaps(engagement: Sessions) -> int:
    async with engagement.begin() as session:
        return int(
            await session.scalar(
                text(
                    """
                    SELECT count(*) FROM (
                        SELECT candidate_id, count(*) AS stored, max(sequence) AS last FROM log GROUP BY 1) AS streams
                    JOIN relationships USING (candidate_id) WHERE stored <> last OR last <> relationships.sequence
                    """
                )
            )
            or 0
        )


async def test_many_writers_with_overlapping_batches_store_each_event_once(ats: Ats, engagement: Sessions) -> None:
    events = [event(of=f"ats:{n % 23}", at=f"2026-03-{1 + n % 28:02}", position=f"ats:job-{n % 3}") for n in range(120)]
    random.seed(3)

    async def writer() -> list[dict[str, Any]]:
        results: list[dict[str, Any]] = []
        for _ in range(3):
            answer = await ats.post(random.sample(events, 60), status=207)
            assert answer["invalid"] == 0
            results += answer["items"]
        return results

    results = [item for items in await asyncio.gather(*[writer() for _ in range(8)]) for item in items]
    await ats.post(events, status=207)

    assert await count(engagement, "log") == len(events)
    assert await count(engagement, "outbox") == len(events)
    assert await _gaps(engagement) == 0
    assert sum(item["status"] == 201 for item in results) == len({item["after"] for item in results})


async def test_an_idempotency_key_gives_the_first_answer_again_and_refuses_another_body(ats: Ats) -> None:
    key = {"Idempotency-Key": "monday"}
    first = await ats.client.post("/v1/events", json=[event(id="one")], headers=key)
    again = await ats.client.post("/v1/events", json=[event(id="one")], headers=key)
    other = await ats.client.post("/v1/events", json=[event(id="two")], headers=key)

    assert (again.status_code, again.json()) == (207, first.json())
    assert (other.status_code, other.json()["code"]) == (422, "idempotency_key_reused")
    assert len((await ats.get("/v1/timelines/ats:ada"))["items"]) == 1


async def test_the_same_single_event_posted_at_once_is_stored_once(ats: Ats, engagement: Sessions) -> None:
    sent = event()
    answers = await asyncio.gather(*[ats.client.post("/v1/events", json=sent) for _ in range(12)])

    assert sorted(answer.status_code for answer in answers) == [200] * 11 + [201]
    assert await count(engagement, "log") == 1


async def test_conflicting_events_posted_at_once_leave_one(ats: Ats, engagement: Sessions) -> None:
    sent = [event(id="contested", of=f"ats:{n}") for n in range(10)]
    answers = await asyncio.gather(*[ats.client.post("/v1/events", json=one) for one in sent])

    assert sorted(answer.status_code for answer in answers) == [201] + [409] * 9
    assert await count(engagement, "log") == 1
    assert await count(engagement, "event_keys") == 1


async def test_arrival_in_any_order_folds_to_the_same_pursuit(ats: Ats) -> None:
    facts = [
        ("pursuit.contacted", "2026-03-01", {}),
        ("pursuit.responded", "2026-03-02", {"mood": "positive"}),
        ("pursuit.declined", "2026-03-05", {"reason": "salary"}),
        ("pursuit.contacted", "2026-09-05", {}),
        ("pursuit.interested", "2026-09-06", {}),
    ]
    shown = []
    for person in range(4):
        random.Random(person).shuffle(facts)
        for number, (kind, at, data) in enumerate(facts):
            await ats.post(event(kind, of=f"ats:{person}", at=at, id=f"{person}-{number}", **data), status=201)
        pursuit = await ats.pursuit(f"ats:{person}")
        for attempt in pursuit["attempts"]:
            if attempt["close"]:
                attempt["close"].pop("event")
        shown.append(pursuit["attempts"])

    assert len(shown[0]) == 2
    assert all(one == shown[0] for one in shown)
