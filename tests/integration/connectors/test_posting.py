"""What cannot be posted is posted later, what is refused is listed, and nothing is posted twice otherwise than before."""

import asyncio
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import text

from services.connectors.domain.greenhouse.mapping_file import read_mapping
from services.connectors.rekindle_api import RekindleApi
from services.connectors.settings import ConnectorsSettings
from services.connectors.storage import deliveries
from services.connectors.use_cases.receive_delivery import receive_delivery
from services.connectors.use_cases.reconsider_unmapped import reconsider_unmapped
from services.connectors.use_cases.retry_postings import retry_postings
from services.connectors.use_cases.understand_body import Reading
from services.connectors.worker import _retry as worker_of
from services.connectors.worker import parts
from shared.db.engine import Sessions
from tests.integration.connectors.conftest import RecordingApi
from tests.integration.connectors.sender import Sender
from tests.unit.connectors.greenhouse_bodies import application, offer, raw
from tests.waiting import eventually

LATER = datetime(2200, 1, 1, tzinfo=UTC)


async def test_what_the_api_puts_off_is_posted_by_the_worker(
    greenhouse: Sender, recorded: RecordingApi, connectors: Sessions, api: RekindleApi
) -> None:
    recorded.away = True
    content = application("new_candidate_application")
    answer = (await greenhouse.send(content)).json()
    assert (answer["status"], answer["reason"]) == ("queued", "the API answered 503")
    assert await retry_postings(connectors, api, clock=lambda: LATER) == 1

    recorded.away = False
    assert await retry_postings(connectors, api, clock=lambda: LATER + timedelta(hours=1)) == 1

    assert recorded.types() == ["pursuit.applied"]
    assert (await greenhouse.send(content)).json()["reason"] is None
    assert await retry_postings(connectors, api, clock=lambda: LATER + timedelta(days=1)) == 0


async def test_a_delivery_whose_request_was_cut_off_is_posted_after_its_lease(
    connectors: Sessions, recorded: RecordingApi, api: RekindleApi, settings: ConnectorsSettings
) -> None:
    now = datetime(2026, 3, 1, tzinfo=UTC)
    reading = Reading(settings.mapping(), ZoneInfo("UTC"))
    await receive_delivery(connectors, application("new_candidate_application"), "d", reading, now=now)

    assert await retry_postings(connectors, api, clock=lambda: now + timedelta(seconds=29)) == 0
    assert await retry_postings(connectors, api, clock=lambda: now + timedelta(seconds=31)) == 1
    assert recorded.types() == ["pursuit.applied"]


async def test_posting_again_posts_the_very_same(
    greenhouse: Sender, recorded: RecordingApi, connectors: Sessions, api: RekindleApi
) -> None:
    await greenhouse.send(application("new_candidate_application", current_stage={"name": "Offer"}))
    async with connectors.begin() as session:
        await session.execute(text("UPDATE greenhouse_postings SET status = 'queued' WHERE kind = 'fact'"))
        await session.execute(text("UPDATE greenhouse_deliveries SET status = 'queued', next_attempt_at = now()"))

    await retry_postings(connectors, api, clock=lambda: LATER)

    assert (len(recorded.events), recorded.repeats, recorded.conflicts) == (2, 2, 0)


async def test_a_refused_fact_is_listed_with_the_rule_and_harms_no_other(greenhouse: Sender, recorded: RecordingApi) -> None:
    recorded.refused_types = {"rekindle.pursuit.applied"}

    answer = (await greenhouse.send(application("new_candidate_application", current_stage={"name": "Offer"}))).json()

    assert answer["status"] == "failed"
    assert answer["reason"] == "fact:1000: data.position is required"
    assert recorded.types() == ["pursuit.stage_entered"]


async def test_a_refused_field_is_left_out_and_named(greenhouse: Sender, recorded: RecordingApi) -> None:
    recorded.refused_fields = {"phones"}
    content = application("candidate_stage_change", candidate_phone_numbers=[{"value": "000"}])

    answer = (await greenhouse.send(content)).json()

    assert (answer["status"], answer["reason"]) == ("applied", "left out: phones is wrong")
    assert dict(recorded.records)["candidates/greenhouse:5"]["name"] == "Ada Byron"


async def test_deliveries_that_queue_up_are_posted_together(greenhouse: Sender, recorded: RecordingApi) -> None:
    bodies = [application("new_candidate_application", id=number, candidate_id=number) for number in range(12)]

    answers = await asyncio.gather(*[greenhouse.send(body) for body in bodies])

    assert {answer.json()["status"] for answer in answers} == {"applied"}
    assert {answer.json()["events"][0]["subject"] for answer in answers} == {f"greenhouse:{number}" for number in range(12)}
    assert len(recorded.events) == 12
    assert len({path for path, _ in recorded.records}) == 13
    assert recorded.calls.count("/v1/events") < 12
    assert "/v1/candidates/batch" in recorded.calls


async def test_what_one_person_is_refused_harms_no_other(greenhouse: Sender, recorded: RecordingApi) -> None:
    recorded.erased = {"greenhouse:1"}
    bodies = [application("new_candidate_application", id=number, candidate_id=number) for number in range(4)]

    answers = await asyncio.gather(*[greenhouse.send(body) for body in bodies])

    assert [answer.json()["status"] for answer in answers] == ["applied", "not_mapped", "applied", "applied"]


