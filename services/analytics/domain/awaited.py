"""What a client may wait for: the ``after`` that an event or a record was answered with."""

from collections.abc import Iterable
from dataclasses import dataclass
from uuid import UUID

from services.analytics.domain.errors import MalformedAfter
from shared.errors import FieldError
from shared.events import Topic
from shared.ids import is_id

MOST = 10_000
"""How many may be waited for in one call."""

_TOPICS = {"candidate": Topic.CANDIDATES, "position": Topic.POSITIONS}
_FORM = "must be <candidate_id>:<sequence>, candidate:<id>:<version> or position:<id>:<version>"


@dataclass(frozen=True, slots=True)
class Awaited:
    """A place in a stream; it is counted once the stream's head has reached it."""

    topic: Topic
    stream: UUID
    sequence: int
    text: str
    """As the client wrote it."""


def read_awaited(texts: Iterable[str], *, field: str = "after") -> list[Awaited]:
    """Read what is to be waited for. Raises MalformedAfter, which names each that cannot be read."""
    found: list[Awaited] = []
    wrong: list[FieldError] = []
    for index, text in enumerate(texts):
        one = _read(text)
        if one is None:
            wrong.append(FieldError(f"{field}[{index}]", _FORM))
        else:
            found.append(one)
    if len(found) > MOST:
        wrong.append(FieldError(field, f"must not hold more than {MOST}"))
    if wrong:
        raise MalformedAfter("; ".join(f"{one.field} {one.rule}" for one in wrong[:5]), errors=wrong[:100])
    return found


def _read(text: str) -> Awaited | None:
    head, _, number = text.rpartition(":")
    kind, colon, stream = head.rpartition(":")
    topic = _TOPICS.get(kind) if colon else Topic.ENGAGEMENT
    if topic is None or not is_id(stream) or not (number.isascii() and number.isdigit()) or len(number) > 18:
        return None
    return Awaited(topic, UUID(stream), int(number), text)
