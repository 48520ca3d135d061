"""Holding the system to what its writers were answered: log, topic, funnels, queue and records."""

from collections import Counter, defaultdict
from collections.abc import Iterable
from typing import Any

import httpx
from aiokafka import AIOKafkaConsumer, TopicPartition

from shared.events import Topic
from shared.ids import candidate_id
from tests.chaos.recruiters import DESK, Desk
from tests.chaos.story import LEVELS, Expected, Fact, expected_funnels, expected_levels, expected_queue, persons
from tests.chaos.writers import Answers
from tests.waiting import eventually

CHUNK = 500


async def judge(client: httpx.AsyncClient, kafka: str, answers: Answers, *, seconds: float = 180) -> None:
    """Fail with what is wrong unless everything that was accepted is counted once, in order, everywhere."""
    assert not answers.surprises, answers.surprises[:5]
    await counted(client, answers, seconds=seconds)
    await _timelines(client, answers)
    # What is published again after a loss was counted long before.
    await eventually(lambda: _missing(kafka, answers), lambda missing: not missing, seconds=60, every=0.5)
    await funnels(client, answers)
    await queue(client, answers)
    await _levels(client, answers)
    await _erasures(client, answers)


async def counted(client: httpx.AsyncClient, answers: Answers, *, seconds: float) -> None:
    """Wait until analytics has counted every accepted event."""
    after = sorted(set(answers.after.values()))
    for begin in range(0, len(after), CHUNK):
        body = {"after": after[begin : begin + CHUNK], "wait": 10}

        async def ask(body: dict[str, Any] = body) -> tuple[int, str]:
            try:
                response = await client.post("/v1/analytics/wait", json=body)
            except httpx.HTTPError as error:
                return 0, repr(error)
            return response.status_code, response.text[:500]

        await eventually(ask, lambda answer: answer[0] < 300 and answer[0] > 0, seconds=seconds, every=0.5)


async def _timelines(client: httpx.AsyncClient, answers: Answers) -> None:
    """The log holds each accepted event once, with the sequence that was answered, and a stream's sequences have no gaps."""
    streams: dict[str, list[Fact]] = defaultdict(list)
    for fact in answers.accepted.values():
        streams[fact.candidate].append(fact)
    for candidate, facts in streams.items():
        stream = str(candidate_id(candidate))
        items = [item for item in await _pages(client, f"/v1/timelines/{candidate}") if item["candidate_id"] == stream]
        stored = {item["id"]: item["sequence"] for item in items if item["source"] != "rekindle"}
        answered = {fact.id: int(answers.after[fact.id].rpartition(":")[2]) for fact in facts}
        assert stored == answered, f"{candidate}: the log differs from what was answered"
        sequences = sorted(item["sequence"] for item in items)
        assert sequences == list(range(1, len(sequences) + 1)), f"{candidate}: {sequences}"


async def _pages(client: httpx.AsyncClient, path: str) -> list[dict[str, Any]]:
    items: list[dict[str, Any]] = []
    cursor: str | None = None
    while True:
        parameters: dict[str, str | int] = {"limit": 200} | ({"cursor": cursor} if cursor else {})
        response = await client.get(path, params=parameters)
        assert response.status_code == 200, response.text
        page = response.json()
        items += page["items"]
        cursor = page["next_cursor"]
        if cursor is None:
            return items


async def read_topic(kafka: str, topic: Topic) -> list[Any]:
    """Every record of a topic, from its beginning, by partition."""
    consumer = AIOKafkaConsumer(bootstrap_servers=kafka, enable_auto_commit=False, auto_offset_reset="earliest")
    await consumer.start()
    try:
        partitions = [TopicPartition(topic, number) for number in sorted(consumer.partitions_for_topic(topic) or ())]
        if not partitions:
            await consumer._client.force_metadata_update()
            partitions = [TopicPartition(topic, number) for number in sorted(await _partitions(consumer, topic))]
        consumer.assign(partitions)
        await consumer.seek_to_beginning(*partitions)
        ends = await consumer.end_offsets(partitions)
        records: list[Any] = []
        while any([await consumer.position(partition) < ends[partition] for partition in partitions]):
            for batch in (await consumer.getmany(timeout_ms=500)).values():
                records += batch
        return records
    finally:
        await consumer.stop()


async def _partitions(consumer: AIOKafkaConsumer, topic: Topic) -> Iterable[int]:
    await consumer.topics()
    return consumer.partitions_for_topic(topic) or ()


async def _missing(kafka: str, answers: Answers) -> list[str]:
    """The facts that are not on the topic as they were answered.

    Each stream's sequences must come without gaps and in order; repeats are allowed, other orders are not.
    """
    heads: dict[str, int] = defaultdict(int)
    seen: dict[str, str] = {}
    for record in await read_topic(kafka, Topic.ENGAGEMENT):
        headers = {name: value.decode("utf-8", "replace") for name, value in record.headers}
        if not headers.keys() >= {"ce_id", "ce_subject", "ce_sequence"}:
            continue  # a total, or poison
        stream, sequence = headers["ce_subject"], int(headers["ce_sequence"])
        assert sequence <= heads[stream] + 1, f"{stream}: {sequence} follows {heads[stream]}"
        if sequence == heads[stream] + 1:
            heads[stream] = sequence
            seen[headers["ce_id"]] = f"{stream}:{sequence}"
    return [fact.id for fact in answers.accepted.values() if seen.get(fact.bus_id) != answers.after[fact.id]]


