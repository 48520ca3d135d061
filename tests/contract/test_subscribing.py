"""docs/subscribing.md: each subscriber is run as it stands, on a broker that is configured as the compose file's.

It reads as the user `subscriber`, who may read and nothing else.
"""

import asyncio
import os
import re
import shutil
import subprocess
import sys
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import UUID, uuid4

import asyncpg
import pytest
from aiokafka import AIOKafkaConsumer, AIOKafkaProducer, TopicPartition
from aiokafka.errors import GroupAuthorizationFailedError, KafkaConnectionError, TopicAuthorizationFailedError

from rekindle.embedded.ports import choose
from rekindle.embedded.stack import Stack, stores
from rekindle.runtime.subscribers import allow_reading
from shared.events import (
    CandidateChanged,
    CandidateErased,
    Event,
    EventData,
    EventRetracted,
    PursuitContacted,
    PursuitRejected,
    ShardCounted,
    Topic,
)
from shared.events.vocabulary import Channel, Reason, RejectedBy
from shared.ids import event_id, shard_of
from tests.documents import code, write_code
from tests.integration.test_migrations import new_database
from tests.waiting import eventually
from tools.compose import ROOT, read_compose
from tools.documents.node import installed

PASSWORD = "a-subscriber's-password"
BEGIN = datetime(2026, 3, 1, tzinfo=UTC)
SHARDS = 3
POSITION = UUID(int=77)


def kafka_settings(clients: int, controller: int, host: int) -> dict[str, str]:
    """The compose file's settings of the listeners, with ports of this machine."""
    environment = read_compose()["services"]["kafka"]["environment"]
    settings = {name.removeprefix("KAFKA_").lower().replace("_", "."): str(value) for name, value in environment.items()}
    changes = {
        "${REKINDLE_SUBSCRIBER_PORT:-9094}": str(host),
        "${REKINDLE_SUBSCRIBER_PASSWORD:?is missing in .env}": PASSWORD,
        "kafka:9092": f"127.0.0.1:{clients}",
        "://:9092": f"://127.0.0.1:{clients}",
        "://:9093": f"://127.0.0.1:{controller}",
        "://:9094": f"://127.0.0.1:{host}",
    }
    wanted = re.compile(r"listener|advertised|super|authorizer|inter\.broker|controller\.listener")
    return {name: _changed(value, changes) for name, value in settings.items() if wanted.match(name)}


def _changed(text: str, changes: Mapping[str, str]) -> str:
    for old, new in changes.items():
        text = text.replace(old, new)
    return text


