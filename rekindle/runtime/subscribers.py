"""What a subscriber may do on a broker that asks who somebody is: read the topics that are for subscribers, and nothing else."""

from collections.abc import Iterator
from enum import IntEnum

from aiokafka.admin import AIOKafkaAdminClient
from aiokafka.errors import for_code
from aiokafka.protocol.admin import CreateAclsRequest

from shared.events.topics import Topic


class Resource(IntEnum):
    """Kafka's numbers for what a rule is about."""

    TOPIC = 2
    GROUP = 3


class Pattern(IntEnum):
    """Kafka's numbers for how a rule's name is read."""

    LITERAL = 3
    PREFIXED = 4


READ, ALLOW = 3, 3
"""Kafka's numbers for the operation and the permission; who may read may describe."""


async def allow_reading(bootstrap: str, user: str) -> None:
    """Let a user read, again and again the same. Raises KafkaError.

    Their groups' names begin with the user's name, so that nobody joins a group of ours and takes its partitions.
    """
    admin = AIOKafkaAdminClient(bootstrap_servers=bootstrap, request_timeout_ms=20_000)
    await admin.start()
    try:
        for resource, name, pattern in _rules(user):
            request = CreateAclsRequest(resource, name, pattern, f"User:{user}", "*", READ, ALLOW)
            answer = await admin._send_to_controller(request)  # noqa: SLF001 - the client has no method for it
            for code, message in answer.creation_responses:
                if code:
                    raise for_code(code)(message)
    finally:
        await admin.close()


def _rules(user: str) -> Iterator[tuple[Resource, str, Pattern]]:
    yield Resource.GROUP, user, Pattern.PREFIXED
    for topic in Topic:
        if topic.is_sequenced:
            yield Resource.TOPIC, topic.value, Pattern.LITERAL
