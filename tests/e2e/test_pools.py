"""With everything running: who meets a saved search becomes a member by themselves, and subscribers hear of it on Kafka."""

from uuid import uuid4

import httpx
import orjson
from aiokafka import AIOKafkaConsumer, TopicPartition

from rekindle.embedded.stack import Stack
from rekindle.runtime.topics import existing_topics
from shared.events import Topic
from tests.waiting import eventually


async def test_who_meets_an_alert_is_announced_on_the_bus(api: httpx.AsyncClient, stack: Stack) -> None:
    skill = f"skill-{uuid4().hex[:8]}"
    made = await api.post("/v1/pools", json={"name": "By skill", "rule": {"skill": [skill]}, "alert": True})
    assert made.status_code == 201, made.text
    pool = made.json()["id"]

    async def status() -> str:
        found: str = (await api.get(f"/v1/pools/{pool}")).json()["status"]
        return found

    await eventually(status, lambda found: found == "current")
    person = (await api.patch(f"/v1/candidates/gem:{uuid4().hex[:12]}", json={"name": "Ada", "skills": [skill]})).json()["id"]

    async def members() -> list[str]:
        return [one["candidate_id"] for one in (await api.get(f"/v1/pools/{pool}/members")).json()["items"]]

    assert await eventually(members) == [person]
    [(kind, data)] = await eventually(lambda: announced(stack, person))
    assert (kind, data) == (
        "rekindle.pool.entered",
        {"candidate_id": person, "pool_id": pool, "reason": "rule", "alert": True},
    )


async def announced(stack: Stack, person: str) -> list[tuple[str, dict[str, object]]]:
    """Types and data of the person's records on the topic."""
    found: list[tuple[str, dict[str, object]]] = []
    servers = stack.env["KAFKA_BOOTSTRAP_SERVERS"]
    async with AIOKafkaConsumer(bootstrap_servers=servers, enable_auto_commit=False) as consumer:
        many = (await existing_topics(servers))[Topic.POOL.value]
        partitions = [TopicPartition(Topic.POOL.value, number) for number in range(many)]
        consumer.assign(partitions)
        await consumer.seek_to_beginning(*partitions)
        ends = await consumer.end_offsets(partitions)
        while any([await consumer.position(one) < ends[one] for one in partitions]):
            for records in (await consumer.getmany(timeout_ms=500)).values():
                found += [
                    (dict(record.headers)["ce_type"].decode(), orjson.loads(record.value))
                    for record in records
                    if record.key == person.encode()
                ]
    return found
