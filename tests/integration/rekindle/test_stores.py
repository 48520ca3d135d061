"""Embedded PostgreSQL and Kafka: they start, keep what they hold, come back, and say what is wrong in a sentence."""

import asyncio
import json
import os
import shutil
import socket
from collections.abc import AsyncIterator
from pathlib import Path

import asyncpg
import psutil
import pytest
from aiokafka import AIOKafkaConsumer, AIOKafkaProducer, TopicPartition
from aiokafka.admin import AIOKafkaAdminClient
from aiokafka.admin.config_resource import ConfigResource, ConfigResourceType

from rekindle.embedded import jars, ports
from rekindle.embedded.failures import CannotStart
from rekindle.embedded.folder import DataFolder
from rekindle.embedded.part import Part
from rekindle.embedded.stack import Stack, StackConfig, stores
from rekindle.runtime.topics import existing_topics
from shared.events.topics import Topic
from tests.waiting import eventually


@pytest.fixture(scope="module")
async def stack(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Stack]:
    """Stores of this module's own: it kills them."""
    async with stores(data=tmp_path_factory.mktemp("local"), extra_env={"REKINDLE_PARTITIONS": "3"}) as started:
        yield started


def address(stack: Stack, service: str) -> str:
    return stack.env[f"{service.upper()}_DATABASE_URL"].replace("postgresql+asyncpg", "postgresql")


async def test_each_service_has_its_own_database_and_no_way_into_another(stack: Stack) -> None:
    own = await asyncpg.connect(address(stack, "engagement"))
    assert await own.fetchval("SELECT current_user || ' ' || current_database()") == "engagement engagement"
    assert await own.fetchval("SHOW synchronous_commit") == "on"
    assert int(await own.fetchval("SHOW server_version_num")) // 10000 == 18
    await own.close()

    for other in ("analytics", "postgres"):
        elsewhere = address(stack, "engagement").rsplit("/", 1)[0] + f"/{other}"
        with pytest.raises(asyncpg.InsufficientPrivilegeError):
            await asyncpg.connect(elsewhere)


async def test_a_wrong_password_is_refused(stack: Stack) -> None:
    port = address(stack, "engagement").rsplit(":", 1)[1].split("/")[0]

    with pytest.raises(asyncpg.InvalidPasswordError):
        await asyncpg.connect(f"postgresql://engagement:wrong@127.0.0.1:{port}/engagement")


async def our_topics(bootstrap: str) -> dict[str, int]:
    """The topics with their partitions, but for those of Kafka itself."""
    return {name: count for name, count in (await existing_topics(bootstrap)).items() if not name.startswith("__")}


async def test_topics_have_their_partitions_and_settings(stack: Stack) -> None:
    bootstrap = stack.env["KAFKA_BOOTSTRAP_SERVERS"]
    assert await our_topics(bootstrap) == {topic.value: topic.partitions(3) for topic in Topic}

    admin = AIOKafkaAdminClient(bootstrap_servers=bootstrap)
    await admin.start()
    try:
        for topic in Topic:
            (answer,) = await admin.describe_configs([ConfigResource(ConfigResourceType.TOPIC, topic.value)])
            held = {entry[0]: entry[1] for entry in answer.resources[0][4]}
            assert {name: held[name] for name in topic.settings} == dict(topic.settings)
    finally:
        await admin.close()


async def test_what_was_committed_survives_a_kill(stack: Stack) -> None:
    connection = await asyncpg.connect(address(stack, "candidates"))
    await connection.execute("CREATE TABLE kept (id int); INSERT INTO kept VALUES (7)")

    restarts = await stack.kill("postgres")
    await stack.recovered("postgres", restarts)
    await connection.close()

    again = await asyncpg.connect(address(stack, "candidates"))
    assert await again.fetchval("SELECT id FROM kept") == 7
    await again.execute("DROP TABLE kept")
    await again.close()


async def unanswered(part: Part) -> bool:
    """Whether a small question gets no answer within half a second."""
    assert part.answers is not None
    try:
        await asyncio.wait_for(part.answers(), 0.5)
    except TimeoutError:
        return True
    return False


@pytest.mark.parametrize("store", ["postgres", "kafka"])
async def test_a_store_answers_until_it_is_stalled(stack: Stack, store: str) -> None:
    part = stack.parts[store].plan.part
    assert part.answers is not None
    assert await part.answers()

    stack.pause(store)
    try:
        # A signal takes a moment on a busy machine; whoever waits for a processor may still answer until then.
        await eventually(lambda: unanswered(part), bool)
    finally:
        stack.resume(store)
    assert await part.answers()


async def publish(bootstrap: str, value: bytes) -> None:
    producer = AIOKafkaProducer(bootstrap_servers=bootstrap, acks="all", enable_idempotence=True)
    await producer.start()
    await producer.send_and_wait(Topic.ENGAGEMENT.value, value, partition=0)
    await producer.stop()


async def read_first(bootstrap: str) -> bytes:
    consumer = AIOKafkaConsumer(bootstrap_servers=bootstrap, enable_auto_commit=False)
    await consumer.start()
    try:
        partition = TopicPartition(Topic.ENGAGEMENT.value, 0)
        consumer.assign([partition])
        await consumer.seek_to_beginning(partition)
        record = await consumer.getone()
        return bytes(record.value)
    finally:
        await consumer.stop()


