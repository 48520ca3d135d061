"""Change what is known of a position: its fields, and with them when it was open."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from services.candidates.domain.content import POSITION
from services.candidates.domain.errors import PositionUnknown
from services.candidates.domain.positions import Position, bring_up_to_date, position_values
from services.candidates.domain.registers import observe
from services.candidates.domain.spans import FIELDS, Openings, fold_openings
from services.candidates.domain.versions import entity_tag
from services.candidates.storage import history, positions
from services.candidates.use_cases.changes import Changed, RecordChange
from services.candidates.use_cases.views import RecordView, position_view
from shared import outbox
from shared.db.asyncpg_connection import Driver, write_together
from shared.db.engine import Sessions
from shared.errors import Invalid
from shared.events import Topic
from shared.observability.tracing import current_traceparent


async def change_position(
    sessions: Sessions, change: RecordChange, *, stated_by: str, shards: int, now: datetime
) -> Changed[RecordView]:
    """Store what is stated and the snapshot that follows from it together, or neither.

    Raises PositionUnknown for an id that is not ours, VersionMissing, VersionStale, Invalid.
    """
    async with sessions.begin_raw() as transaction:
        connection = transaction.connection
        position = await _lock(connection, change, now)
        is_new = position.record is None
        change.demand_version(None if is_new else entity_tag(position.id, position.version))
        observed = observe(position.heads, change.observations(POSITION, stated_by), keep_each=FIELDS)
        openings = position.openings
        if fresh := [one for one in observed.added if one.field in FIELDS]:
            openings = fold_openings([*await history.observations(connection, "position", position.id, FIELDS), *fresh])
        is_unchanged = observed.heads == position.heads and not observed.added
        position.heads = observed.heads
        _check_values(change, position_values(position, openings), openings)
        events = bring_up_to_date(position, openings, now=now, traceparent=current_traceparent())
        if events or not is_unchanged:
            additions = history.Additions.by(stated_by, now)
            additions.add(position.id, observed)
            writes = [positions.saving(position), *additions.writes("position")]
            writes += outbox.appending(Topic.POSITIONS, events, shards=shards)
            transaction.id = await write_together(connection, writes)
    return Changed(position_view(position), is_new)


async def _lock(connection: Driver, change: RecordChange, now: datetime) -> Position:
    name = change.name
    if name.text is not None:
        return await positions.lock_or_make(connection, name.id, name.text, now)
    found = await positions.lock(connection, name.id)
    if found is None:
        raise PositionUnknown.named(str(name))
    return found


def _check_values(change: RecordChange, values: Mapping[str, Any], openings: Openings) -> None:
    """What is stated must fit what is known. Raises Invalid."""
    if change.fields.get("salary"):
        low, high = values.get("salary.min"), values.get("salary.max")
        if low is not None and high is not None and low > high:
            raise Invalid.of("salary.min", f"must not be above salary.max: {low:g} is above {high:g}")
        if (low is not None or high is not None) and "salary.currency" not in values:
            raise Invalid.of("salary.currency", "is required with an amount: none is known of this position")
    if openings.is_contradicted and {"opened_at", "closed_at"} & change.fields.keys():
        raise Invalid.of("closed_at", "must not be before opened_at")