async def test_an_erased_person_is_scrubbed_and_stays_so(
    greenhouse: Sender, recorded: RecordingApi, connectors: Sessions, api: RekindleApi
) -> None:
    unknown = application("candidate_stage_change", current_stage={"name": "Zodiac"})
    await greenhouse.send(unknown)
    recorded.away = True
    await greenhouse.send(application("new_candidate_application"))
    recorded.away = False
    await greenhouse.send(raw("merge_candidate", {"person": {"id": 4, "first_name": "Augusta", "new_candidate_id": 5}}))

    await greenhouse.send(raw("delete_candidate", {"person": {"id": 5, "first_name": "Ada", "last_name": "Byron"}}))
    await greenhouse.send(application("application_updated", candidate_first_name="Ada Again"))
    await greenhouse.send(offer())
    await retry_postings(connectors, api, clock=lambda: LATER)

    assert recorded.erasures == ["greenhouse:5"]
    assert recorded.types() == ["pursuit.applied"]
    async with connectors.begin() as session:
        rows = await session.execute(
            text("SELECT d::text || coalesce(convert_from(raw, 'UTF8'), '') FROM greenhouse_deliveries d")
        )
        stored = " ".join(rows.scalars())
        stored += " ".join((await session.execute(text("SELECT p::text FROM greenhouse_postings p"))).scalars())
        counted = await deliveries.count_by_status(session)
    assert not any(name in stored for name in ("Ada", "Byron", "Augusta"))
    assert "waiting" not in counted
    assert "queued" not in counted


async def test_a_body_that_waits_holds_nothing_of_an_anonymised_person(
    greenhouse: Sender, recorded: RecordingApi, connectors: Sessions
) -> None:
    staged = application("application_updated", jobs=[], current_stage={"name": "Phone Screen"})
    assert (await greenhouse.send(staged)).json()["status"] == "waiting"

    await greenhouse.send(raw("candidate_anonymized", {"candidate_id": 5, "anonymized_fields": ["full_name"]}))

    async with connectors.begin() as session:
        kept = (await session.execute(text("SELECT convert_from(raw, 'UTF8') FROM greenhouse_deliveries"))).scalars().all()
    assert not any("Ada" in body or "Byron" in body for body in kept if body is not None)
    await greenhouse.send(application("new_candidate_application", last_activity_at="2026-01-10T09:00:00Z"))
    assert recorded.types() == ["pursuit.applied", "pursuit.stage_entered"]


async def test_facts_of_a_person_who_was_erased_elsewhere_are_over(greenhouse: Sender, recorded: RecordingApi) -> None:
    recorded.erased = {"greenhouse:5"}
    content = application("new_candidate_application", jobs=[{"id": 9}], candidate_first_name=None, candidate_last_name=None)

    answer = (await greenhouse.send(content)).json()

    assert (answer["status"], answer["reason"]) == ("not_mapped", "the candidate is erased")


async def test_applied_bodies_are_not_kept(greenhouse: Sender, connectors: Sessions) -> None:
    await greenhouse.send(application("new_candidate_application"))
    await greenhouse.send(b'{"name": "Ada"')

    async with connectors.begin() as session:
        kept = (await session.execute(text("SELECT count(raw) FROM greenhouse_deliveries"))).scalar()
    assert kept == 0


async def test_a_new_mapping_file_explains_old_stages(
    greenhouse: Sender, recorded: RecordingApi, connectors: Sessions, api: RekindleApi
) -> None:
    await greenhouse.send(application("candidate_stage_change", current_stage={"name": "Zodiac"}))
    assert recorded.types() == ["pursuit.applied"]

    reading = Reading(read_mapping(b'[stages.names]\n"Zodiac" = "screening"', "new"), ZoneInfo("UTC"))
    assert await reconsider_unmapped(connectors, reading, now=LATER) == 1
    await retry_postings(connectors, api, clock=lambda: LATER)

    assert recorded.types() == ["pursuit.applied", "pursuit.stage_entered"]
    assert await reconsider_unmapped(connectors, reading, now=LATER) == 0


async def test_the_worker_posts_until_it_is_stopped(
    greenhouse: Sender, recorded: RecordingApi, connectors: Sessions, api: RekindleApi, settings: ConnectorsSettings
) -> None:
    recorded.away = True
    await greenhouse.send(application("new_candidate_application"))
    async with connectors.begin() as session:
        await session.execute(text("UPDATE greenhouse_deliveries SET next_attempt_at = now()"))
    recorded.away = False
    stop = asyncio.Event()
    reading = Reading(settings.mapping(), ZoneInfo("UTC"))

    async def types() -> list[str]:
        return recorded.types()

    worker = asyncio.create_task(worker_of(connectors, api, reading, stop, every=0.01))
    await eventually(types, lambda found: found == ["pursuit.applied"], seconds=10)
    stop.set()
    await asyncio.wait_for(worker, 10)

    assert worker.done()


def test_the_worker_has_one_part(settings: ConnectorsSettings) -> None:
    assert list(parts(settings)) == ["connectors.retry"]
