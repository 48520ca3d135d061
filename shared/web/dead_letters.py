"""/v1/<service>/dead-letters: records that a service could not apply, for whoever runs it: see, apply again, set aside.

Like `rekindle dead-letters`, without the records' values.
"""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime
from typing import Annotated, Literal

from fastapi import APIRouter, Body, Path, Query
from pydantic import BaseModel, ConfigDict, Field

from shared.db.engine import is_transient
from shared.errors import Conflict, NotFound
from shared.inbox.dead_letters import DeadLetter, DeadLetterError, DeadLetterUnknownError, discard, group_of, replay, waiting
from shared.kafka.consumer import Subscription
from shared.observability.describing import describe
from shared.security.auth import requires
from shared.security.token_issuer import Scope
from shared.web.dependencies import SessionsDep
from shared.web.pagination import decode_cursor, encode_cursor
from shared.web.routing import StrictRoute

TAG = {
    "dead letters": "Records that a service could not apply: see them, apply them once their cause is mended, or set them aside."
}
Number = Annotated[int, Path(ge=1, lt=2**63, description="The number of the dead letter.", examples=[12])]


class DeadLetterStays(Conflict):
    """It still cannot be applied, or was settled already."""

    code = "dead_letter_stays"
    title = "The dead letter stays as it is"


class WaitingDeadLetter(BaseModel):
    """A record that could not be applied, without its value."""

    number: int = Field(description="Its number in this service.", examples=[12])
    group: str = Field(description="The consumer group that could not apply it.", examples=["analytics.projector"])
    topic: str = Field(description="The topic of the record.", examples=["rekindle.engagement.v1"])
    partition: int = Field(description="Its partition.", examples=[3])
    offset: int = Field(description="Its place in the partition.", examples=[48211])
    type: str | None = Field(
        description="The type of its event; null where it names none.", examples=["rekindle.pursuit.contacted"]
    )
    error: str = Field(
        description="What went wrong, in a line without values.",
        examples=["ValueError() at services.engagement.consumers.facts:31"],
    )
    left_hole: bool = Field(description="Whether its stream went on without it.", examples=[False])
    created_at: datetime = Field(description="Since when it waits (UTC).", examples=["2026-03-02T09:15:00Z"])

    @classmethod
    def of(cls, letter: DeadLetter) -> "WaitingDeadLetter":
        kind = dict(letter.headers).get("ce_type")
        return cls(
            number=letter.id,
            group=letter.group,
            topic=letter.topic,
            partition=letter.partition,
            offset=letter.offset,
            type=None if kind is None else kind.decode(errors="replace"),
            error=(letter.error.strip().splitlines() or [""])[-1],
            left_hole=letter.left_hole,
            created_at=letter.created_at,
        )


class DeadLetterPage(BaseModel):
    """Dead letters that wait, the oldest first."""

    items: list[WaitingDeadLetter] = Field(description="Those that were neither applied nor set aside.")
    next_cursor: str | None = Field(description="Continues the list; null on the last page.", examples=[None])


class DeadLetterDiscard(BaseModel):
    """Why a dead letter will never be applied."""

    model_config = ConfigDict(extra="forbid")

    reason: str = Field(
        min_length=1, max_length=500, pattern=r"\S", description="Kept with it.", examples=["made by a test of the old release"]
    )


class SettledDeadLetter(BaseModel):
    """A dead letter that waits no more."""

    number: int = Field(description="Its number in this service.", examples=[12])
    status: Literal["replayed", "discarded"] = Field(description="What became of it.", examples=["replayed"])


def dead_letters_router(service: str, subscriptions: Sequence[Subscription]) -> APIRouter:
    """The operations on one service's dead letters."""
    groups = {one.group: one for one in subscriptions}
    router = APIRouter(
        prefix=f"/v1/{service}/dead-letters",
        tags=["dead letters"],
        route_class=StrictRoute,
        dependencies=[requires(Scope.ADMIN)],
    )
    purpose = f"dead letters of {service}"

    @router.get("", name=f"list_{service}_dead_letters")
    async def list_letters(
        sessions: SessionsDep,
        cursor: Annotated[str | None, Query(max_length=500)] = None,
        limit: Annotated[int, Query(ge=1, le=200)] = 50,
    ) -> DeadLetterPage:
        """List the records that could not be applied and wait, the oldest first."""
        after = 0 if cursor is None else decode_cursor(purpose, cursor, int)
        found = await waiting(sessions, limit=limit + 1, after=after)
        more = encode_cursor(purpose, [found[limit - 1].id]) if len(found) > limit else None
        return DeadLetterPage(items=[WaitingDeadLetter.of(letter) for letter in found[:limit]], next_cursor=more)

    @router.post("/{number}/replay", name=f"replay_{service}_dead_letter")
    async def replay_letter(sessions: SessionsDep, number: Number) -> SettledDeadLetter:
        """Apply a record now, once, in its place in the order. 409 with the reason where that still fails; it stays then."""
        with _refusals(number):
            subscription = groups.get(await group_of(sessions, number))
            if subscription is None:
                raise DeadLetterError(
                    "no part applies the records of this group from here: whoever needs them asks for them again"
                )
            await replay(sessions, subscription.handler, number, opening=subscription.opening)
        return SettledDeadLetter(number=number, status="replayed")

    @router.post("/{number}/discard", name=f"discard_{service}_dead_letter")
    async def discard_letter(
        sessions: SessionsDep,
        number: Number,
        body: Annotated[DeadLetterDiscard, Body(openapi_examples={"old": {"value": {"reason": "made by a test"}}})],
    ) -> SettledDeadLetter:
        """Set a record aside for good: it is listed and counted no more, and cannot be applied. 409 where it is settled."""
        with _refusals(number):
            await discard(sessions, number, body.reason.strip())
        return SettledDeadLetter(number=number, status="discarded")

    return router


@contextmanager
def _refusals(number: int) -> Iterator[None]:
    """Why a dead letter stays, as the problem that is answered."""
    try:
        yield
    except DeadLetterUnknownError as error:
        raise NotFound(f"There is no dead letter {number}.") from error
    except DeadLetterError as error:
        raise DeadLetterStays(f"{str(error)[:1].upper()}{str(error)[1:]}.") from error
    except Exception as error:
        # What a handler raises is what made the letter dead; the database's own faults are another matter.
        if is_transient(error):
            raise
        raise DeadLetterStays(f"It still cannot be applied: {describe(error)}") from error
