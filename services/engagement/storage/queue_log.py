"""The queue log: what was done with items. Rows are only added; what is added to one later decides nothing."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from services.engagement.domain.queue import Moved, QueueStatus, item_id
from services.engagement.domain.queue_log import HOLDING, Action, Brought, Done, QueueEntry
from services.engagement.storage.announcements import HEAD, SOURCE, event_id
from shared import outbox
from shared.db.asyncpg_connection import driver, inserting, write_together
from shared.db.engine import notify_after_commit
from shared.events import BY_TYPE, Event, Topic
from shared.events.queue import Owed, Plan, QueueItemErased, QueueItemEvent
from shared.events.vocabulary import QueueOutcome, Reason
from shared.observability.tracing import current_traceparent

# With the rows of their other streams, of which deriving them afterwards may announce something: all in one order.
_NUMBER = f"""
    WITH own AS MATERIALIZED (
        SELECT candidate_id FROM relationships WHERE person_id = ANY($1::uuid[]) ORDER BY candidate_id FOR NO KEY UPDATE
    )
    UPDATE relationships SET reengagement_sequence = {HEAD} + 1
    WHERE candidate_id IN (SELECT candidate_id FROM own WHERE candidate_id = ANY($1::uuid[]))
    RETURNING candidate_id, reengagement_sequence
    """  # noqa: S608 - a constant
_LINE = (
    ("candidate_id", "uuid"), ("sequence", "bigint"), ("type", "text"), ("data", "jsonb"), ("action", "text"),
    ("at", "timestamptz"), ("recruiter", "text"), ("lease", "uuid"), ("lease_expires_at", "timestamptz"),
    ("newest_close", "timestamptz"), ("outcome", "text"), ("until", "timestamptz"), ("due_at", "timestamptz"), ("note", "text"),
    ("request", "uuid"),
)  # fmt: skip
_OF_STREAMS = text(
    """
    SELECT candidate_id, number, action, at, recruiter, lease, lease_expires_at, newest_close, outcome, until, due_at,
        CASE action WHEN 'dismissed' THEN jsonb_path_query_array(data, '$.plans[*].position_id') END AS dismissed,
        CASE WHEN data ? 'owed' THEN jsonb_path_query_array(data, '$.owed[*].obligation_id') END AS owed,
        CASE action WHEN 'claimed' THEN
            jsonb_path_query_array(data, '$.plans[*] ? (@.trigger == "position_opened")') END AS brought_by
    FROM queue_log WHERE candidate_id = ANY(CAST(:streams AS uuid[]))
    """
)
_AFTER = text(
    """
    SELECT candidate_id, sequence, type, data, at FROM queue_log WHERE candidate_id = :stream AND sequence > :after
    UNION ALL SELECT candidate_id, sequence, type, data, at FROM announcements
    WHERE candidate_id = :stream AND sequence > :after ORDER BY sequence LIMIT :limit
    """
)
_SCRUB = text(
    """
    UPDATE queue_log SET note = NULL, type = :stub,
        data = jsonb_build_object('item_id', data -> 'item_id', 'candidate_id', data -> 'candidate_id')
    WHERE candidate_id = ANY(CAST(:streams AS uuid[])) AND type <> :stub RETURNING candidate_id
    """
)
_HEADS = text(
    f"SELECT candidate_id, {HEAD} AS head FROM relationships"  # noqa: S608 - a constant
    " WHERE candidate_id BETWEEN :first AND :last AND reengagement_sequence > 0"
)


_OF_LEASE = text(
    """
    SELECT candidate_id, number, sequence, action, at, recruiter, lease_expires_at, outcome, until, note, data,
        answered_status, answered_due_at
    FROM queue_log WHERE lease = :lease ORDER BY number
    """
)
_ANSWERED = text(
    "UPDATE queue_log SET answered_status = :status, answered_due_at = :due_at "
    "WHERE number = (SELECT max(number) FROM queue_log WHERE lease = :lease)"
)
_IS_LAST = text(
    """
    SELECT NOT EXISTS (
        SELECT FROM queue_log JOIN relationships USING (candidate_id)
        WHERE person_id = :person AND number > :number AND action <> 'fell_due'
    )
    """
)
_ANSWERED_EACH = text(
    """
    UPDATE queue_log SET answered_status = given.status, answered_due_at = given.due_at
    FROM unnest(CAST(:streams AS uuid[]), CAST(:statuses AS text[]), CAST(:dues AS timestamptz[])) AS given (id, status, due_at)
    WHERE request = :request AND candidate_id = given.id
    """
)
_OF_REQUEST = text("SELECT candidate_id, answered_status, answered_due_at FROM queue_log WHERE request = :request")


@dataclass(frozen=True, slots=True)
class Finished:
    """What was done with a lease, when, and how it was answered; the line's number, its stream, and its event on the bus."""

    done: Done
    at: datetime
    answer: Moved
    number: int
    stream: UUID
    event_id: UUID
    plans: list[Plan]
    owed: list[Owed]
    """What was due then, as the event has it."""


