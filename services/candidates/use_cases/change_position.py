"""Change what is known of a position: its fields, and with them when it was open."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from services.candidates.domain.content import POSITION
from services.candidates.domain.errors import PositionUnknown
from services.candidates.domain.positions import Position, bring_up_to_date, position_values
from services.candidates.domain.registers import Observed, not_applied, observe
from services.candidates.domain.spans import FIELDS, Openings, fold_openings
from services.candidates.domain.versions import entity_tag
from services.candidates.storage import history, positions
from services.candidates.use_cases.changes import Changed, RecordChange
from services.candidates.use_cases.views import RecordView, position_view
from shared import outbox
from shared.db.asyncpg_connection import Driver, write_together
from shared.db.engine import Sessions
from shared.errors import FieldError
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
        seen = await _observe(connection, change, position, stated_by)
        if refused := _wrong_values(change, seen.values, seen.openings):
            change = change.without(refused)
            seen = await _observe(connection, change, position, stated_by)
        observed = seen.observed
        is_unchanged = observed.heads == position.heads and not observed.added
        position.heads = observed.heads
        events = bring_up_to_date(position, seen.openings, now=now, traceparent=current_traceparent())
        if events or not is_unchanged:
            additions = history.Additions.by(stated_by, now)
            additions.add(position.id, observed)
            writes = [positions.saving(position), *additions.writes("position")]
            writes += outbox.appending(Topic.POSITIONS, events, shards=shards)
            transaction.id = await write_together(connection, writes)
    return Changed(position_view(position), is_new, seen.ignored, refused)


async def _lock(connection: Driver, change: RecordChange, now: datetime) -> Position:
    name = change.name
    if name.text is not None:
        return await positions.lock_or_make(connection, name.id, name.text, now)
    found = await positions.lock(connection, name.id)
    if found is None:
        raise PositionUnknown.named(str(name))
    return found


@dataclass(frozen=True, slots=True)
class _Seen:
    """What follows from a change, before it is stored."""

    observed: Observed
    openings: Openings
    values: Mapping[str, Any]
    ignored: list[str]


async def _observe(connection: Driver, change: RecordChange, position: Position, stated_by: str) -> _Seen:
    stated = change.observations(POSITION, stated_by)
    observed = observe(position.heads, stated, keep_each=FIELDS)
    openings = position.openings
    if fresh := [one for one in observed.added if one.field in FIELDS]:
        openings = fold_openings([*await history.observations(connection, "position", position.id, FIELDS), *fresh])
    values = position_values(observed.heads, openings)
    return _Seen(observed, openings, values, not_applied(stated, values))


def _wrong_values(change: RecordChange, values: Mapping[str, Any], openings: Openings) -> list[FieldError]:
    """What is stated must fit what is known."""
    wrong: list[FieldError] = []
    if change.fields.get("salary"):
        low, high = values.get("salary.min"), values.get("salary.max")
        if low is not None and high is not None and low > high:
            wrong.append(FieldError("salary.min", f"must not be above salary.max: {low:g} is above {high:g}"))
        if (low is not None or high is not None) and "salary.currency" not in values:
            wrong.append(FieldError("salary.currency", "is required with an amount: none is known of this position"))
    starts_on, ends_on = values.get("starts_on"), values.get("ends_on")
    if starts_on and ends_on and ends_on < starts_on:
        if "ends_on" in change.fields:
            wrong.append(FieldError("ends_on", f"must not be before starts_on: {ends_on} is before {starts_on}"))
        elif "starts_on" in change.fields:
            wrong.append(FieldError("starts_on", f"must not be after ends_on: {starts_on} is after {ends_on}"))
    if openings.is_contradicted and "closed_at" in change.fields:
        wrong.append(FieldError("closed_at", "must not be before opened_at"))
    elif openings.is_contradicted and "opened_at" in change.fields:
        wrong.append(FieldError("opened_at", "must not be after closed_at"))
    return wrong