@pytest.fixture(scope="module")
async def broker(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[tuple[Stack, str]]:
    """Stores whose broker is the compose file's, and the address for subscribers."""
    folder = tmp_path_factory.mktemp("subscribing")
    host = choose(taken=[])
    clients = choose(taken=[host])
    controller = choose(taken=[host, clients])
    (folder / "ports.json").write_text(f'{{"kafka": {clients}, "kafka-controller": {controller}}}')
    settings = kafka_settings(clients, controller, host)
    async with stores(data=folder, kafka_settings=settings, extra_env={"REKINDLE_PARTITIONS": str(SHARDS)}) as stack:
        await allow_reading(stack.env["KAFKA_BOOTSTRAP_SERVERS"], "subscriber")
        yield stack, f"127.0.0.1:{host}"


def access(password: str = PASSWORD) -> dict[str, str]:
    return {
        "security_protocol": "SASL_PLAINTEXT",
        "sasl_mechanism": "PLAIN",
        "sasl_plain_username": "subscriber",
        "sasl_plain_password": password,
    }


async def publish(stack: Stack, *events: Event, tombstones: Sequence[UUID] = ()) -> None:
    producer = AIOKafkaProducer(bootstrap_servers=stack.env["KAFKA_BOOTSTRAP_SERVERS"])
    await producer.start()
    try:
        for event in events:
            topic = Topic.ENGAGEMENT if isinstance(event.data, ShardCounted) else event.data.topic
            shard = shard_of(event.subject or event.id, SHARDS)
            await producer.send_and_wait(topic, event.value, key=event.key, partition=shard, headers=event.headers())
        for candidate in tombstones:
            await producer.send_and_wait(
                Topic.CANDIDATES, None, key=str(candidate).encode(), partition=shard_of(candidate, SHARDS)
            )
    finally:
        await producer.stop()


def event(data: EventData, candidate: UUID | None, sequence: int | None, *, name: str = "", day: int = 0) -> Event:
    return Event.of(
        data,
        id=event_id("ats", name) if name else uuid4(),
        source="ats",
        subject=candidate,
        sequence=sequence,
        time=BEGIN + timedelta(days=day),
    )


def contacted(candidate: UUID, sequence: int, *, name: str = "", day: int = 0) -> Event:
    return event(PursuitContacted(position=POSITION, channel=Channel.EMAIL), candidate, sequence, name=name, day=day)


@asynccontextmanager
async def subscriber(command: list[str], folder: Path, environment: dict[str, str]) -> AsyncIterator[None]:
    """A subscriber of the document, for the length of the block; it has to run until then."""
    with (folder / "said").open("wb") as said:
        process = await asyncio.create_subprocess_exec(
            *command, cwd=folder, env={**os.environ, **environment}, stdout=said, stderr=said
        )
    try:
        yield
        assert process.returncode is None, (folder / "said").read_text()
    except BaseException as failure:
        failure.add_note((folder / "said").read_text())
        raise
    finally:
        if process.returncode is None:
            process.kill()
        await process.wait()


COMMANDS = ("with_aiokafka.py", "with_confluent.py", "subscriber.ts")


def command(script: str, folder: Path) -> list[str]:
    if script.endswith(".py"):
        return [sys.executable, script]
    node = installed()
    (folder / "node_modules").symlink_to(ROOT / "node_modules")
    (folder / "package.json").write_text('{"type": "module"}')
    return [*node, "--disable-warning=ExperimentalWarning", script]


@pytest.mark.parametrize("script", COMMANDS)
async def test_a_subscriber_counts_everything_once(broker: tuple[Stack, str], script: str, tmp_path: Path) -> None:
    stack, address = broker
    ada, alias, erased, rejected, nobody = (uuid4() for _ in range(5))
    rejection = PursuitRejected(position=POSITION, reason=Reason.SKILLS, by=RejectedBy.TEAM)
    write_code("subscribing.md", tmp_path)
    name = f"subscriber_{script.split('.', maxsplit=1)[0]}"
    async with new_database(stack, "connectors", name) as (url, database):
        await database.execute(code("subscribing.md")["tables.sql"])
        plain = url.replace("+asyncpg", "")
        environment = {"DATABASE": plain, "KAFKA": address, "KAFKA_PASSWORD": PASSWORD}

        async def messages() -> dict[UUID, int]:
            mine = [ada, alias, erased, rejected, nobody]
            rows = await database.fetch("SELECT * FROM messages_by_person WHERE person_id = ANY($1)", mine)
            return {row["person_id"]: row["messages"] for row in rows}

        run = command(script, tmp_path)
        await publish(
            stack,
            contacted(ada, 1, name=f"{script}-1"),
            contacted(ada, 1, name=f"{script}-1"),  # delivered twice
            contacted(ada, 2, day=1),
            contacted(alias, 1, day=2),
            contacted(erased, 1),
            contacted(rejected, 1),
            event(ShardCounted(total=9), None, None),
        )
        async with subscriber(run, tmp_path, environment):
            await eventually(messages, lambda found: found == {ada: 2, alias: 1, erased: 1, rejected: 1}, seconds=60)
        await publish(
            stack,
            event(CandidateChanged(candidate_id=alias, person_id=ada), alias, 2),
            event(CandidateChanged(candidate_id=alias, person_id=alias), alias, 1),  # an older state, late
            event(CandidateErased(candidate_id=erased), erased, 3),
            event(EventRetracted(source="ats", id=f"{script}-1"), ada, 3, day=3),
            event(rejection, rejected, 2, day=1),
            event(rejection, rejected, 3, day=2),
            event(EventRetracted.model_validate({"type": "rekindle.pursuit.rejected", "position": POSITION}), rejected, 4, day=3),
            tombstones=[nobody],
        )
        async with subscriber(run, tmp_path, environment):
            await eventually(messages, lambda found: found == {ada: 2, rejected: 1}, seconds=60)
            await publish(stack, contacted(erased, 2, day=3), contacted(rejected, 5, day=4))
            await eventually(messages, lambda found: found == {ada: 2, rejected: 2}, seconds=60)
        valid = await database.fetch("SELECT type FROM valid_fact WHERE person_id = $1 ORDER BY time", rejected)
        assert [row["type"] for row in valid] == ["rekindle.pursuit.contacted"] * 2, "both reports of the rejection are gone"
        assert await database.fetchval("SELECT count(*) FROM fact WHERE candidate_id = $1", erased) == 0
        assert await is_at_the_end(stack, database)


async def is_at_the_end(stack: Stack, database: asyncpg.Connection) -> bool:
    """Whether the table says that every record was read."""
    consumer = AIOKafkaConsumer(bootstrap_servers=stack.env["KAFKA_BOOTSTRAP_SERVERS"], enable_auto_commit=False)
    await consumer.start()
    try:
        partitions = [TopicPartition(topic, number) for topic in (Topic.CANDIDATES, Topic.ENGAGEMENT) for number in range(SHARDS)]
        ends = {tuple(partition): end for partition, end in (await consumer.end_offsets(partitions)).items() if end}
    finally:
        await consumer.stop()
    rows = await database.fetch("SELECT topic, partition, next_offset FROM read_until WHERE next_offset > 0")
    return ends == {(row["topic"], row["partition"]): row["next_offset"] for row in rows}


async def test_a_subscriber_may_read_and_nothing_else(broker: tuple[Stack, str]) -> None:
    _, address = broker
    producer = AIOKafkaProducer(bootstrap_servers=address, **access())
    await producer.start()
    try:
        with pytest.raises(TopicAuthorizationFailedError):
            await producer.send_and_wait(Topic.ENGAGEMENT, b"{}", partition=0)
    finally:
        await producer.stop()
    for group, topic, refusal in (
        ("analytics.projector", Topic.ENGAGEMENT, GroupAuthorizationFailedError),
        ("subscriber-1", Topic.CONTROL, TopicAuthorizationFailedError),
    ):
        consumer = AIOKafkaConsumer(topic, bootstrap_servers=address, group_id=group, **access())
        with pytest.raises(refusal):
            await asyncio.wait_for(_read_one(consumer), 20)


async def _read_one(consumer: AIOKafkaConsumer) -> None:
    try:
        await consumer.start()
        await consumer.getone()
    finally:
        await consumer.stop()


async def test_a_wrong_password_is_refused(broker: tuple[Stack, str]) -> None:
    _, address = broker
    consumer = AIOKafkaConsumer(Topic.ENGAGEMENT, bootstrap_servers=address, **access("wrong"))

    with pytest.raises(KafkaConnectionError):
        await _read_one(consumer)


async def test_kcat_shows_the_events(kafka: str) -> None:
    if shutil.which("kcat") is None:
        pytest.skip("kcat is not installed on this machine")
    process = await asyncio.create_subprocess_exec(
        *("sh", "-c", code("subscribing.md")["kcat.sh"]), env={**os.environ, "KAFKA": kafka}, stderr=asyncio.subprocess.PIPE
    )
    _, errors = await asyncio.wait_for(process.communicate(), 60)

    assert process.returncode == 0, errors.decode()


def test_the_shell_reads_the_kcat_command() -> None:
    command = code("subscribing.md")["kcat.sh"]

    assert f"-t {Topic.ENGAGEMENT} " in command
    assert subprocess.run(["sh", "-n"], input=command, text=True, check=False).returncode == 0