async def funnels(client: httpx.AsyncClient, answers: Answers) -> None:
    """Every position's funnel equals the oracle's."""
    for position, expected in expected_funnels(list(answers.accepted.values())).items():
        response = await client.get(f"/v1/analytics/positions/{position}/funnel")
        assert response.status_code == 200, response.text
        _compare(position, response.json(), expected)


def _compare(position: str, funnel: dict[str, Any], expected: Expected) -> None:
    recorded = {stage["stage"]: stage["recorded"] for stage in funnel["stages"] if stage["recorded"]}
    assert recorded == dict(expected.recorded), position
    assert {touch: n for touch, n in funnel["responded_by_touch"].items() if n} == dict(expected.by_touch), position
    assert funnel["declines"] == dict(expected.declines), position
    assert funnel["rejections"] == dict(expected.rejections), position
    assert funnel["other_closes"] == {}, position
    assert {outcome: n for outcome, n in funnel["outcomes"].items() if n} == dict(expected.outcomes), position
    assert {interest: n for interest, n in funnel["interest"].items() if n} == dict(expected.interest), position
    assert funnel["unanswered"] == expected.unanswered, position


async def queue(client: httpx.AsyncClient, answers: Answers) -> None:
    """Exactly the people who must wait in the queue do, beside those at the desk."""
    facts = [fact for fact in answers.accepted.values() if fact.position != DESK]
    people = {str(candidate_id(person)): history for person, history in persons(facts, answers.linked).items()}
    expected = {str(candidate_id(person)) for person in expected_queue(facts, answers.linked)}

    async def wrong() -> dict[str, list[str]]:
        """Who is in the queue and should not be, or the other way round, with what happened."""
        found = {item["candidate_id"] for item in await _pages(client, "/v1/queue")}
        return {
            f"{person} {'is' if person in found else 'is not'} in the queue": sorted(
                f"{fact} {fact.data}" for fact in people[person]
            )
            for person in (found & people.keys()) ^ expected
        }

    await eventually(wrong, lambda differing: not differing, seconds=60, every=0.5)


async def at_the_desk(client: httpx.AsyncClient, answers: Answers, desk: Desk) -> None:
    """Everybody at the desk was given out once, and the queue holds those whom nobody finished, for who has them."""
    assert not answers.surprises, answers.surprises[:5]
    assert desk.given == dict.fromkeys(desk.people, 1)

    async def found() -> dict[str, str]:
        items = await _pages(client, "/v1/queue")
        return {
            item["candidate_id"]: f"{item['status']} {item['recruiter']}" for item in items if item["candidate_id"] in desk.people
        }

    expected = {person: f"claimed {recruiter}" for person, recruiter in desk.held.items()}
    await eventually(found, lambda items: items == expected, seconds=60, every=0.5)


async def _erasures(client: httpx.AsyncClient, answers: Answers) -> None:
    """Every erasure is confirmed by every service, for both of the person's streams."""

    async def pending() -> list[dict[str, Any]]:
        return [one for one in await _pages(client, "/v1/erasures") if one["status"] != "done"]

    await eventually(pending, lambda erasures: not erasures, seconds=180, every=1)
    done = {one["id"]: one for one in await _pages(client, "/v1/erasures")}
    for name, erasure in answers.erasures.items():
        services = {one["service"]: one for one in done[erasure]["services"]}
        assert {"candidates", "engagement", "analytics"} <= services.keys()
        assert {one["status"] for one in services.values()} == {"done"}
        assert len(done[erasure]["candidate_ids"]) == 2, name
        assert services["engagement"]["removed"]["events"] == 1, (name, services)
        assert (await client.get(f"/v1/timelines/{name}")).status_code == 410


async def _levels(client: httpx.AsyncClient, answers: Answers) -> None:
    """Each record, and the attempts by level, show what was said last of the person."""
    expected = expected_levels(answers.levels, answers.linked)
    for candidate, level in expected.items():
        response = await client.get(f"/v1/candidates/{candidate}")
        assert response.status_code == 200, response.text
        assert response.json()["level"] == level, candidate
    contacted = {(fact.candidate, fact.position) for fact in answers.accepted.values() if fact.type == "contacted"}
    attempts = Counter(expected[candidate] for candidate, _ in contacted if candidate in expected)

    async def found() -> dict[str, int]:
        response = await client.get("/v1/analytics/funnel", params={"group_by": "level"})
        assert response.status_code == 200, response.text
        return {
            group["key"]: stage["recorded"]
            for group in response.json()["groups"]
            for stage in group["stages"]
            if group["key"] in LEVELS and stage["stage"] == "contacted"
        }

    await eventually(found, lambda levels: levels == dict(attempts), seconds=60, every=0.5)