@dataclass(frozen=True, slots=True)
class Leased:
    """A lease. ``stream`` stood for the person when the item was claimed; ``restored`` is how taking back was answered."""

    stream: UUID
    recruiter: str
    expires_at: datetime
    finished: Finished | None = None
    restored: Moved | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """A line to be written, and the event that subscribers get of it. ``at`` is when it was done."""

    done: Done
    event: QueueItemEvent
    at: datetime
    recruiter: str | None = None
    lease: UUID | None = None
    lease_expires_at: datetime | None = None
    newest_close: datetime | None = None
    due_at: datetime | None = None
    request: UUID | None = None
    """Token of the request that writes it."""

    @property
    def stream(self) -> UUID:
        """The stream that stands for the person, whose next sequence on the topic the line takes."""
        return self.event.candidate_id


async def write(
    session: AsyncSession, lines: Sequence[Line], *, shards: int, sequences: Mapping[UUID, int] | None = None
) -> None:
    """Add lines, one for a stream at most, and put their events into the outbox.

    ``sequences`` are those that the lines' streams were given for them already. The caller holds the locks of the persons.
    """
    if not lines:
        return
    connection = await driver(session)
    ordered = sorted(lines, key=lambda line: line.stream)
    if sequences is None:
        sequences = dict(await connection.fetch(_NUMBER, [line.stream for line in ordered]))
    traceparent = current_traceparent()
    events = [_event(line, sequences[line.stream], traceparent) for line in ordered]
    rows = list(map(_row, ordered, events))
    await write_together(
        connection, [inserting("queue_log", _LINE, rows), *outbox.appending(Topic.REENGAGEMENT, events, shards=shards)]
    )
    notify_after_commit(session)


def _row(line: Line, event: Event) -> tuple[Any, ...]:
    """A line's columns, as they are inserted; ``data`` is the event's as it is published."""
    return (
        line.stream,
        event.sequence,
        event.type,
        event.value.decode(),
        line.done.action,
        line.at,
        line.recruiter,
        line.lease,
        line.lease_expires_at,
        line.newest_close,
        line.done.outcome,
        line.done.until,
        line.due_at,
        line.done.note,
        line.request,
    )


def _event(line: Line, sequence: int, traceparent: str | None) -> Event:
    return Event.of(
        line.event,
        id=event_id(line.stream, sequence),
        source=SOURCE,
        subject=line.stream,
        sequence=sequence,
        time=line.at,
        traceparent=traceparent,
    )


async def of_streams(session: AsyncSession, streams: Collection[UUID]) -> list[QueueEntry]:
    """Every line of the streams, in no order."""
    rows = await session.execute(_OF_STREAMS, {"streams": sorted(streams)})
    return [
        QueueEntry(
            stream=row.candidate_id,
            number=row.number,
            action=Action(row.action),
            at=row.at,
            recruiter=row.recruiter,
            lease=row.lease,
            lease_expires_at=row.lease_expires_at,
            newest_close=row.newest_close,
            outcome=None if row.outcome is None else QueueOutcome(row.outcome),
            until=row.until,
            due_at=row.due_at,
            dismissed=[UUID(position) for position in row.dismissed or ()],
            brought_by=[Brought(UUID(plan["position_id"]), Reason(plan["reason"])) for plan in row.brought_by or ()],
            owed=[UUID(obligation) for obligation in row.owed or ()],
        )
        for row in rows
    ]


