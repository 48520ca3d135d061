"""Undo an import: take back what it stated and nobody has stated since; who has no record then is unknown again."""

from collections import defaultdict
from collections.abc import Collection, Mapping
from datetime import datetime
from uuid import UUID

from services.candidates.domain.people import Stream, bring_up_to_date
from services.candidates.domain.registers import Observation, heads_of
from services.candidates.storage import candidates, history, import_rows, withdrawals
from services.candidates.storage.history import Entry
from shared import outbox
from shared.db.asyncpg_connection import Driver, Write, write_together
from shared.events import Topic
from shared.observability.tracing import current_traceparent


async def take_back(
    connection: Driver, streams: Collection[UUID], *, stated_by: str, further: Collection[Write], shards: int, now: datetime
) -> int:
    """Take back what was stated of streams under a name, together with further writes; returns the transaction's id.

    What its source has repeated later stays. The caller holds the map's lock shared.
    """
    people = await candidates.lock_people(connection, streams)
    mine = {stream: people[stream] for stream in streams if stream in people and people[stream].erased_at is None}
    entries = [
        history.with_repetitions(one, mine[one.record_id].heads) for one in await withdrawals.stated(connection, mine, stated_by)
    ]
    gone = [one for one in entries if one.confirmed_at <= one.observation.observed_at]
    left = await withdrawals.left(connection, gone)
    for stream, fields in _withdrawn(gone, mine).items():
        _fold_anew(mine[stream], fields, left.get(stream, []))
    traceparent = current_traceparent()
    events = []
    by_person: dict[UUID, list[Stream]] = defaultdict(list)
    for stream in sorted(people):
        by_person[people[stream].person_id].append(people[stream])
    for person, members in sorted(by_person.items()):
        events += bring_up_to_date(person, members, now=now, traceparent=traceparent)
    transaction = await write_together(
        connection,
        [
            *candidates.saving(people.values()),
            *withdrawals.removing(gone),
            import_rows.forgetting_contents(streams),
            *outbox.appending(Topic.CANDIDATES, events, shards=shards),
            *further,
        ],
    )
    if by_person:
        await write_together(connection, candidates.saving_past(list(by_person)))
    return transaction


def _withdrawn(gone: Collection[Entry], streams: Mapping[UUID, Stream]) -> dict[UUID, set[str]]:
    """The fields whose head is taken back, by stream."""
    fields: dict[UUID, set[str]] = defaultdict(set)
    for one in gone:
        if history.is_of(one, streams[one.record_id].heads):
            fields[one.record_id].add(one.observation.field)
    return fields


def _fold_anew(stream: Stream, fields: Collection[str], left: Collection[Observation]) -> None:
    """Let what is left in the history count; a stream of which nothing is stated is no record."""
    heads = {field: head for field, head in stream.heads.items() if field not in fields}
    heads |= heads_of(one for one in left if one.field in fields)
    stream.heads, stream.is_record, stream.is_changed = heads, bool(heads), True
