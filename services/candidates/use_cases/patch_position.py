"""Tell something of a position: its fields, and with them when it was open."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession

from services.candidates.domain.content import POSITION
from services.candidates.domain.errors import PositionUnknown, VersionMissing, VersionStale
from services.candidates.domain.registers import Observation, canonical, heads_of, join
from services.candidates.domain.snapshots import SOURCE, position_snapshot, position_values, snapshot_id
from services.candidates.domain.spans import FIELDS, Openings, fold_openings
from services.candidates.domain.versions import Condition, after, entity_tag
from services.candidates.storage import history, positions
from services.candidates.storage.positions import Position
from services.candidates.use_cases.naming import Name
from services.candidates.use_cases.views import PositionView
from shared import outbox
from shared.db.engine import Sessions
from shared.errors import Invalid
from shared.events import Event, Topic
from shared.observability.tracing import current_traceparent


@dataclass(frozen=True, slots=True)
class PositionPatch:
    """What is told: ``fields`` as a merge patch of known fields."""

    fields: Mapping[str, Any]
    observed_at: datetime


@dataclass(frozen=True, slots=True)
class PatchedPosition:
    """The record after the change, and whether there was none before."""

    view: PositionView
    is_new: bool


async def patch_position(
    sessions: Sessions,
    name: Name,
    patch: PositionPatch,
    *,
    told_by: str,
    condition: Condition,
    shards: int,
    now: datetime,
) -> PatchedPosition:
    """Store what is told and the snapshot that follows from it together, or neither.

    Raises PositionUnknown for an id that is not ours, VersionMissing, VersionStale, Invalid.
    """
    async with sessions.begin() as session:
        if name.text is not None:
            await positions.insert_missing(session, name.id, name.text, now)
        position = await positions.find(session, name.id, lock=True)
        if position is None:
            raise PositionUnknown.named(str(name))
        _check(condition, position, is_by_id=name.reference is None)
        is_new = position.record is None
        source = name.reference.source if name.reference is not None else told_by
        await _remember(session, position, patch, source=source, told_by=told_by, now=now)
        openings = fold_openings(await history.observations(session, "position", position.id, FIELDS))
        values = position_values(position.heads, openings)
        _check_values(patch, values, openings)
        await _settle(session, position, values, openings, now=now, shards=shards)
    return PatchedPosition(view_of(position), is_new)


def _check(condition: Condition, position: Position, *, is_by_id: bool) -> None:
    tag = entity_tag(position.id, position.version) if position.record is not None else None
    if is_by_id and condition.if_match is None:
        raise VersionMissing("A change by id must carry If-Match with the ETag that was read.")
    if not condition.allows_change(tag):
        raise VersionStale(f"The record is at version {tag or 'none, for there is no record'}; read it again.")


async def _remember(
    session: AsyncSession, position: Position, patch: PositionPatch, *, source: str, told_by: str, now: datetime
) -> None:
    """Add to the history and take over what counts. What the spans follow from is kept each time it is said."""
    leaves = POSITION.flatten(patch.fields)
    told = [Observation(field, value, source, patch.observed_at) for field, value in leaves.items()]
    again = [
        one
        for one in told
        if one.field not in FIELDS
        and (head := position.heads.get(one.field)) is not None
        and one.repeats(head)
        and one.observed_at >= head.observed_at
    ]
    await history.confirm(session, "position", position.id, again)
    fresh = [one for one in told if one not in again]
    await history.add(session, "position", position.id, fresh, told_by=told_by, now=now)
    position.heads = join(position.heads, heads_of(told))


def _check_values(patch: PositionPatch, values: Mapping[str, Any], openings: Openings) -> None:
    """What the patch says must fit what is known. Raises Invalid."""
    if patch.fields.get("salary"):
        low, high = values.get("salary.min"), values.get("salary.max")
        if low is not None and high is not None and low > high:
            raise Invalid.of("salary.min", f"must not be above salary.max: {low:g} is above {high:g}")
        if (low is not None or high is not None) and "salary.currency" not in values:
            raise Invalid.of("salary.currency", "is required with an amount: none is known of this position")
    if openings.is_contradicted and {"opened_at", "closed_at"} & patch.fields.keys():
        raise Invalid.of("closed_at", "must not be before opened_at")


async def _settle(
    session: AsyncSession,
    position: Position,
    values: Mapping[str, Any],
    openings: Openings,
    *,
    now: datetime,
    shards: int,
) -> None:
    """Save the position and, when anything of it changed, publish its next version."""
    record = {"references": [position.reference], **POSITION.nest(values), "spans": _spans(openings)}
    position.search = positions.searchable(values)
    if canonical(record) != canonical(position.record):
        position.record = record
        data = position_snapshot(position.id, values, openings)
        position.version += 1
        position.snapshot = data.public_json()
        position.changed_at = now
        event = Event.of(
            data,
            id=snapshot_id(position.id, position.version),
            source=SOURCE,
            subject=position.id,
            sequence=position.version,
            time=now,
            traceparent=current_traceparent(),
        )
        await outbox.append(session, Topic.POSITIONS, [event], shards=shards)
    await positions.save(session, position)


def _spans(openings: Openings) -> list[dict[str, str | None]]:
    return [
        {
            name: at.isoformat().replace("+00:00", "Z") if at else None
            for name, at in (("opened_at", span.opened_at), ("closed_at", span.closed_at))
        }
        for span in openings.spans
    ]


def view_of(position: Position) -> PositionView:
    """The view of a position's record."""
    return PositionView(
        position.id,
        position.record or {},
        entity_tag(position.id, position.version),
        after("position", position.id, position.version),
    )