async def events_after(session: AsyncSession, stream: UUID, after: int, limit: int) -> list[Event]:
    """The events of one stream of rekindle.reengagement.v1 that follow a sequence, in order, as they were published."""
    rows = await session.execute(_AFTER, {"stream": stream, "after": after, "limit": limit})
    return [
        Event(
            id=event_id(row.candidate_id, row.sequence),
            type=row.type,
            source=SOURCE,
            subject=row.candidate_id,
            sequence=row.sequence,
            time=row.at,
            value=BY_TYPE[row.type].model_validate(row.data).public_json(),
        )
        for row in rows
    ]


async def heads(session: AsyncSession, first: UUID, last: UUID) -> dict[UUID, int]:
    """The last sequence of every stream of the topic between two ids, both included."""
    rows = await session.execute(_HEADS, {"first": first, "last": last})
    return {row.candidate_id: row.head for row in rows}


async def scrub(session: AsyncSession, streams: Collection[UUID]) -> Sequence[UUID]:
    """Drop the free text of the streams' lines, and leave stubs of their events; what remains are times, codes and numbers.

    Returns the stream of each line that had content.
    """
    return (await session.scalars(_SCRUB, {"streams": sorted(streams), "stub": QueueItemErased.type})).all()


def stub(stream: UUID) -> QueueItemErased:
    """What is published in the place of an event about the item of a person who was erased."""
    return QueueItemErased(item_id=item_id(stream), candidate_id=stream)


async def claimed_by(session: AsyncSession, request: UUID) -> dict[UUID, UUID]:
    """The lease of each person, as a stream, whose item a request claimed; none where no run of it was committed."""
    return dict(await (await driver(session)).fetch("SELECT candidate_id, lease FROM queue_log WHERE request = $1", request))


async def of_lease(session: AsyncSession, lease: UUID) -> Leased | None:
    """What is on record of a lease; None where there never was one."""
    rows = (await session.execute(_OF_LEASE, {"lease": lease})).all()
    if not rows:
        return None
    first, last = rows[0], rows[-1]
    until = max(row.lease_expires_at for row in rows if row.action in HOLDING)
    held = Leased(first.candidate_id, first.recruiter, until)
    if last.action in HOLDING:
        return held
    if last.action == Action.RESTORED:
        return replace(held, restored=_answer(last))
    return replace(held, finished=_finished(last))


async def is_last(session: AsyncSession, finished: Finished, person: UUID) -> bool:
    """Whether nothing else was done with the person's item since, but that it fell due."""
    return bool(await session.scalar(_IS_LAST, {"person": person, "number": finished.number}))


def _finished(row: Any) -> Finished:
    outcome = None if row.outcome is None else QueueOutcome(row.outcome)
    done = Done(Action(row.action), outcome, row.until, row.note)
    event = event_id(row.candidate_id, row.sequence)
    plans = [Plan.model_validate(one) for one in row.data.get("plans", [])]
    owed = [Owed.model_validate(one) for one in row.data.get("owed", [])]
    return Finished(done, row.at, _answer(row), row.number, row.candidate_id, event, plans, owed)


def _answer(row: Any) -> Moved:
    return Moved(None if row.answered_status is None else QueueStatus(row.answered_status), row.answered_due_at)


async def answers_of(session: AsyncSession, request: UUID) -> dict[UUID, Moved]:
    """How each item stood, by the stream that stood for its person, after what a request has done with it so far."""
    rows = await session.execute(_OF_REQUEST, {"request": request})
    return {row.candidate_id: _answer(row) for row in rows}


async def keep_answers(session: AsyncSession, request: UUID, answers: Mapping[UUID, Moved]) -> None:
    """Keep with what a request did how each item stood then, by the stream that stands for its person."""
    values = {
        "request": request,
        "streams": list(answers),
        "statuses": [one.status for one in answers.values()],
        "dues": [one.due_at for one in answers.values()],
    }
    await session.execute(_ANSWERED_EACH, values)


async def keep_answer(session: AsyncSession, lease: UUID, answer: Moved) -> None:
    """Keep with what was done with a lease how it was answered."""
    await session.execute(_ANSWERED, {"lease": lease, "status": answer.status, "due_at": answer.due_at})
