"""Read erasures; take what services confirm; publish again what services on the bus have not confirmed for long."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from services.candidates.domain.erasures import Erasure, Status
from services.candidates.domain.errors import ErasureUnknown, NotWaitedFor
from services.candidates.domain.people import publish_erased
from services.candidates.storage import candidates, erasures
from services.candidates.use_cases.views import Page
from shared import outbox
from shared.db.asyncpg_connection import Driver, write_together
from shared.db.engine import Sessions
from shared.events import ErasureConfirmed, Topic
from shared.observability.tracing import current_traceparent

AT_ONCE = 100
"""Erasures that are published again at once."""


@dataclass(frozen=True, slots=True)
class Confirmation:
    """What a service says that it has removed, over HTTP. ``removed`` counts by kind."""

    service: str
    removed: Mapping[str, int]
    by: str


async def read_erasure(sessions: Sessions, erasure: UUID) -> Erasure:
    """The erasure of that id. Raises ErasureUnknown."""
    async with sessions.alone() as connection:
        return _known(erasure, await erasures.find(connection, erasure))


async def list_erasures(
    sessions: Sessions, *, status: Status | None, service: str | None, after: tuple[datetime, UUID] | None, limit: int
) -> Page:
    """Erasures, the oldest first."""
    async with sessions.alone() as connection:
        found = await erasures.page(connection, status=status, service=service, after=after, limit=limit + 1)
    last = found[limit - 1] if len(found) > limit else None
    return Page(list(found[:limit]), None if last is None else [last.erased_at.isoformat(), str(last.id)])


async def confirm(sessions: Sessions, erasure: UUID, confirmation: Confirmation, *, now: datetime) -> Erasure:
    """A service has removed all that it held of the person; again, the first confirmation stays.

    Raises ErasureUnknown, and NotWaitedFor.
    """
    async with sessions.begin_raw() as transaction:
        connection = transaction.connection
        found = _known(erasure, await erasures.find(connection, erasure, lock=True))
        answer = next((one for one in found.answers if one.service == confirmation.service), None)
        if answer is None:
            named = ", ".join(one.service for one in found.answers)
            raise NotWaitedFor.of("service", f"must be one that the erasure waits for: {named}")
        said = answer.confirmed(found.streams, confirmation.removed, by=confirmation.by, now=now)
        if said is not answer:
            await erasures.save_answer(connection, erasure, said)
    return await read_erasure(sessions, erasure)


async def take_confirmations(connection: Driver, confirmed: Collection[ErasureConfirmed], *, now: datetime) -> None:
    """Note what services confirmed on the bus, in the consume loop's transaction. What nobody waits for changes nothing."""
    for one in sorted(confirmed, key=lambda one: one.erasure_id):
        found = await erasures.find(connection, one.erasure_id, lock=True)
        for answer in () if found is None else found.answers:
            said = (
                answer.confirmed([one.candidate_id], one.removed, by=None, now=now) if answer.service == one.service else answer
            )
            if said is not answer:
                await erasures.save_answer(connection, one.erasure_id, said)


async def publish_again(connection: Driver, *, now: datetime, shards: int) -> bool:
    """Publish erasures again that services on the bus have not confirmed for long; whether there were any.

    A confirmation can be lost with the broker, or because nobody read it within the day that it is kept.
    """
    due = await erasures.due_again(connection, now, AT_ONCE)
    if not due:
        return False
    await connection.execute(candidates.SHARE_MAP)
    stubs = await candidates.lock_people(connection, due)
    traceparent = current_traceparent()
    events = [publish_erased(stub, now=now, traceparent=traceparent) for stub in stubs.values()]
    await write_together(
        connection, [*candidates.saving(stubs.values()), *outbox.appending(Topic.CANDIDATES, events, shards=shards)]
    )
    return True


def _known(erasure: UUID, found: Erasure | None) -> Erasure:
    if found is None:
        raise ErasureUnknown(f"There is no erasure {erasure}.")
    return found
