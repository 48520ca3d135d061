"""``after`` and ``wait`` of a request: a client that has just written reads its own writes.

An application that takes them puts its ``ProjectionWaiter`` on ``app.state.projection_waiter``; an operation declares
``waited: WaitedDep``.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Annotated
from uuid import UUID

from fastapi import Depends, Query, Request
from pydantic import BaseModel, ConfigDict, Field

from shared.errors import FieldError, Invalid
from shared.events import Topic
from shared.ids import candidate_id, is_id
from shared.inbox.waiter import Awaited, ProjectionWaiter

DEFAULT_WAIT = 5.0
LONGEST_WAIT = 60.0
"""Seconds."""
MOST = 10_000
"""How many may be waited for in one call."""

EXAMPLE = f"{candidate_id('demo:ada')}:1"
"""The first event of a person of the demo."""

_TOPICS = {"candidate": Topic.CANDIDATES, "position": Topic.POSITIONS}
_FORM = "must be <candidate_id>:<sequence>, candidate:<id>:<version> or position:<id>:<version>"


class MalformedAfter(Invalid):
    """What is to be waited for is no event's or record's ``after``."""

    code = "malformed_after"
    title = "What is to be waited for cannot be read"


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


async def _waiter(request: Request) -> ProjectionWaiter:
    waiter: ProjectionWaiter = request.app.state.projection_waiter
    return waiter


WaiterDep = Annotated[ProjectionWaiter, Depends(_waiter)]


@dataclass(frozen=True, slots=True)
class Waited:
    """That everything which the call's ``after`` names is applied."""

    count: int


async def _waited(
    waiter: WaiterDep,
    after: Annotated[
        str | None,
        Query(
            max_length=100_000,
            description="Answer once these are counted: the after of events and records, several with commas.",
            examples=[EXAMPLE],
        ),
    ] = None,
    wait: Annotated[float, Query(ge=0, le=LONGEST_WAIT, description="Seconds to wait for them; then 504.")] = DEFAULT_WAIT,
) -> Waited:
    awaited = read_awaited([one.strip() for one in after.split(",")]) if after is not None else []
    await waiter.wait(awaited, seconds=wait)
    return Waited(len(awaited))


WaitedDep = Annotated[Waited, Depends(_waited)]
"""Reads ``after`` and ``wait``, and has waited. 422 where ``after`` does not read, 504 with what is missing."""


class WaitRequest(BaseModel):
    """What to wait for, and how long."""

    model_config = ConfigDict(extra="forbid", json_schema_extra={"examples": [{"after": [EXAMPLE], "wait": 10}]})

    after: list[Annotated[str, Field(max_length=200)]] = Field(
        max_length=MOST,
        description="The after of events and records.",
        examples=[[EXAMPLE]],
    )
    wait: float = Field(DEFAULT_WAIT, ge=0, le=LONGEST_WAIT, description="Seconds.", allow_inf_nan=False)


class WaitResult(BaseModel):
    """Everything that was waited for is applied."""

    counted: int = Field(description="How many were waited for.")


async def wait_for(waiter: ProjectionWaiter, body: WaitRequest) -> WaitResult:
    """Wait as the body says. Raises MalformedAfter, and NotCountedYet with what is missing."""
    awaited = read_awaited(body.after)
    await waiter.wait(awaited, seconds=body.wait)
    return WaitResult(counted=len(awaited))
