"""Create the topics with their settings: `python -m rekindle.runtime.topics`, safe to run again.

REKINDLE_SUBSCRIBER names a user who may read what is for subscribers, on a broker that asks who somebody is.

Partitions are only ever added by hand: a topic that exists with another number is reported and left as it is, because
moving keys between partitions would break the order of their streams.
"""

import argparse
import asyncio
import os
import sys
from collections.abc import Sequence

from aiokafka.admin import AIOKafkaAdminClient, NewTopic
from aiokafka.admin.config_resource import ConfigResource, ConfigResourceType
from aiokafka.errors import (
    GroupCoordinatorNotAvailableError,
    GroupLoadInProgressError,
    KafkaError,
    NotCoordinatorForGroupError,
    TopicAlreadyExistsError,
    for_code,
)

from rekindle.runtime.subscribers import allow_reading
from shared.events.topics import Topic

WAIT_SECONDS = 60.0


async def create_topics(bootstrap: str, *, partitions: int, replication: int = 1) -> list[str]:
    """Create what is missing and set what differs; returns remarks for people. Raises KafkaError when it cannot.

    Afterwards the broker serves consumer groups: it makes the topic of their offsets when it is first asked for one.
    """
    admin = AIOKafkaAdminClient(bootstrap_servers=bootstrap, request_timeout_ms=20_000)
    await _connect(admin)
    try:
        existing = await admin.list_topics()
        missing = [topic for topic in Topic if topic.value not in existing]
        if missing:
            await _create(admin, missing, partitions, replication)
        await _configure(admin, [topic for topic in Topic if topic not in missing])
        await _serve_groups(admin)
        return await _remarks(admin, partitions)
    finally:
        await admin.close()


async def existing_topics(bootstrap: str) -> dict[str, int]:
    """The topics on a broker with their numbers of partitions. Raises KafkaError when it does not answer."""
    admin = AIOKafkaAdminClient(bootstrap_servers=bootstrap, request_timeout_ms=5_000)
    try:
        await admin.start()
        found = await admin.describe_topics()
        return {topic["topic"]: len(topic["partitions"]) for topic in found}
    finally:
        await admin.close()


async def _connect(admin: AIOKafkaAdminClient) -> None:
    deadline = asyncio.get_running_loop().time() + WAIT_SECONDS
    while True:
        try:
            await admin.start()
        except KafkaError:
            if asyncio.get_running_loop().time() > deadline:
                raise
            await asyncio.sleep(0.2)
        else:
            return


async def _serve_groups(admin: AIOKafkaAdminClient) -> None:
    deadline = asyncio.get_running_loop().time() + WAIT_SECONDS
    while True:
        try:
            await admin.find_coordinator("rekindle")
        except (GroupCoordinatorNotAvailableError, GroupLoadInProgressError, NotCoordinatorForGroupError):
            if asyncio.get_running_loop().time() > deadline:
                raise
            await asyncio.sleep(0.1)
        else:
            return


async def _create(admin: AIOKafkaAdminClient, missing: Sequence[Topic], partitions: int, replication: int) -> None:
    wanted = [NewTopic(topic.value, topic.partitions(partitions), replication, topic_configs=topic.settings) for topic in missing]
    answer = await admin.create_topics(wanted)
    for name, code, *rest in answer.topic_errors:
        error = for_code(code)
        # Another process may have created it a moment ago, which is just as good.
        if code != 0 and error is not TopicAlreadyExistsError:
            raise error(f"{name}: {rest[0] if rest else ''}")


async def _configure(admin: AIOKafkaAdminClient, existing: Sequence[Topic]) -> None:
    if not existing:
        return
    resources = [ConfigResource(ConfigResourceType.TOPIC, topic.value) for topic in existing]
    held: dict[str, dict[str, str]] = {}
    for answer in await admin.describe_configs(resources):
        for _code, _message, _kind, name, entries in answer.resources:
            held[name] = {entry[0]: entry[1] for entry in entries}
    changed = [
        ConfigResource(ConfigResourceType.TOPIC, topic.value, configs=dict(topic.settings))
        for topic in existing
        if any(held.get(topic.value, {}).get(name) != value for name, value in topic.settings.items())
    ]
    if changed:
        await admin.alter_configs(changed)


async def _remarks(admin: AIOKafkaAdminClient, partitions: int) -> list[str]:
    found = await admin.describe_topics([topic.value for topic in Topic])
    counts = {Topic(topic["topic"]): len(topic["partitions"]) for topic in found}
    return [
        f"{topic} has {count} partitions and {topic.partitions(partitions)} are configured: left as it is"
        for topic, count in counts.items()
        if count not in {0, topic.partitions(partitions)}
    ]


def main() -> int:
    """Create the topics on KAFKA_BOOTSTRAP_SERVERS; exit status 1 with a sentence when that fails."""
    argparse.ArgumentParser(prog="python -m rekindle.runtime.topics", description=__doc__).parse_args()
    bootstrap = os.environ.get("KAFKA_BOOTSTRAP_SERVERS", "127.0.0.1:9092")
    partitions = int(os.environ.get("REKINDLE_PARTITIONS", "12"))
    replication = int(os.environ.get("REKINDLE_REPLICATION", "1"))
    try:
        for remark in asyncio.run(create_topics(bootstrap, partitions=partitions, replication=replication)):
            print(remark)
        if subscriber := os.environ.get("REKINDLE_SUBSCRIBER"):
            asyncio.run(allow_reading(bootstrap, subscriber))
    except KafkaError as error:
        print(f"The topics could not be created on {bootstrap}: {error}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