async def test_what_was_acknowledged_survives_a_kill_and_a_lost_folder_gets_its_topics_back(stack: Stack) -> None:
    bootstrap = stack.env["KAFKA_BOOTSTRAP_SERVERS"]
    await publish(bootstrap, b"kept")

    restarts = await stack.kill("kafka")
    await stack.recovered("kafka", restarts)
    assert await read_first(bootstrap) == b"kept"

    await stack.halt("kafka")
    shutil.rmtree(stack.folder.kafka)
    await stack.start_again("kafka")

    assert await our_topics(bootstrap) == {topic.value: topic.partitions(3) for topic in Topic}
    await publish(bootstrap, b"new")
    assert await read_first(bootstrap) == b"new"


async def test_a_second_start_finds_the_data_and_leaves_nothing_running(tmp_path: Path) -> None:
    async with stores(data=tmp_path, kafka=False) as first:
        connection = await asyncpg.connect(address(first, "analytics"))
        await connection.execute("CREATE TABLE kept (id int); INSERT INTO kept VALUES (7)")
        await connection.close()
        pid = first.parts["postgres"].pid
        environment = dict(first.env)
    assert not psutil.pid_exists(pid)

    async with stores(data=tmp_path, kafka=False) as second:
        assert second.env == environment
        connection = await asyncpg.connect(address(second, "analytics"))
        assert await connection.fetchval("SELECT id FROM kept") == 7
        await connection.close()


async def test_a_folder_in_use_is_refused_and_its_owner_left_alone(stack: Stack) -> None:
    with pytest.raises(CannotStart, match="is in use by a stack that runs already"):
        async with stores(data=stack.folder.path):
            pass

    connection = await asyncpg.connect(address(stack, "engagement"))
    assert await connection.fetchval("SELECT 1") == 1
    await connection.close()


async def test_a_folder_of_another_version_starts_nothing(tmp_path: Path) -> None:
    (tmp_path / "VERSION").write_text(json.dumps({"layout": "1", "postgresql": "17", "kafka": "4.3.1"}))

    with pytest.raises(CannotStart, match="was written with postgresql 17"):
        async with stores(data=tmp_path):
            pass
    assert not (tmp_path / "postgres").exists()


async def test_a_taken_port_starts_nothing(tmp_path: Path) -> None:
    with socket.socket() as other:
        other.bind((ports.LOOPBACK, 0))
        other.listen()
        port = other.getsockname()[1]
        folder = DataFolder(tmp_path)
        with folder.in_use(), pytest.raises(CannotStart, match=f"Port {port} is taken"):
            await Stack(folder, StackConfig(port=port), lambda _line: None).start()
    assert not (tmp_path / "postgres").exists()


async def test_a_port_of_the_last_start_that_is_taken_now_is_replaced(tmp_path: Path) -> None:
    with socket.socket() as other:
        other.bind((ports.LOOPBACK, 0))
        other.listen()
        taken = other.getsockname()[1]
        (tmp_path / "ports.json").write_text(json.dumps({"postgres": taken}))
        async with stores(data=tmp_path, kafka=False) as stack:
            assert f":{taken}/" not in stack.env["ENGAGEMENT_DATABASE_URL"]


async def test_a_broker_that_will_not_start_shows_its_last_words(tmp_path: Path) -> None:
    settings = {"log.retention.ms": "not a number"}

    with pytest.raises(CannotStart, match=r"kafka did not start|Kafka could not create") as failure:
        async with stores(data=tmp_path, postgres=False, kafka_settings=settings):
            pass
    assert "not a number" in failure.value.detail
    assert not ours(tmp_path)


async def test_a_database_server_that_will_not_start_shows_its_last_words(tmp_path: Path) -> None:
    with pytest.raises(CannotStart, match="postgres did not start") as failure:
        async with stores(data=tmp_path, kafka=False, postgres_settings={"shared_buffers": "none"}):
            pass
    assert "shared_buffers" in failure.value.detail
    assert not ours(tmp_path)


def ours(folder: Path) -> list[psutil.Process]:
    """The processes that carry a folder in their command line."""
    return [
        process
        for process in psutil.process_iter(["cmdline"])
        if process.pid != os.getpid() and any(str(folder) in word for word in process.info["cmdline"] or ())
    ]


async def test_given_addresses_take_the_place_of_embedded_parts(
    stack: Stack, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, value in stack.env.items():
        monkeypatch.setenv(name, value)
    monkeypatch.delenv("ANALYTICS_DATABASE_URL")

    async with stores(data=tmp_path, extra_env={"REKINDLE_PARTITIONS": "3"}) as second:
        assert list(second.parts) == ["postgres"]
        assert second.env["ENGAGEMENT_DATABASE_URL"] == stack.env["ENGAGEMENT_DATABASE_URL"]
        assert second.env["ANALYTICS_DATABASE_URL"] != stack.env["ANALYTICS_DATABASE_URL"]


async def test_an_unreachable_repository_is_told_in_one_sentence(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("M2_REPO", str(tmp_path / "empty"))
    monkeypatch.setenv("REKINDLE_MAVEN_URL", f"http://127.0.0.1:{ports.choose()}")

    with pytest.raises(CannotStart, match="Maven Central cannot be reached"):
        jars.installed(cache=tmp_path / "cache")
    assert not [path for path in (tmp_path / "cache").iterdir() if path.is_dir()]


async def test_a_broker_of_another_stack_is_not_taken_for_its_own(
    stack: Stack, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Two stacks that start in the same moment both find the port free; one of them gets it."""
    taken = int(stack.env["KAFKA_BOOTSTRAP_SERVERS"].rpartition(":")[2])
    DataFolder(tmp_path).remember("ports", {"kafka": taken})
    monkeypatch.setattr(ports, "is_free", lambda _port: True)

    with pytest.raises(CannotStart, match="kafka did not start"):
        async with stores(data=tmp_path, postgres=False):
            pytest.fail("it is ready with the broker of another stack")
